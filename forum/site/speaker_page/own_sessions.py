"""A speaker's own sessions as the personal page shows them: where, when, what role, with whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from forum.core import dates
from forum.core.http.i18n import translated
from forum.core.text import EMPTY, Fragment
from forum.events.titles import Title, title_of
from forum.programme import queries
from forum.programme.differences import Line, Reader
from forum.programme.rules import ChangeKind, SessionState
from forum.programme.words import KINDS, MATERIALS, role_in_words, spoken_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from forum.events.facts import Addresses
    from forum.events.models import Event
    from forum.programme.models import Material, Session
    from forum.programme.queries import OnStage, Planned


@dataclass(frozen=True, slots=True)
class Beside:
    """Somebody else in the same session."""

    name: Fragment
    role: str
    office: Fragment


@dataclass(frozen=True, slots=True)
class Sent:
    """Slides that the speaker sent for a session; `state` is a status word's class and words."""

    id: UUID
    title: Fragment
    kind: str
    url: str
    accepted: bool


@dataclass(frozen=True, slots=True)
class OwnSession:
    """One session of a speaker; `provisional` where guests do not see it so yet.

    `when` is empty without a time; `starts` and `ends` are moments for the reader's own zone.
    """

    id: UUID
    title: Title
    kind: str
    role: str
    when: str
    hours: str
    starts: str
    ends: str
    room: Fragment
    spoken: str
    beside: Sequence[Beside]
    sent: Sequence[Sent]
    href: str
    provisional: bool
    cancelled: bool


@dataclass(frozen=True, slots=True)
class OwnChange:
    """What a released version changed of an own session."""

    when: str
    title: Fragment
    lines: Sequence[Line]


def own_sessions(
    event: Event,
    speaker_id: UUID,
    sent: Mapping[UUID, Sequence[Material]],
    to: Addresses,
) -> list[OwnSession]:
    """Return a speaker's sessions as guests see them, else as planned (3 to 6 statements).

    What waits for release of a session that guests know is not told before it is released.
    """
    found = []
    for planned in queries.planned_with(event.id, speaker_id):
        shown = planned.public
        seen = shown.state is not SessionState.DRAFT
        if seen and any(one.speaker_id == speaker_id for one in shown.appearances):
            found.append(_own(event, shown, speaker_id, sent, to, provisional=False))
        elif any(one.speaker_id == speaker_id for one in planned.appearances):
            found.append(_own(event, planned, speaker_id, sent, to, provisional=True))
    return found


def own_changes(event: Event, sessions: Sequence[OwnSession], key: str) -> list[OwnChange]:
    """Return what became of a speaker's sessions in the last versions (4 statements or fewer)."""
    ids = [one.id for one in sessions if not one.provisional]
    rows = queries.own_changes(ids) if ids else []
    if not rows:
        return []
    contents = [content for row in rows for content in (row.before, row.after) if content]
    reader = Reader(key, event.languages, event.zone, queries.names_in(event.id, contents))
    return [
        OwnChange(
            dates.stamp(row.release.released_at, event.zone, key),
            reader.text(row.after["title"]),
            reader.lines(row.before or None, row.after),
        )
        for row in rows
        if ChangeKind.DETAILS.value not in row.kinds or len(row.kinds) > 1
    ]


def _own(
    event: Event,
    session: Session | Planned,
    speaker_id: UUID,
    sent: Mapping[UUID, Sequence[Material]],
    to: Addresses,
    *,
    provisional: bool,
) -> OwnSession:
    key, order, zone = to.language.key, event.languages, event.zone
    starts, ends = session.starts_at, session.ends_at
    mine = [one for one in session.appearances if one.speaker_id == speaker_id]
    others = [one for one in session.appearances if one.speaker_id != speaker_id]
    held = spoken_in(session.delivered_in, session.interpreted_into, key)
    public = event.is_public and not provisional
    return OwnSession(
        id=session.id,
        title=title_of(session.title.pick(key, order)),
        kind=translated(KINDS[session.kind]),
        role=_joined([_role(one, key, order) for one in mine], key),
        when=dates.day(session.day, key) if session.day else "",
        hours=dates.hours(starts, ends, zone, key) if starts and ends else "",
        starts=starts.isoformat() if starts else "",
        ends=ends.isoformat() if ends else "",
        room=session.room.name.pick(key, order) if session.room else EMPTY,
        spoken=translated(held) if held else "",
        beside=[_beside(one, key, order) for one in others],
        sent=[
            Sent(
                one.id,
                one.title.pick(key, order),
                translated(MATERIALS[one.kind]),
                one.url,
                one.accepted,
            )
            for one in sent.get(session.id, ())
        ],
        href=to.below("sessions", session.id) if public else "",
        provisional=provisional,
        cancelled=session.state is SessionState.CANCELLED,
    )


def _beside(one: OnStage, key: str, order: Sequence[str]) -> Beside:
    speaker = one.speaker
    name, _ = speaker.names(key)
    return Beside(name, _role(one, key, order), speaker.affiliation.pick(key, order))


def _role(one: OnStage, key: str, order: Sequence[str]) -> str:
    return translated(role_in_words(one.role, one.called, key, order))


def _joined(roles: Sequence[str], key: str) -> str:
    return (", " if key == "en" else "、").join(dict.fromkeys(roles))
