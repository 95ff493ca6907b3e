"""Changing what a registration says of its attendee, and its personal link."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from forum.core import audit
from forum.core.db import writing
from forum.core.errors import NotFound
from forum.core.revisions import ChangedMeanwhile
from forum.registrations.models import Booking, Registration
from forum.registrations.rules import AlreadyCancelled, RegistrationState
from forum.registrations.service.registering import search_text_of

if TYPE_CHECKING:
    from forum.core.actor import Actor


@dataclass(frozen=True, slots=True)
class NameForms:
    """The name forms and the organisation of an attendee, cleaned."""

    name: str
    name_zh: str
    organisation: str


def change_name(
    actor: Actor, registration_id: UUID, forms: NameForms, *, revision: int, now: datetime
) -> None:
    """Change name forms and organisation; raises ChangedMeanwhile when `revision` is outdated."""
    with writing() as session:
        registration = session.scalars(
            sa.select(Registration)
            .where(Registration.id == registration_id)
            .options(joinedload(Registration.event))
            .with_for_update(of=Registration)
            .execution_options(populate_existing=True),
        ).one_or_none()
        if registration is None:
            raise NotFound
        if registration.state is RegistrationState.CANCELLED:
            raise AlreadyCancelled
        if registration.revision != revision:
            raise ChangedMeanwhile
        before = [registration.name, registration.name_zh, registration.organisation]
        registration.name, registration.name_zh = forms.name, forms.name_zh
        registration.organisation = forms.organisation
        registration.search_text = search_text_of(
            forms.name, forms.name_zh, forms.organisation, registration.email, registration.code
        )
        registration.changed_at = now
        registration.revision += 1
        after = [forms.name, forms.name_zh, forms.organisation]
        audit.record(
            session,
            actor,
            "registration.renamed",
            ("registration", registration.id),
            registration.event.organisation_id,
            {"before": before, "after": after},
            now,
        )


def renew_link(actor: Actor, booking_id: UUID, *, now: datetime) -> int:
    """Give a booking a new personal link, which kills the old; return the new generation."""
    with writing() as session:
        booking = session.scalars(
            sa.select(Booking)
            .where(Booking.id == booking_id)
            .options(joinedload(Booking.event))
            .with_for_update(of=Booking)
            .execution_options(populate_existing=True),
        ).one_or_none()
        if booking is None:
            raise NotFound
        booking.link_generation += 1
        audit.record(
            session,
            actor,
            "booking.link_renewed",
            ("booking", booking.id),
            booking.event.organisation_id,
            {},
            now,
        )
        return booking.link_generation
