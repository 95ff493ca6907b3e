"""To whom one can write: filters of the list, who came, speakers, invited guests."""

from __future__ import annotations

from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from forum.checkin import service as checkin
from forum.checkin.rules import Way
from forum.checkin.verdicts import NewScan
from forum.core.actor import SYSTEM, Actor, ActorKind
from forum.core.db import db, writing
from forum.core.ids import uuid7
from forum.core.links import Purpose
from forum.core.text import Text
from forum.events.models import Event
from forum.messaging import bodies
from forum.messaging.models import Bounce, Message
from forum.messaging.queries.announcements import announcement_of
from forum.messaging.rules.announcements import OfGuestsAlone
from forum.messaging.rules.bounces import BounceAction
from forum.messaging.rules.segments import (
    ALL_SPEAKERS,
    CAME,
    DID_NOT_COME,
    EVERYBODY,
    LeftOut,
    NoSuchSegment,
    Segment,
    SegmentOf,
    read_segment,
)
from forum.messaging.service import announcing
from forum.programme.models import Engagement, SpeakerContact
from forum.programme.rules import EngagementState
from forum.registrations.models import GuestList, Invitation, Registration, TicketType
from forum.registrations.rules import BookingSource, RegistrationState
from forum.registrations.rules.invitations import InvitationState
from forum.registrations.rules.listing import Wanted
from tests.factories import (
    NOW,
    _stored,
    make_appearance,
    make_event,
    make_organisation,
    make_session,
    make_speaker,
)
from tests.messaging.announcing_stage import announce, letters_of, sender, wording
from tests.messaging.conftest import Register, Work

PLAIN = Text({"en": "Dear {name}, come to Hall 3."})


@pytest.fixture
def event(in_app: Flask) -> Event:
    return make_event(make_organisation())


def addresses(announcement_id: UUID) -> list[str]:
    announcing.queue_all(announcement_id, NOW)
    return [one.to_email for one in letters_of(announcement_id)]


def let_in(event: Event, registration_id: UUID) -> None:
    """Let a guest in at the main door."""
    at = checkin.main_checkpoint(SYSTEM, event, now=NOW)
    link = checkin.make_pairing_link(SYSTEM, event, at, now=NOW)
    paired = checkin.pair_device(link.secret, "Mei", now=NOW)
    phone = Actor(ActorKind.DEVICE, paired.id, "Mei", event_id=event.id)
    code = db.session.get_one(Registration, registration_id).code
    checkin.record_scan(phone, NewScan(uuid7(), Way.TYPED, code=code), now=NOW)


ids = st.uuids()
wanted = st.builds(
    Wanted,
    state=st.none() | st.sampled_from(list(RegistrationState)),
    type_id=st.none() | ids,
    tag=st.text(st.characters(codec="utf-8"), max_size=40),
    source=st.none() | st.sampled_from(list(BookingSource)),
    inside=st.none() | st.booleans(),
    search=st.text(st.characters(codec="utf-8"), max_size=100),
)
segments = st.builds(
    Segment,
    of=st.sampled_from(list(SegmentOf)),
    wanted=wanted,
    ids=st.lists(ids, max_size=3).map(tuple),
    called=st.text(st.characters(codec="utf-8"), max_size=60),
    session_id=st.none() | ids,
    list_id=st.none() | ids,
    states=st.sets(st.sampled_from(list(InvitationState))).map(
        lambda some: tuple(one for one in InvitationState if one in some)
    ),
)


@given(segments)
def test_what_is_kept_of_a_segment_is_read_back(segment: Segment) -> None:
    assert read_segment(segment.as_json()) == segment


@pytest.mark.parametrize(
    "kept",
    [
        {},
        {"version": 2, "of": "speakers"},
        {"version": 1, "of": "x"},
        {"version": 1},
        {"version": 1, "of": "registrations", "ids": ["x"]},
    ],
)
def test_nonsense_is_no_segment(kept: dict[str, object]) -> None:
    with pytest.raises(NoSuchSegment):
        read_segment(kept)


def test_without_a_state_those_whose_registration_ended_are_not_meant(
    event: Event, register: Register, work: Work
) -> None:
    register(event, number="here")
    gone = register(event, number="gone")
    work()
    with writing() as session:
        session.execute(
            sa.update(Registration)
            .where(Registration.id == gone.registration_id)
            .values(state=RegistrationState.CANCELLED, cancelled_at=NOW, in_home=False)
        )
    actor = sender(event)
    made = announce(actor, event, segment=EVERYBODY)
    assert addresses(made) == ["guest.here@example.com"]
    ended = Segment(wanted=Wanted(state=RegistrationState.CANCELLED))
    assert addresses(announce(actor, event, segment=ended)) == ["guest.gone@example.com"]


