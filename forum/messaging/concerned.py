"""Whom a change of a programme concerns: speakers, and guests who mean to come."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from forum.core.addresses import address_key
from forum.core.db import db
from forum.core.i18n import sentences
from forum.core.impact import Impact, Person, Reach, Releasing, Thing, counts_impact, counts_release
from forum.events.models import Event
from forum.events.rules import EventState
from forum.programme.models import Engagement, Release, Speaker, SpeakerContact
from forum.programme.rules import EngagementState
from forum.registrations.models import Registration
from forum.registrations.queries import people_with_places_or_stars, with_places_or_stars
from forum.registrations.rules import ACTIVE, RegistrationState

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

MOST_NAMED = 200
"""Guests who are named before a release; of more, only the number is said."""


@dataclass(frozen=True, slots=True)
class Speaking:
    """A speaker at an event, and how to write to them; `email` is empty where that is not known.

    Without an engagement there is no page of the speaker's own.
    """

    id: UUID
    slug: str
    name: str
    email: str
    lang: str
    engagement_id: UUID | None
    link_generation: int

    @property
    def key(self) -> str:
        """The address as it is compared."""
        return address_key(self.email)


def is_told(event: Event, now: datetime) -> bool:
    """Say whether anybody is told of changes: of a public event that is neither off nor over."""
    off = event.state in {EventState.DRAFT, EventState.CANCELLED}
    return event.published_at is not None and not off and event.ends_at > now


def releases_to_tell(event_id: UUID, waits_since: int | None) -> Sequence[Release]:
    """Return an event's versions that nobody was told of yet, oldest first (2 statements).

    And all after the version since which somebody's news wait.
    """
    untold: sa.ColumnElement[bool] = Release.told_at.is_(None)
    if waits_since is not None:
        untold = sa.or_(untold, Release.number > waits_since)
    return db.session.scalars(
        sa.select(Release)
        .where(Release.event_id == event_id, untold)
        .options(selectinload(Release.changes))
        .order_by(Release.number)
        .execution_options(populate_existing=True)
    ).all()


def speakers(event_id: UUID, speaker_ids: Iterable[UUID]) -> list[Speaking]:
    """Return these speakers but for those who declined, by precedence (1 statement)."""
    rows = db.session.execute(
        sa.select(Speaker, SpeakerContact, Engagement)
        .outerjoin(SpeakerContact, SpeakerContact.speaker_id == Speaker.id)
        .outerjoin(
            Engagement,
            sa.and_(Engagement.speaker_id == Speaker.id, Engagement.event_id == event_id),
        )
        .where(Speaker.id.in_(list(speaker_ids)))
        .order_by(Speaker.precedence, Speaker.id)
    )
    return [_speaking(*row) for row in rows if not _declined(row[2])]


def _declined(engagement: Engagement | None) -> bool:
    return engagement is not None and engagement.state is EngagementState.DECLINED


def _speaking(
    one: Speaker, contact: SpeakerContact | None, engagement: Engagement | None
) -> Speaking:
    lang = contact.lang if contact is not None else "en"
    return Speaking(
        one.id,
        one.slug,
        (one.name_zh or one.shown_name) if lang != "en" else one.shown_name,
        contact.email if contact is not None else "",
        lang,
        engagement.id if engagement is not None else None,
        engagement.link_generation if engagement is not None else 0,
    )


def engaged(session: Session, event_id: UUID) -> list[UUID]:
    """Return who is to be on stage at an event, by engagement, but for its guests (2 statements).

    A speaker who is registered hears of the event as its guests do; who declined hears nothing.
    """
    as_guest = sa.select(Registration.email_key).where(
        Registration.event_id == event_id, Registration.state.in_(sorted(ACTIVE))
    )
    rows = session.execute(
        sa.select(Engagement.id, SpeakerContact.email)
        .join(SpeakerContact, SpeakerContact.speaker_id == Engagement.speaker_id)
        .where(
            Engagement.event_id == event_id,
            Engagement.state != EngagementState.DECLINED,
            SpeakerContact.email != "",
        )
        .order_by(Engagement.id)
    ).all()
    guests = (
        set(
            session.scalars(
                as_guest.where(Registration.email_key.in_([address_key(row.email) for row in rows]))
            )
        )
        if rows
        else set()
    )
    return [row.id for row in rows if address_key(row.email) not in guests]


@counts_impact("event_on_stage")
def speakers_reached(session: Session, event_id: UUID) -> list[Impact]:
    """Count the speakers who are told of a change of their event (2 statements)."""
    number = len(engaged(session, event_id))
    says = sentences("speaker is told by mail", "speakers are told by mail", number)
    return [Impact(number, says, mailed=True)]


def sessions_by_guest(session_ids: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """Return which of these sessions each guest has a place in or has starred (1 statement)."""
    found: dict[UUID, set[UUID]] = defaultdict(set)
    if session_ids:
        for one in people_with_places_or_stars(session_ids):
            found[one.registration_id].add(one.session_id)
    return dict(found)


def guests_by_address(event_id: UUID, keys: Collection[str]) -> dict[str, UUID]:
    """Return the confirmed guests of an event at these addresses (1 statement)."""
    if not keys:
        return {}
    rows = db.session.execute(
        sa.select(Registration.email_key, Registration.id).where(
            Registration.event_id == event_id,
            Registration.email_key.in_(list(keys)),
            Registration.state == RegistrationState.CONFIRMED,
        )
    )
    return {row.email_key: row.id for row in rows}


def confirmed_after(event_id: UUID, after: UUID | None, limit: int) -> Sequence[Registration]:
    """Return the next confirmed guests of an event by id (1 statement)."""
    wanted = sa.select(Registration).where(
        Registration.event_id == event_id, Registration.state == RegistrationState.CONFIRMED
    )
    if after is not None:
        wanted = wanted.where(Registration.id > after)
    with_booking = wanted.options(joinedload(Registration.booking))
    return db.session.scalars(with_booking.order_by(Registration.id).limit(limit)).all()


def guests_with(ids: Sequence[UUID]) -> Sequence[Registration]:
    """Return guests by id, in the order of their ids (1 statement)."""
    wanted = (
        sa.select(Registration)
        .where(Registration.id.in_(ids))
        .options(joinedload(Registration.booking))
        .order_by(Registration.id)
    )
    return db.session.scalars(wanted).all()


@counts_release
def people_reached(session: Session, releasing: Releasing) -> Reach:
    """Count and name who is written to about a release, and who could be (at most 6 statements)."""
    event = session.get(Event, releasing.event_id)
    if event is None or not is_told(event, releasing.now):
        return Reach(())
    on_stage = speakers(releasing.event_id, releasing.speakers)
    reachable = [one for one in on_stage if one.email]
    silent = [one for one in on_stage if not one.email]
    known = guests_by_address(releasing.event_id, {one.key for one in reachable})
    theirs = sessions_by_guest(releasing.sessions).keys()
    guests = theirs - set(known.values())
    return Reach(
        (
            Impact(
                len(reachable),
                sentences(
                    "speaker is told by mail",
                    "speakers are told by mail",
                    len(reachable),
                ),
                mailed=True,
                people=[_reached(one) for one in reachable],
            ),
            Impact(
                len(silent),
                sentences(
                    "speaker has no address here: tell them yourself",
                    "speakers have no address here: tell them yourself",
                    len(silent),
                ),
                people=[_reached(one) for one in silent],
            ),
            Impact(
                len(guests),
                sentences(
                    "guest with a place or a star in these sessions is told by mail",
                    "guests with a place or a star in these sessions are told by mail",
                    len(guests),
                ),
                mailed=True,
                people=_named(session, releasing.sessions, known.values())
                if guests and releasing.names_guests
                else (),
            ),
        ),
        all_guests=_everybody(session, releasing.event_id, releasing.sessions),
    )


def _reached(one: Speaking) -> Person:
    return Person(one.name, Thing.SPEAKER, one.slug)


def _named(session: Session, sessions: Collection[UUID], but: Collection[UUID]) -> list[Person]:
    """Return the first by name whom a change of sessions concerns, but for some (1 statement)."""
    rows = session.execute(
        sa.select(Registration.id, Registration.name, Registration.name_zh)
        .where(
            Registration.id.in_(with_places_or_stars(sessions)), Registration.id.not_in(list(but))
        )
        .order_by(Registration.name, Registration.id)
        .limit(MOST_NAMED)
    )
    return [Person(row.name or row.name_zh, Thing.REGISTRATION, str(row.id)) for row in rows]


def _everybody(session: Session, event_id: UUID, sessions: Collection[UUID]) -> int:
    """Return how many are told where all guests are: the confirmed, and others concerned."""
    confirmed = Registration.state == RegistrationState.CONFIRMED
    return (
        session.scalar(
            sa.select(sa.func.count())
            .select_from(Registration)
            .where(
                Registration.event_id == event_id,
                sa.or_(confirmed, Registration.id.in_(with_places_or_stars(sessions))),
            )
        )
        or 0
    )
