"""What a service itself refuses: who approves themselves, adds people, takes a dead offer."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.core.actor import ANONYMOUS, SYSTEM
from forum.core.db import db, writing
from forum.core.text import Text
from forum.events.models import Event
from forum.events.rules import EventState
from forum.registrations import service
from forum.registrations.models import (
    ApprovalRule,
    Consent,
    ConsentWording,
    RegistrationPolicy,
    TicketType,
)
from forum.registrations.queries import wordings_for_form
from forum.registrations.rules import (
    Access,
    ConsentPurpose,
    OfferOver,
    RegistrationClosed,
    RegistrationState,
    RuleKind,
)
from forum.registrations.service import Attendee, Party
from forum.registrations.service.consenting import Agreed
from forum.registrations.service.replying import Reply, accept
from tests.factories import NOW, attendee, make_event
from tests.registrations.inviting import holder, invite, invited, made_list, one_invited
from tests.registrations.ticket_types import agreed, come, make_type, states

UNNAMED = Attendee("", "", "", "", "", "en")


@pytest.fixture
def event_id(in_app: Flask) -> UUID:
    return make_event(capacity=10).id


def test_nobody_without_an_address_counts_as_invited(event_id: UUID) -> None:
    kind = make_type(event_id, access=Access.APPROVAL)
    on_list = made_list(event_id)
    invite(event_id, on_list, invited("letter", email=""), invited("1"))
    with writing() as session:
        session.add(
            ApprovalRule(
                ticket_type_id=kind, kind=RuleKind.INVITATION, value=str(on_list), created_at=NOW
            )
        )
    who = attendee("x", email="invited.1@example.com", email_key="invited.1@example.com")
    together = Party((who, UNNAMED), type_id=kind)
    done = service.register_party(ANONYMOUS, event_id, together, form_key=None, now=NOW)
    assert done.state is RegistrationState.PENDING


def test_consents_are_kept_in_the_language_in_which_their_words_were_shown(event_id: UUID) -> None:
    with writing() as session:
        session.add(
            ConsentWording(
                event_id=event_id,
                purpose=ConsentPurpose.MARKETING,
                words=Text({"zh-Hant": "電郵"}),
                made_at=NOW,
            )
        )
    shown = wordings_for_form(event_id)
    given = Agreed(shown, {shown[0].id}, "en", ["en", "zh-Hant"]).given()
    service.register(ANONYMOUS, event_id, attendee(consents=given), form_key=None, now=NOW)
    assert db.session.execute(sa.select(Consent.wording, Consent.lang)).all() == [
        ("電郵", "zh-Hant")
    ]


@pytest.mark.parametrize("access", [Access.CODE, Access.OFFICE, Access.INVITATION])
def test_guests_add_nobody_to_a_type_that_is_not_theirs_to_take(
    event_id: UUID, access: Access
) -> None:
    kind = make_type(event_id)
    done = come(event_id, kind, "a")
    with writing() as session:
        session.get_one(TicketType, kind).access = access
    with pytest.raises(RegistrationClosed):
        service.add_person(ANONYMOUS, done.booking_id, UNNAMED, most=4, now=NOW)
    service.add_person(SYSTEM, done.booking_id, UNNAMED, by_hand=True, now=NOW)


def test_guests_add_nobody_once_the_type_has_closed(event_id: UUID) -> None:
    kind = make_type(event_id, closes_at=NOW + timedelta(hours=1))
    done = come(event_id, kind, "a")
    service.add_person(ANONYMOUS, done.booking_id, UNNAMED, now=NOW)
    with pytest.raises(RegistrationClosed):
        service.add_person(ANONYMOUS, done.booking_id, UNNAMED, now=NOW + timedelta(hours=1))


def test_invited_guests_bring_the_companions_of_their_invitation(event_id: UUID) -> None:
    one = one_invited(event_id, made_list(event_id))
    done = accept(holder(one), one, Reply(), now=NOW)
    assert done.booking_id is not None
    with pytest.raises(RegistrationClosed):
        service.add_person(ANONYMOUS, done.booking_id, UNNAMED, now=NOW)
    service.add_person(ANONYMOUS, done.booking_id, UNNAMED, most=2, now=NOW)


@pytest.mark.both_databases
@pytest.mark.parametrize("over", ["cancelled", "ended"])
def test_an_offer_of_an_event_that_is_cancelled_or_over_cannot_be_taken(
    in_app: Flask, over: str
) -> None:
    event_id = make_event(capacity=1).id
    with writing() as session:
        session.get_one(RegistrationPolicy, event_id).offer_hours = 24
    first, second = come(event_id, None, "A"), come(event_id, None, "B")
    service.cancel(SYSTEM, first.registration_id, now=NOW)
    assert states(event_id)["B"] == "offered"
    with writing() as session:
        event = session.get_one(Event, event_id)
        if over == "cancelled":
            event.state = EventState.CANCELLED
        else:
            event.starts_at, event.ends_at = NOW - timedelta(hours=2), NOW
    with pytest.raises(OfferOver):
        service.take_offer(SYSTEM, second.registration_id, now=NOW)
    assert states(event_id)["B"] == "offered"
    agreed()
