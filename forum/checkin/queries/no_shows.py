"""How many guests of past events did not come, as far as the door knows."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from forum.checkin.models import Admission
from forum.core.db import db
from forum.core.figures import Share, knows
from forum.events.models import Event
from forum.events.rules import EventState
from forum.registrations.models import Registration, TicketType
from forum.registrations.rules import Attendance, RegistrationState
from forum.seats.models import SeatPool
from forum.seats.rules import PoolAbout


@knows("no_shows")
def no_shows(organisation_id: UUID, now: datetime) -> Share:
    """Return how many confirmed guests of an organisation's past events never came in.

    Events where nobody was checked in say nothing; who takes part online, speakers and people of
    the stand-by queue do not count. One statement.
    """
    came = (
        sa.select(Admission.registration_id)
        .where(
            Admission.registration_id == Registration.id,
            Admission.place_id == Event.id,
            Admission.undone_at.is_(None),
        )
        .exists()
    )
    had_a_door = (
        sa.select(Admission.id)
        .where(Admission.event_id == Event.id, Admission.undone_at.is_(None))
        .exists()
    )
    row = db.session.execute(
        sa.select(
            sa.func.count().filter(~came),
            sa.func.count(),
            sa.func.count(sa.distinct(Event.id)),
        )
        .select_from(Event)
        .join(Registration, Registration.event_id == Event.id)
        .join(TicketType, TicketType.id == Registration.ticket_type_id)
        .join(SeatPool, SeatPool.id == TicketType.pool_id)
        .where(
            Event.organisation_id == organisation_id,
            Event.ends_at <= now,
            Event.state != EventState.CANCELLED,
            Registration.state == RegistrationState.CONFIRMED,
            TicketType.attendance == Attendance.ON_SITE,
            SeatPool.about.not_in([PoolAbout.SPEAKERS, PoolAbout.STAND_BY]),
            had_a_door,
        )
    ).one()
    return Share(*row)
