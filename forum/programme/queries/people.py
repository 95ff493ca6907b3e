"""The list of an organisation's speakers: found, filtered, with how each stands with one event."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from forum.core.db import db
from forum.core.text import Text, plain_key
from forum.events.models import Event
from forum.programme.models import Appearance, Session, SessionDraft, Speaker
from forum.programme.queries.engagements import engagements_at
from forum.programme.rules import EngagementState

if TYPE_CHECKING:
    from forum.programme.models import Engagement

PEOPLE_A_PAGE = 60
LONGEST_SEARCH = 100


class PeopleView(StrEnum):
    """The saved views of the list: who is at this event, by answer, and everybody known."""

    HERE = "here"
    PLANNED = "planned"
    ASKED = "asked"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class ListedPerson:
    """A speaker of the list: how many sessions here, the standing here, the titles of other events.

    `state` is None for one who has nothing to do with this event.
    """

    speaker: Speaker
    sessions: int
    state: EngagementState | None
    engagement: Engagement | None
    elsewhere: Sequence[Text]


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """A page of the list, and how many each view has."""

    rows: Sequence[ListedPerson]
    counts: Mapping[PeopleView, int]
    total: int
    number: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // PEOPLE_A_PAGE))


def people_page(
    organisation_id: UUID, event_id: UUID, view: PeopleView, *, search: str = "", number: int = 1
) -> PeoplePage:
    """Return a page of an organisation's speakers by view and search (7 statements).

    At this event is who appears in a session, also one that waits for its release, or was asked.
    """
    sessions = _sessions_here(event_id)
    engaged = engagements_at(event_id)
    states = {
        speaker_id: engaged[speaker_id].state if speaker_id in engaged else EngagementState.PLANNED
        for speaker_id in {*sessions, *engaged}
    }
    ours = Speaker.organisation_id == organisation_id
    known = db.session.scalar(sa.select(sa.func.count()).select_from(Speaker).where(ours)) or 0
    fits = [ours, *_matching(search)]
    if view is not PeopleView.ALL:
        fits.append(Speaker.id.in_(_in_view(view, states)))
    total = db.session.scalar(sa.select(sa.func.count()).select_from(Speaker).where(*fits)) or 0
    number = min(max(1, number), max(1, -(-total // PEOPLE_A_PAGE)))
    speakers = db.session.scalars(
        sa.select(Speaker)
        .where(*fits)
        .options(joinedload(Speaker.picture))
        .order_by(Speaker.precedence, Speaker.name, Speaker.name_zh, Speaker.id)
        .limit(PEOPLE_A_PAGE)
        .offset((number - 1) * PEOPLE_A_PAGE),
    ).all()
    elsewhere = _events_of([one.id for one in speakers], event_id)
    return PeoplePage(
        rows=[
            ListedPerson(
                one,
                sessions[one.id],
                states.get(one.id),
                engaged.get(one.id),
                elsewhere.get(one.id, ()),
            )
            for one in speakers
        ],
        counts=_counts(states, known),
        total=total,
        number=number,
    )


def _counts(states: Mapping[UUID, EngagementState], known: int) -> dict[PeopleView, int]:
    counted = Counter(state.value for state in states.values())
    by_view = {view: counted[view.value] for view in PeopleView}
    return by_view | {PeopleView.HERE: len(states), PeopleView.ALL: known}


def _in_view(view: PeopleView, states: Mapping[UUID, EngagementState]) -> list[UUID]:
    wanted = view is PeopleView.HERE
    return [one for one, state in states.items() if wanted or state.value == view.value]


def _sessions_here(event_id: UUID) -> Counter[UUID]:
    """Return in how many sessions of an event each speaker appears, or is going to."""
    shown = db.session.execute(
        sa.select(Appearance.session_id, Appearance.speaker_id)
        .join(Session, Session.id == Appearance.session_id)
        .where(Session.event_id == event_id),
    ).all()
    drafts = db.session.execute(
        sa.select(SessionDraft.session_id, SessionDraft.cast).where(
            SessionDraft.event_id == event_id
        ),
    ).all()
    pairs = {(row[0], row[1]) for row in shown}
    pairs |= {(session_id, UUID(row[0])) for session_id, cast in drafts for row in cast}
    return Counter(speaker_id for _, speaker_id in pairs)


def _events_of(speaker_ids: Sequence[UUID], but: UUID) -> dict[UUID, list[Text]]:
    rows = db.session.execute(
        sa.select(Appearance.speaker_id, Event.id, Event.title, Event.starts_at)
        .join(Session, Session.id == Appearance.session_id)
        .join(Event, Event.id == Session.event_id)
        .where(Appearance.speaker_id.in_(speaker_ids), Event.id != but)
        .order_by(Event.starts_at.desc(), Event.id),
    )
    found: dict[UUID, dict[UUID, Text]] = defaultdict(dict)
    for row in rows:
        found[row.speaker_id].setdefault(row.id, row.title)
    return {speaker_id: list(titles.values()) for speaker_id, titles in found.items()}


def _matching(search: str) -> list[sa.ColumnElement[bool]]:
    """Return the conditions for a search by either name, title or organisation."""
    columns: list[Any] = [Speaker.name, Speaker.name_zh]
    columns += [sa.cast(one, sa.String) for one in (Speaker.title, Speaker.affiliation)]
    return [
        sa.or_(*(sa.func.lower(column).contains(word, autoescape=True) for column in columns))
        for word in plain_key(search[:LONGEST_SEARCH]).split()
    ]
