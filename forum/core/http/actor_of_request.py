"""Who makes this request; the people room registers how a session becomes an actor."""

from __future__ import annotations

from collections.abc import Callable

from flask import current_app, g, has_request_context

from forum.core.actor import ANONYMOUS, SYSTEM, Actor

Loader = Callable[[], Actor | None]


def register_actor_loader(loader: Loader) -> None:
    """Name what reads the session; called while the application is built."""
    current_app.extensions["forum_actor_loader"] = loader


def current_actor() -> Actor:
    """Return the request's actor, loaded once; outside a request, Forum itself."""
    if not has_request_context():
        return SYSTEM
    if "actor" not in g:
        loader: Loader | None = current_app.extensions.get("forum_actor_loader")
        g.actor = (loader() if loader else None) or ANONYMOUS
    actor: Actor = g.actor
    return actor
