"""The database that is measured: a trilingual half-day forum, its tickets, paired phones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from forum.checkin import service as door
from forum.core import clock
from forum.core.actor import SYSTEM
from forum.core.db import db
from forum.events.models import Event
from forum.programme.rules import AppearanceRole, SessionKind
from forum.tickets.models import Ticket
from forum.tickets.service import qr_text
from tests.factories import (
    make_appearance,
    make_event,
    make_organisation,
    make_partner,
    make_room,
    make_session,
    make_speaker,
    make_venue,
    text,
)

SEATS = 1_000_000
PHONES = 8
DAYS_AHEAD = 30
PROGRAMME = (
    (SessionKind.CEREMONY, "Registration and coffee", 0),
    (SessionKind.ADDRESS, "Welcome", 1),
    (SessionKind.KEYNOTE, "Sample keynote: what a factory learns", 1),
    (SessionKind.TALK, "Sample talk: small series, large variety", 1),
    (SessionKind.BREAK, "Coffee", 0),
    (SessionKind.PANEL, "Sample panel: who builds tomorrow", 4),
    (SessionKind.TALK, "Sample talk: from drawing to part in a day", 1),
    (SessionKind.NETWORKING, "Time to meet", 0),
)


@dataclass(frozen=True, slots=True)
class Sample:
    """What was made, as plain values that outlive the database's copies."""

    event_id: UUID
    slug: str
    phones: tuple[str, ...]

    @property
    def page(self) -> str:
        """The event's page in English."""
        return f"/en/e/{self.slug}/"

    @property
    def feed(self) -> str:
        """The event's calendar feed."""
        return f"/e/{self.slug}/{self.slug}.ics"

    @property
    def form(self) -> str:
        """The registration form in English."""
        return f"/en/e/{self.slug}/register"


def fill() -> Sample:
    """Fill an empty database, inside an application context."""
    now = clock.now()
    starts_at = (now + timedelta(days=DAYS_AHEAD)).replace(hour=1, minute=0, second=0)
    organisation = make_organisation()
    venue = make_venue(organisation)
    event = make_event(
        organisation,
        capacity=SEATS,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=4),
        venue_id=venue.id,
        title=text("Sample Forum: a fresh look at what is measured"),
        summary=text("A sample half-day seminar, as long as such texts are. " * 4),
    )
    _programme(event)
    for number in range(3):
        make_partner(event, position=number)
    return Sample(event.id, event.slug, tuple(_phones(event, now)))


def _programme(event: Event) -> None:
    room = make_room(event)
    for number, (kind, title, speakers) in enumerate(PROGRAMME):
        session = make_session(
            event,
            after=30 * number,
            kind=kind,
            title=text(title),
            room_id=room.id,
            abstract=text("What this session is about, in some words. " * 6),
        )
        for place in range(speakers):
            speaker = make_speaker(event.organisation_id)
            first = kind is SessionKind.PANEL and not place
            role = AppearanceRole.MODERATOR if first else AppearanceRole.PRESENTER
            make_appearance(session, speaker, role, place)


def _phones(event: Event, now: datetime) -> list[str]:
    at = door.main_checkpoint(SYSTEM, event, now=now)
    links = [door.make_pairing_link(SYSTEM, event, at, now=now) for _ in range(PHONES)]
    return [door.pair_device(link.secret, "Sample helper", now=now).secret for link in links]


def ticket_codes() -> list[str]:
    """Return what the tickets' QR codes hold, oldest first, inside an application context."""
    tickets = db.session.scalars(sa.select(Ticket).order_by(Ticket.issued_at, Ticket.id))
    return [qr_text(ticket) for ticket in tickets]
