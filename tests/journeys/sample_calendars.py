"""Pages of personal calendars in every state, for the sample house."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from forum.calendar.models import PersonalFeed
from forum.calendar.rules.personal import FeedKind
from forum.calendar.service.personal import Whose, make_feed
from forum.core import clock
from forum.core.actor import SYSTEM
from forum.core.db import db, writing
from forum.core.links import Purpose, derive
from forum.events.models import Event
from forum.people.models import User
from forum.programme.models import Engagement
from forum.registrations.models import Registration
from forum.registrations.rules import RegistrationState


@dataclass(frozen=True)
class Calendars:
    """Addresses of the pages of guests' and speakers' calendars, and of the organiser's."""

    personal: Sequence[str]
    member: Sequence[str]


def calendar_pages(main: Event) -> Calendars:
    """Make a guest's, a speaker's and the organiser's calendar; one guest has none yet."""
    guests = {one.state: one for one in _guests(main.id)}
    confirmed = guests[RegistrationState.CONFIRMED]
    make_feed(SYSTEM, Whose(FeedKind.AGENDA, confirmed.id), "en", now=clock.now())
    with writing() as session:
        session.execute(sa.update(PersonalFeed).values(fetched_at=clock.now(), fetched_by="google"))
    engaged = db.session.scalars(sa.select(Engagement).where(Engagement.event_id == main.id))
    speaker = engaged.first()
    assert speaker is not None
    make_feed(SYSTEM, Whose(FeedKind.SPEAKER, speaker.id), "zh-Hant", now=clock.now())
    user_id = db.session.scalars(sa.select(User.id).where(User.name == "Sample Organiser")).one()
    make_feed(SYSTEM, Whose(FeedKind.STAFF, user_id), "en", now=clock.now())
    return Calendars(
        personal=(
            *(
                f"/r/p/{_own(guest)}/calendar"
                for state, guest in guests.items()
                if state is not RegistrationState.DECLINED
            ),
            f"/r/{_party(main.id)}/calendar",
            f"/s/{derive(Purpose.SPEAKER, speaker.id, speaker.link_generation)}/calendar",
        ),
        member=("/account/calendar",),
    )


def _guests(event_id: UUID) -> Sequence[Registration]:
    return db.session.scalars(
        sa.select(Registration)
        .where(Registration.event_id == event_id, Registration.name != "")
        .order_by(Registration.id)
    ).all()


def _own(guest: Registration) -> str:
    return derive(Purpose.REGISTRATION, guest.id, guest.link_generation)


def _party(event_id: UUID) -> str:
    booking_id = db.session.scalars(
        sa.select(Registration.booking_id)
        .where(Registration.event_id == event_id)
        .group_by(Registration.booking_id)
        .having(sa.func.count() > 1)
        .order_by(Registration.booking_id)
    ).first()
    assert booking_id is not None
    return derive(Purpose.BOOKING, booking_id, 0)
