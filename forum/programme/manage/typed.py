"""From a session's form to what the service asks for, and what others saved meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext

from forum.core.http.i18n import current_language
from forum.core.http.meanwhile import Theirs, compare
from forum.core.revisions import Change, plain
from forum.events.models import Event
from forum.events.queries import rooms_of
from forum.events.service import FIRST_CJK
from forum.programme import queries
from forum.programme.differences import Reader
from forum.programme.forms import SessionForm
from forum.programme.queries import Planned
from forum.programme.rules import Content, SessionState
from forum.programme.service import NewSpeaker, Part, SessionDetails

COLUMN_WORDS = {
    "kind": lazy_gettext("Kind"),
    "title": lazy_gettext("Title"),
    "abstract": lazy_gettext("What it is about"),
    "delivered_in": lazy_gettext("Spoken on stage"),
    "interpreted_into": lazy_gettext("Interpreted into"),
    "room_id": lazy_gettext("Room"),
    "also_in": lazy_gettext("Also shown in"),
    "track_id": lazy_gettext("Track"),
    "parts": lazy_gettext("Parts"),
    "starts_at": lazy_gettext("Start"),
    "ends_at": lazy_gettext("End"),
    "day": lazy_gettext("Stands under"),
    "stream_url": lazy_gettext("Link to join online"),
    "cast": lazy_gettext("On stage"),
    "state": lazy_gettext("State"),
}


def form_of(event: Event, found: Planned) -> SessionForm:
    """Return the form on a session, filled and with all that can be chosen."""
    form = SessionForm(data=SessionForm.shown(found, event.zone))
    if found.state is not SessionState.DRAFT:
        del form.state
    offer(form, event, found)
    return form


def offer(form: SessionForm, event: Event, found: Planned | None = None) -> None:
    """Fill the lists of a form: people, rooms and tracks by name (3 statements)."""
    key = current_language().key
    form.offer(
        speakers=[
            (
                str(row.speaker.id),
                _known_as(row.speaker.shown_name, row.speaker.name_zh),
                row.sessions > 0,
            )
            for row in queries.speakers_at(event.organisation_id, event.id)
        ],
        rooms=[
            (str(room.id), room.name.pick(key, event.languages).text) for room in rooms_of(event.id)
        ],
        tracks=[
            (str(track.id), track.name.pick(key, event.languages).text)
            for track in queries.tracks_of(event.id)
        ],
        zone=event.zone,
        kept=found,
    )


def details_of(form: SessionForm) -> SessionDetails:
    """Return what a good form says of a session."""
    cast = [
        Part(row["speaker"] or _named(row["new_name"]), row["role"], row["called"], row["part"])
        for row in form.people()
    ]
    return SessionDetails(**form.values(), cast=cast)


def meet(
    form: SessionForm, changes: tuple[Change, ...], event: Event, found: Planned
) -> list[Theirs]:
    """Put into the form what others changed and nobody touched here; return all they changed."""
    typed = {name: plain(value) for name, value in form.values().items()}
    typed["also_in"] = [str(room) for room in form.values()["also_in"]]
    typed["day"] = _day_of(form, typed)
    typed["cast"] = [
        [str(row["speaker"] or row["new_name"]), row["role"].value, dict(row["called"].by_language),
         row["part"]]
        for row in form.people()
    ]  # fmt: skip
    reader = reader_of(
        event, [{"cast": value} for one in changes if one.field == "cast" for value in _sides(one)]
    )
    untouched, theirs = compare(changes, typed, words=COLUMN_WORDS, say=reader.said)
    form.refill(untouched, found, event.zone)
    return theirs


def reader_of(event: Event, contents: Sequence[Content]) -> Reader:
    """Return how an editor reads contents of an event's sessions (3 statements)."""
    return Reader(
        current_language().key,
        event.languages,
        event.zone,
        queries.names_in(event.id, contents),
        office=True,
    )


def _sides(change: Change) -> tuple[Any, Any]:
    return change.before or [], change.after or []


def _day_of(form: SessionForm, typed: dict[str, Any]) -> str | None:
    """Return the day under which a session stands by what was typed, as it is stored."""
    if form.starts_at is None:
        return None
    return typed["day"] or form.starts_at.astimezone(form.zone).date().isoformat()


def _known_as(name: str, name_zh: str) -> str:
    return f"{name} {name_zh}" if name_zh and name != name_zh else name


def _named(name: str) -> NewSpeaker:
    """Take a name in Chinese signs as the Chinese one."""
    latin = any(letter.isalpha() and ord(letter) < FIRST_CJK for letter in name)
    return NewSpeaker(name) if latin or not name.strip() else NewSpeaker("", name_zh=name)
