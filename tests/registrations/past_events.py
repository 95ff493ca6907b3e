"""Events that were held before, with a door: who came, who kept a seat and stayed away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from forum.checkin import service as checkin
from forum.checkin.rules import Way
from forum.checkin.verdicts import NewScan
from forum.core.actor import SYSTEM, Actor, ActorKind
from forum.core.db import writing
from forum.core.ids import uuid7
from forum.events.models import Event
from forum.people.models import Organisation
from forum.registrations import service as registrations
from tests.factories import NOW, attendee, make_event


def held_before(
    organisation: Organisation, *, came: Sequence[str] = (), missed: Sequence[str] = ()
) -> Event:
    """Hold an event of the organisation a month ago to which some addresses came and some not."""
    event = make_event(organisation)
    for address in (*came, *missed):
        done = registrations.register(
            SYSTEM,
            event.id,
            attendee(email=address, email_key=address),
            form_key=None,
            now=NOW,
        )
        if address in came:
            let_in(event, done.registration_id)
    with writing() as session:
        session.execute(
            sa.update(Event)
            .where(Event.id == event.id)
            .values(starts_at=NOW - timedelta(days=30), ends_at=NOW - timedelta(days=29))
        )
    return event


def let_in(event: Event, registration_id: UUID) -> None:
    """Let a guest in at the main door."""
    at = checkin.main_checkpoint(SYSTEM, event, now=NOW)
    link = checkin.make_pairing_link(SYSTEM, event, at, now=NOW)
    paired = checkin.pair_device(link.secret, "Mei", now=NOW)
    device = Actor(ActorKind.DEVICE, paired.id, "Mei", event_id=event.id)
    reading = NewScan(uuid7(), Way.SEARCH, registration_id=registration_id)
    checkin.record_scan(device, reading, now=NOW)