def test_who_came_and_who_did_not(event: Event, register: Register, work: Work) -> None:
    came, _ = register(event, number="came"), register(event, number="absent")
    work()
    let_in(event, came.registration_id)
    actor = sender(event)
    assert addresses(announce(actor, event, segment=CAME)) == ["guest.came@example.com"]
    assert addresses(announce(actor, event, segment=DID_NOT_COME)) == ["guest.absent@example.com"]


def test_speakers_get_their_own_page_and_who_has_none_the_programme(event: Event) -> None:
    one, two = make_session(event), make_session(event, after=60)
    with_page, without, declined = (
        make_speaker(event.organisation_id, name=name) for name in ("Ada", "Bob", "Cy")
    )
    for speaker in (with_page, without, declined):
        _stored(SpeakerContact(speaker_id=speaker.id, email=f"{speaker.name.lower()}@example.com"))
    make_appearance(one, with_page)
    make_appearance(two, without)
    make_appearance(two, declined)
    for speaker, state in (
        (with_page, EngagementState.CONFIRMED),
        (declined, EngagementState.DECLINED),
    ):
        engagement = Engagement(
            event_id=event.id, speaker_id=speaker.id, state=state, created_at=NOW
        )
        _stored(engagement)
    actor = sender(event)
    made = announce(actor, event, segment=ALL_SPEAKERS, words=PLAIN, subject=Text({"en": "News"}))
    assert addresses(made) == ["ada@example.com", "bob@example.com"]
    ada, bob = letters_of(made)
    assert ada.link_purpose == Purpose.SPEAKER
    assert ada.mark in bodies.whole(ada).html
    assert bob.link_purpose is None
    assert f"/en/e/{event.slug}/programme" in bodies.whole(bob).html
    of_one = Segment(SegmentOf.SPEAKERS, session_id=one.id)
    assert addresses(announce(actor, event, segment=of_one)) == ["ada@example.com"]


def test_invited_guests_by_list_and_by_how_they_answered(event: Event) -> None:
    kind = db.session.scalars(sa.select(TicketType.id).where(TicketType.event_id == event.id)).one()
    guests = _stored(GuestList(event_id=event.id, ticket_type_id=kind, name="VIP", created_at=NOW))
    for name, state in (("asked", InvitationState.SENT), ("yes", InvitationState.ACCEPTED)):
        email = f"{name}@example.com"
        _stored(
            Invitation(
                event_id=event.id, list_id=guests.id, name=name.title(), email=email,
                email_key=email, lang="en", state=state, salutation="Dr", created_at=NOW,
                changed_at=NOW, replied_at=NOW if state is InvitationState.ACCEPTED else None,
            )
        )  # fmt: skip
    actor = sender(event)
    asked = Segment(SegmentOf.INVITATIONS, list_id=guests.id, states=(InvitationState.SENT,))
    made = announce(actor, event, segment=asked)
    assert addresses(made) == ["asked@example.com"]
    (letter,) = letters_of(made)
    assert "Dear Dr Asked," in bodies.whole(letter).text
    assert letter.kind == "advertisement", "who has not accepted has no place it can be about"
    accepted = Segment(SegmentOf.INVITATIONS, states=(InvitationState.ACCEPTED,))
    made = announce(actor, event, segment=accepted)
    assert addresses(made) == ["yes@example.com"]
    assert letters_of(made)[0].kind == "announcement"


def test_a_code_is_no_placeholder_for_who_has_none(event: Event) -> None:
    said = Text({"en": "Your code is {code}."})
    with pytest.raises(OfGuestsAlone):
        announcing.draft(
            sender(event),
            event.id,
            wording(segment=ALL_SPEAKERS, words=said, subject=Text({"en": "x"})),
            now=NOW,
        )


def test_addresses_that_came_back_and_those_that_are_missing_are_left_out(
    event: Event, register: Register, work: Work
) -> None:
    register(event, number="good")
    register(event, number="bad")
    nobody = register(event, number="none")
    work()
    with writing() as session:
        message = session.scalars(
            sa.select(Message).where(Message.to_email == "guest.bad@example.com")
        ).one()
        session.add(
            Bounce(
                organisation_id=event.organisation_id, message_id=message.id,
                email=message.to_email, address_key=message.to_email,
                action=BounceAction.FAILED, status="5.1.1", final=True, at=NOW,
            )
        )  # fmt: skip
        guest = session.get_one(Registration, nobody.registration_id)
        guest.email, guest.email_key, guest.holds_address = "", "", False
        session.execute(
            sa.text("UPDATE booking SET contact_email = '', contact_key = '' WHERE id = :id"),
            {"id": guest.booking_id.hex},
        )
    made = announcing.draft(sender(event), event.id, wording(), now=NOW)
    counted = announcing.count(announcement_of(event.id, made), event)
    assert counted.total == 1
    assert counted.left_out == {LeftOut.BOUNCED: 1, LeftOut.NO_ADDRESS: 1}
