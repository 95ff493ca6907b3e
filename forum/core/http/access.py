"""Default deny: each view says who may call it, and the start fails for one that does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

from flask import redirect, request, url_for

from forum.core.errors import Forbidden
from forum.core.http.actor_of_request import current_actor
from forum.core.permissions import TABLE, Action

if TYPE_CHECKING:
    from flask import Flask

View = TypeVar("View", bound=Callable[..., Any])


class Audience(StrEnum):
    """Who a view is for."""

    PUBLIC = "public"
    LINK_HOLDER = "link_holder"
    DEVICE = "device"
    MEMBER = "member"


@dataclass(frozen=True, slots=True)
class Access:
    """What a view declares: its audience, and the action a member needs."""

    audience: Audience
    action: Action | None = None


def public(view: View) -> View:
    """Declare a view that anyone may call."""
    return _declared(view, Access(Audience.PUBLIC))


def link_holder(view: View) -> View:
    """Declare a view whose address holds a personal token that the view itself verifies."""
    return _declared(view, Access(Audience.LINK_HOLDER))


def device_only(view: View) -> View:
    """Declare a view that verifies a paired device's token."""
    return _declared(view, Access(Audience.DEVICE))


def signed_in(view: View) -> View:
    """Declare a view for anyone signed in, about nothing but themselves."""
    return _guarded(view, None)


def permits(action: Action) -> Callable[[View], View]:
    """Declare a view for members whose role includes the action; the view scopes the thing."""
    return lambda view: _guarded(view, action)


def _declared(view: View, access: Access) -> View:
    view.access = access  # type: ignore[attr-defined]  # a mark on a function
    return view


def _guarded(view: View, action: Action | None) -> View:
    @wraps(view)
    def _view(*args: Any, **values: Any) -> Any:  # noqa: ANN401 - as the view's own
        actor = current_actor()
        if not actor.is_user:
            there = request.full_path.rstrip("?") if request.method in {"GET", "HEAD"} else None
            return redirect(url_for("people.sign_in", next=there), 303)
        if action is not None and not any(action in TABLE[role] for role in actor.roles.values()):
            raise Forbidden
        return view(*args, **values)

    wrapped: View = _view  # type: ignore[assignment]  # wraps keeps its shape
    return _declared(wrapped, Access(Audience.MEMBER, action))


def undeclared(app: Flask) -> list[str]:
    """Return the endpoints whose view declares no access."""
    return sorted(
        endpoint
        for endpoint, view in app.view_functions.items()
        if endpoint != "static" and not hasattr(view, "access")
    )
