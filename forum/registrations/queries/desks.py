"""Named reads for the registration form: the event at an address, and what its form asks at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from forum.core.db import db, one_of
from forum.core.errors import NotFound
from forum.events.models import Event
from forum.events.rules import EventState
from forum.registrations.models import ConsentWording, Question, RegistrationPolicy, TicketType
from forum.registrations.rules import BY_FORM, VISIBLE, Access, ConsentPurpose

_TAKEN_BY_FORM = sa.and_(
    one_of(TicketType.access, BY_FORM - {Access.LINK}), TicketType.closed_for_good_at.is_(None)
)
_PLAIN_TYPE = sa.and_(one_of(TicketType.access, VISIBLE), TicketType.most_per_booking == 1)
_ASKS = sa.exists().where(Question.event_id == Event.id, Question.withdrawn_at.is_(None))
_STATES = sa.exists().where(
    ConsentWording.event_id == Event.id, ConsentWording.withdrawn_at.is_(None)
)
_OWN_MARKETING = ~sa.exists().where(
    ConsentWording.event_id == Event.id, ConsentWording.purpose == ConsentPurpose.MARKETING
)
_BY_CODE = sa.exists().where(
    TicketType.event_id == Event.id,
    TicketType.access == Access.CODE,
    TicketType.closed_for_good_at.is_(None),
)
# What anything but the one plain type weighs is more than one.
_WEIGHT = (
    sa.select(sa.func.sum(sa.case((_PLAIN_TYPE, 1), else_=2)))
    .where(TicketType.event_id == Event.id, _TAKEN_BY_FORM)
    .scalar_subquery()
)
_NUMBER = (
    sa.select(sa.func.min(TicketType.number))
    .where(TicketType.event_id == Event.id, _TAKEN_BY_FORM)
    .scalar_subquery()
)
_COLUMNS = sa.select(
    Event.id,
    Event.discreet,
    Event.state,
    Event.opens_at,
    Event.closes_at,
    Event.ends_at,
    Event.languages,
    sa.case((_WEIGHT == 1, _NUMBER)),
    _ASKS,
    _STATES,
    _OWN_MARKETING,
    _BY_CODE,
    sa.func.coalesce(RegistrationPolicy.several_per_address, sa.false()),
    RegistrationPolicy.offer_hours.is_not(None),
)
_NAMED = _COLUMNS.outerjoin(RegistrationPolicy, RegistrationPolicy.event_id == Event.id).where(
    Event.slug == sa.bindparam("slug")
)


@dataclass(slots=True)
class Named:
    """An event by its address: what says whether it is open, and what its form has to look up.

    `discreet` answers by mail. `one_type` is the number of the only type the form takes, where
    everybody may take it, one person at a time. `asks` says that there are questions, `states`
    wordings of consent, `own_marketing` that it asks for direct marketing in words of its own, as
    the organiser has neither set nor stopped any, `by_code` types that an access code opens,
    `offers` that a freed seat is offered for a time.
    """

    event_id: UUID
    discreet: bool
    state: EventState
    opens_at: datetime | None
    closes_at: datetime | None
    ends_at: datetime
    languages: list[str]
    one_type: int | None
    asks: bool
    states: bool
    own_marketing: bool
    by_code: bool
    several_per_address: bool
    offers: bool

    @property
    def is_plain(self) -> bool:
        """Whether the form is the usual boxes and nothing has to be looked up to take it."""
        return self.one_type is not None and self.own_marketing and not (self.asks or self.states)


def named(slug: str) -> Named | None:
    """Return which event has this slug now; one statement."""
    row = db.session.connection().execute(_NAMED, {"slug": slug}).first()
    return Named(*row) if row else None


def event_at(slug: str) -> Event:
    """Return an event with venue and organisation; raises NotFound; one statement."""
    found = db.session.scalar(
        sa.select(Event)
        .where(Event.slug == slug)
        .options(joinedload(Event.venue), joinedload(Event.organisation))
    )
    if found is None:
        raise NotFound
    return found


def opens_by_code(event_id: UUID) -> bool:
    """Say whether an access code opens a type of the event; one statement."""
    return bool(
        db.session.scalar(
            sa.select(
                sa.exists().where(
                    TicketType.event_id == event_id,
                    TicketType.access == Access.CODE,
                    TicketType.closed_for_good_at.is_(None),
                )
            )
        )
    )
