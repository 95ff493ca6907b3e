"""Undoing what one press did to many: a declining, tags put on, tags taken off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext, ngettext

from forum.core import clock
from forum.core.errors import NotFound
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.ids import ids_in
from forum.core.permissions import Action
from forum.core.text import clean_line
from forum.events.queries import managed_event
from forum.registrations.manage.frame import blueprint
from forum.registrations.queries.requests import declined_at
from forum.registrations.rules.listing import LONGEST_TAG
from forum.registrations.service.at_once import take_many_back
from forum.registrations.service.tagging import tag, untag_since

if TYPE_CHECKING:
    from uuid import UUID

    from werkzeug.wrappers import Response as AnyResponse

    from forum.events.models import Event
    from forum.registrations.service.deciding import TakenBack

DECLINED, TAGGED, UNTAGGED = "declined", "tagged", "untagged"
MOST_UNTAGGED = 50
"""Tags taken off leave no trace but the list of who had them, which an address must hold."""

Undone = dict[str, str]


@dataclass(frozen=True, slots=True)
class Undo:
    """A button that undoes: where it leads, what it says."""

    action: str
    says: str


def of_declining(now: datetime) -> Undone:
    """Return what an address says so that its page offers to take a declining back."""
    return {"undo": DECLINED, "at": now.isoformat()}


def of_tagging(word: str, now: datetime) -> Undone:
    """Return the same of tags that were put on."""
    return {"undo": TAGGED, "word": word, "at": now.isoformat()}


def of_untagging(word: str, ids: list[UUID]) -> Undone:
    """Return the same of tags that were taken off, where they were few."""
    if not 0 < len(ids) <= MOST_UNTAGGED:
        return {}
    return {"undo": UNTAGGED, "word": word, "ids": ",".join(map(str, ids))}


def undo_of(event: Event) -> Undo | None:
    """Return the button that the present address asks for, if it asks for one."""
    kind = request.args.get("undo", "")
    says = {
        DECLINED: gettext("Undo: make them requests again"),
        TAGGED: gettext("Undo: take the tag off again"),
        UNTAGGED: gettext("Undo: put the tag on again"),
    }.get(kind)
    if says is None:
        return None
    names = ("undo", "at", "word", "ids")
    said: dict[str, Any] = {name: request.args[name] for name in names if request.args.get(name)}
    return Undo(url_for(".take_back", slug=event.slug, **said), says)


@blueprint.post("/<slug>/registrations/undo")
@permits(Action.EDIT_REGISTRATIONS)
def take_back(slug: str) -> AnyResponse:
    """Undo an act that the address names."""
    event = managed_event(current_actor(), slug, Action.EDIT_REGISTRATIONS)
    kind, word = request.args.get("undo", ""), clean_line(request.args.get("word"))[:LONGEST_TAG]
    actor, now = current_actor(), clock.now()
    if kind == DECLINED:
        ids = declined_at(event.id, _moment())
        done = take_many_back(actor, ids, now=now)
        flash(
            ngettext(
                "%(num)s request waits for a decision again.",
                "%(num)s requests wait for a decision again.",
                done.number,
            )
        )
        _say_what_stays(done)
        return redirect(url_for(".approvals", slug=slug), 303)
    if kind == TAGGED:
        untag_since(actor, event.id, word, _moment(), now=now)
    elif kind == UNTAGGED:
        tag(actor, event.id, ids_in(request.args.get("ids", "")), word, now=now)
    else:
        raise NotFound
    flash(gettext("Undone."))
    return redirect(url_for(".listing", slug=slug), 303)


def _say_what_stays(done: TakenBack) -> None:
    if done.address_held:
        flash(
            ngettext(
                "%(num)s request stays declined: its address is registered again.",
                "%(num)s requests stay declined: their addresses are registered again.",
                done.address_held,
            ),
            "look",
        )
    if done.choices_gone:
        flash(
            ngettext(
                "%(num)s limited choice was taken by others meanwhile: it is out of the answers.",
                "%(num)s limited choices were taken by others meanwhile: they are out of the "
                "answers.",
                done.choices_gone,
            ),
            "look",
        )


def _moment() -> datetime:
    try:
        found = datetime.fromisoformat(request.args.get("at", ""))
    except ValueError:
        raise NotFound from None
    if found.tzinfo is None:
        raise NotFound
    return found
