"""What the organiser's list is narrowed to besides words, as conditions of rows or of ids alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from forum.core.presence import inside
from forum.registrations.models import Booking, Registration, RegistrationTag
from forum.registrations.rules.listing import Wanted

Ids = sa.ColumnElement[UUID] | InstrumentedAttribute[UUID]
"""A column of registrations' ids."""

Fits = Callable[[Ids], sa.ColumnElement[bool]]
"""Turns such a column into a condition."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What must be true of an event's registrations: of their rows, and of their ids.

    `among` are selects of ids, each of which has all that fit: from one of them few are soon found.
    """

    event_id: UUID
    of_rows: Sequence[sa.ColumnElement[bool]] = ()
    of_ids: Sequence[Fits] = ()
    among: Sequence[sa.Select[Any]] = ()

    @property
    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """All of it where the event's registrations are read."""
        return [Registration.event_id == self.event_id, *self.of_rows_alone]

    @property
    def of_rows_alone(self) -> list[sa.ColumnElement[bool]]:
        """The same where it is known already that they are the event's."""
        return [*self.of_rows, *(fits(Registration.id) for fits in self.of_ids)]

    @property
    def fits(self) -> list[Fits]:
        """The same where ids of the event's registrations have been found before."""
        return [*self.of_ids, self._row_fits] if self.of_rows else list(self.of_ids)

    def of(self, column: Any) -> sa.Select[Any]:  # noqa: ANN401 - any column of a registration
        """Return a select of something of those that fit, which no order makes walk the list."""
        if not self.among:
            return sa.select(column).where(*self.conditions)
        one_of = self.among[0].subquery()
        (ids,) = one_of.c
        chosen = sa.select(column).join_from(one_of, Registration, Registration.id == ids)
        return chosen.where(*self.of_rows_alone)

    def _row_fits(self, ids: Ids) -> sa.ColumnElement[bool]:
        one = sa.select(sa.literal(1)).where(Registration.id == ids, *self.of_rows)
        # The bounds keep PostgreSQL from joining all that fit before the first row is shown.
        return sa.exists(one.correlate_except(Registration, Booking).limit(1).offset(0))


def filtered(event_id: UUID, wanted: Wanted) -> Filter:
    """Return what is wanted but for its words."""
    of_rows: list[sa.ColumnElement[bool]] = []
    of_ids: list[Fits] = []
    among: list[sa.Select[Any]] = []
    if wanted.state is not None:
        of_rows.append(Registration.state == wanted.state)
    if wanted.type_id is not None:
        of_rows.append(Registration.ticket_type_id == wanted.type_id)
    if wanted.source is not None:
        came_so = sa.exists().where(
            Booking.id == Registration.booking_id, Booking.source == wanted.source
        )
        of_rows.append(came_so)
        booked = sa.select(Registration.id).join(Booking, Booking.id == Registration.booking_id)
        among.append(booked.where(Booking.event_id == event_id, Booking.source == wanted.source))
    if wanted.tag:
        tagged = sa.select(RegistrationTag.registration_id).where(
            RegistrationTag.event_id == event_id, RegistrationTag.tag == wanted.tag
        )
        of_ids.append(_among([tagged]))
        among.insert(0, tagged)
    if wanted.inside is not None:
        selects = inside(event_id)
        there = _among(selects)
        if wanted.inside and len(selects) == 1:
            among += selects
        of_ids.append(there if wanted.inside else lambda ids: sa.not_(there(ids)))
    return Filter(event_id, of_rows, of_ids, among)


def _among(selects: Sequence[sa.Select[Any]]) -> Fits:
    return lambda ids: sa.or_(sa.false(), *(ids.in_(one) for one in selects))
