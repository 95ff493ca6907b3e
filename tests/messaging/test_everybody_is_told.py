"""Nobody who is concerned is forgotten, nobody hears twice, and letters read the house once."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from forum.core import outbox
from forum.core.db import counted_statements, db, writing
from forum.core.impact import Person, Reach, Releasing, Thing, reach_of
from forum.messaging import service as messaging
from forum.messaging.models import Message
from forum.messaging.rules import Kind
from forum.messaging.service import telling, turns
from forum.programme.models import Programme, Release, SpeakerContact
from forum.registrations.models import Registration
from forum.registrations.rules import RegistrationState
from tests.factories import (
    NOW,
    _stored,
    make_appearance,
    make_event,
    make_organisation,
    make_partner,
    make_session,
    make_speaker,
    text,
)
from tests.messaging.conftest import Register, Work
from tests.messaging.stage import Stage, hold, move, plain, release, star
from tests.support.mail import Mailbox

pytestmark = pytest.mark.usefixtures("in_app")
SOON = NOW + turns.LEASE


def reach(stage: Stage, *, names_guests: bool = True) -> Reach:
    speakers = frozenset(db.session.scalars(sa.select(SpeakerContact.speaker_id)))
    sessions = frozenset({stage.talk.id})
    releasing = Releasing(stage.event.id, sessions, speakers, NOW, names_guests=names_guests)
    return reach_of(db.session(), releasing)


@pytest.mark.both_databases
def test_speakers_who_share_a_secretary_are_each_written_to(
    smtp: Mailbox, register: Register, work: Work, stage: Stage
) -> None:
    other = make_session(stage.event, after=90, title=text("Second talk"))
    second = make_speaker(stage.event.organisation_id, name="Ben Sample")
    make_appearance(other, second)
    _stored(SpeakerContact(speaker_id=second.id, email="Ada@example.com", lang="en"))
    third = make_session(stage.event, after=150, title=text("Starred talk"))
    star(register, third, email="ada@example.com", email_key="ada@example.com")
    work()
    smtp.empty()
    hold(stage.event)
    for one in (stage.talk, other, third):
        move(one, 10)
    mailed, *_ = reach(stage).impacts
    assert (mailed.number, [one.name for one in mailed.people]) == (2, ["示例", "Ben Sample"])
    release(stage.event)
    work()
    said = [plain(mail) for mail in smtp.mails]
    assert len(said) == 2
    assert sum("Second talk" in one for one in said) == 1
    assert sum("The talk" in one for one in said) == 1
    assert sum("Starred talk" in one for one in said) == 1, "the guest hears of it once"


@pytest.mark.parametrize("tell_all", [False, True])
def test_who_waits_for_a_seat_hears_of_a_starred_session(
    smtp: Mailbox, register: Register, work: Work, *, tell_all: bool
) -> None:
    event = make_event(make_organisation(), capacity=1)
    talk = make_session(event, title=text("The talk"))
    register(event, number="seat")
    waits = star(register, talk, number="waits")
    state = db.session.get_one(Registration, waits.registration_id).state
    assert state is RegistrationState.WAITLISTED
    work()
    smtp.empty()
    hold(event)
    move(talk, 10)
    sessions = frozenset({talk.id})
    assert reach_of(db.session(), Releasing(event.id, sessions, frozenset(), NOW)).all_guests == 2
    release(event, tell_all=tell_all)
    work()
    assert len(smtp.to("guest.waits@example.com")) == 1
    assert len(smtp.to("guest.seat@example.com")) == int(tell_all)


def test_those_who_are_told_are_named_but_guests_only_to_who_may_see_them(
    register: Register, stage: Stage
) -> None:
    silent = make_speaker(stage.event.organisation_id, name="Without Address")
    make_appearance(stage.talk, silent)
    _stored(SpeakerContact(speaker_id=silent.id, email="", lang="en"))
    guest = star(register, stage.talk, number="star")
    mailed, unheard, guests = reach(stage).impacts
    assert mailed.people == [Person("示例", Thing.SPEAKER, stage.speaker.slug)]
    assert unheard.people == [Person("Without Address", Thing.SPEAKER, silent.slug)]
    guest_id = str(guest.registration_id)
    assert guests.people == [Person("Sample Guest star", Thing.REGISTRATION, guest_id)]
    assert reach(stage, names_guests=False).impacts[2].people == ()


def _told(event_id: Any) -> dict[str, list[str]]:
    db.session.rollback()
    found: dict[str, list[str]] = {}
    wanted = sa.select(Message).where(Message.kind.in_(telling.KINDS)).order_by(Message.id)
    for one in db.session.scalars(wanted):
        assert one.event_id == event_id
        found.setdefault(one.to_email, []).append(one.key.rpartition(":")[2])
    return found


def _another_begins_amid(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, *, register: Register, work: Work
) -> None:
    """Let a worker tell of version 1, and amid it another, who knows of version 2 already."""
    star(register, stage.talk, number="star")
    work()
    hold(stage.event)
    move(stage.talk, 10)
    release(stage.event)
    news_of, begun = telling.news_of, []

    def slowly(event: Any, releases: Any) -> Any:
        news = news_of(event, releases)
        heard = telling._heard
        if not begun:
            begun.append(heard(event.id, NOW))
            move(stage.talk, 10)
            release(stage.event)
            messaging.tell_of_releases(stage.event.id, now=NOW)
            # What the first one has read of who was told is from before.
            monkeypatch.setattr(telling, "_heard", lambda *_: begun[0])
        return news

    monkeypatch.setattr(telling, "news_of", slowly)
    messaging.tell_of_releases(stage.event.id, now=NOW)
    monkeypatch.undo()


@pytest.mark.both_databases
def test_one_worker_at_a_time_tells_of_an_event_and_the_other_comes_back(
    stage: Stage, register: Register, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    _another_begins_amid(stage, monkeypatch, register=register, work=work)
    assert set(map(tuple, _told(stage.event.id).values())) == {("1",)}
    rows = db.session.scalars(
        sa.select(outbox.OutboxRow).where(outbox.OutboxRow.topic == "messaging.turn_awaited")
    ).all()
    assert [row.due_at for row in rows] == [SOON]
    work(SOON)
    assert set(map(tuple, _told(stage.event.id).values())) == {("1", "2")}
    assert None not in db.session.scalars(sa.select(Release.told_at)).all()
    assert db.session.get_one(Programme, stage.event.id).telling_until is None


@pytest.mark.both_databases
def test_the_control_without_turns_tells_of_the_first_version_twice(
    stage: Stage, register: Register, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns.Turn, "_keep", lambda *_: None)
    monkeypatch.setattr(turns, "LEASE", NOW - NOW)
    _another_begins_amid(stage, monkeypatch, register=register, work=work)
    assert set(map(tuple, _told(stage.event.id).values())) == {("2", "1")}


def test_a_worker_that_was_held_up_for_too_long_leaves_the_rest_to_another(stage: Stage) -> None:
    move(stage.talk, 10)
    turn = turns.Turn.of(stage.event.id, NOW)
    assert turn is not None
    assert turns.Turn.of(stage.event.id, NOW + turns.LEASE / 2) is None
    turn.go_on()
    other = turns.Turn.of(stage.event.id, turn.until)
    assert other is not None
    with pytest.raises(turns.TurnLostError):
        turn.go_on()
    with writing() as transaction:
        other.end(transaction)
    assert turns.Turn.of(stage.event.id, NOW) is not None


@pytest.mark.parametrize("tell_all", [False, True])
def test_letters_to_thirty_guests_read_as_often_as_a_letter_to_one(
    register: Register, work: Work, *, tell_all: bool
) -> None:
    reads = []
    for number in (1, 30):
        event = make_event(make_organisation())
        make_partner(event)
        talk = make_session(event)
        for place in range(number):
            star(register, talk, number=f"{number}x{place}")
        work()
        hold(event)
        move(talk, 10)
        release(event, tell_all=tell_all)
        event_id = event.id
        db.session.rollback()
        with counted_statements(db.engine) as seen:
            assert messaging.tell_of_releases(event_id, now=NOW) == number
        reads.append(len([one for one in seen if one.startswith("SELECT")]))
    assert reads[0] == reads[1]


def test_letters_of_a_cancelled_event_read_as_often_for_thirty_guests_as_for_one(
    register: Register, work: Work
) -> None:
    reads = []
    for number in (1, 30):
        event = make_event(make_organisation())
        make_partner(event)
        for place in range(number):
            register(event, number=f"{number}y{place}")
        work()
        db.session.rollback()
        with counted_statements(db.engine) as seen:
            made = messaging.write_to_guests_of(
                event.id, lambda *_: Kind.EVENT_CANCELLED, key=f"off:{number}", now=NOW
            )
        assert made == number
        reads.append(len([one for one in seen if one.startswith("SELECT")]))
    assert reads[0] == reads[1]


def test_a_release_page_names_no_guest_to_the_database_by_id(
    register: Register, stage: Stage
) -> None:
    most = []
    for number in (1, 10):
        for place in range(number):
            star(register, stage.talk, number=f"{number}z{place}")
        db.session.rollback()
        with counted_statements(db.engine) as seen:
            reach(stage)
        most.append(max(one.count("?") for one in seen))
    assert most[0] == most[1]
