"""How an event and an organisation write mail: their pages, the sender, limits and a pause."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from forum.core.actor import SYSTEM
from forum.core.audit import AuditEntry
from forum.core.db import counted_statements, db
from forum.core.permissions import Role
from forum.events.models import Picture
from forum.messaging.models import Message
from forum.messaging.queries import sending
from forum.messaging.rules import MessageState
from forum.messaging.service import deliver_due, delivering
from forum.messaging.service.claiming import claim
from forum.messaging.service.settings import (
    EventMailing,
    OrganisationMailing,
    go_on,
    pause,
    set_event_mail,
    set_organisation_mail,
)
from tests.factories import NOW, make_event, make_organisation
from tests.messaging import waiting
from tests.messaging.conftest import Work
from tests.registrations.back_office import House, enter, house, send
from tests.support.mail import Mailbox

Messages = Callable[[], list[Message]]
MINUTE = timedelta(minutes=1)
KEPT: dict[str, Any] = {"words_kept_days": "90"}
"""What an owner leaves as it is."""


@pytest.fixture
def stage(app: Flask) -> House:
    return house(app)


@pytest.fixture
def organiser(app: Flask, client: FlaskClient, stage: House) -> FlaskClient:
    return enter(app, client, stage, Role.OWNER)


def of_organisation(stage: House) -> str:
    return f"/manage/organisations/{stage.organisation.slug}/mail"


def queue(app: Flask, house: House, number: int, **given: Any) -> None:
    """Store mails of an event that wait to be sent."""
    waiting.queue(app, house.organisation.id, house.event_id, number, **given)


class TestAnEvent:
    """What an organiser sets for one event."""

    def test_its_mails_bear_its_name_its_address_and_where_answers_go(
        self, app: Flask, organiser: FlaskClient, stage: House, smtp: Mailbox, work: Work
    ) -> None:
        app.config["FORUM_SETTINGS"] = replace(
            app.config["FORUM_SETTINGS"], mail_domains=("localhost", "events.example")
        )
        typed = {
            "sender_name": "Institute, 示例",
            "from_address": "summit@events.example",
            "reply_to": "desk@example.com",
            "per_minute": "",
        }
        assert send(organiser, stage.at("messages/settings"), typed).status_code == 303
        queue(app, stage, 1, reply_to="forum@example.com")
        work()
        (mail,) = smtp.mails
        (sender,) = mail["From"].addresses
        assert (sender.display_name, sender.addr_spec) == (
            "Institute, 示例",
            "summit@events.example",
        )
        assert mail["Reply-To"] == "desk@example.com"
        page = organiser.get(stage.at("messages/settings")).text
        assert "summit@events.example" in page

    def test_an_address_in_a_foreign_domain_is_refused_in_words(
        self, organiser: FlaskClient, stage: House
    ) -> None:
        typed = {"sender_name": "Kept", "from_address": "a@elsewhere.example"}
        answer = send(organiser, stage.at("messages/settings"), typed)
        assert answer.status_code == 422
        assert "Enter an address that ends in one of: localhost" in answer.text
        assert 'value="Kept"' in answer.text
        assert 'value="a@elsewhere.example"' in answer.text

    @pytest.mark.parametrize(
        ("box", "typed", "says"),
        [
            ("reply_to", "nobody", "Enter an email address in the correct format"),
            ("per_minute", "0", "Enter a whole number from 1 to 10000"),
            ("per_minute", "many", "Enter a whole number from 1 to 10000"),
            ("sender_name", "n" * 121, "Shorten this to at most 120 characters"),
        ],
    )
    def test_nonsense_is_refused_in_words(
        self, organiser: FlaskClient, stage: House, box: str, typed: str, says: str
    ) -> None:
        answer = send(organiser, stage.at("messages/settings"), {box: typed})
        assert answer.status_code == 422
        assert says in answer.text

    def test_a_line_break_in_the_name_makes_no_second_header(
        self, app: Flask, organiser: FlaskClient, stage: House, smtp: Mailbox, work: Work
    ) -> None:
        typed = {"sender_name": "Institute\r\nBcc: victim@example.com"}
        assert send(organiser, stage.at("messages/settings"), typed).status_code == 303
        queue(app, stage, 1)
        work()
        assert smtp.mails[0]["Bcc"] is None
        assert smtp.recipients == [["0@example.com"]]

    def test_who_saved_first_is_not_overwritten(self, organiser: FlaskClient, stage: House) -> None:
        address = stage.at("messages/settings")
        first = send(organiser, address, {"sender_name": "First", "revision": "0"})
        second = send(organiser, address, {"sender_name": "Second", "revision": "0"})
        assert (first.status_code, second.status_code) == (303, 409)
        assert 'value="Second"' in second.text
        assert "First" in organiser.get(address).text

    def test_a_domain_that_is_no_longer_allowed_is_not_used(
        self, app: Flask, stage: House, smtp: Mailbox, work: Work
    ) -> None:
        settings = app.config["FORUM_SETTINGS"]
        app.config["FORUM_SETTINGS"] = replace(settings, mail_domains=("events.example",))
        with app.app_context():
            wanted = EventMailing(sender_name="Institute", from_address="a@events.example")
            set_event_mail(SYSTEM, stage.event_id, wanted, revision=0, now=NOW)
        app.config["FORUM_SETTINGS"] = settings
        queue(app, stage, 1)
        work()
        assert str(smtp.mails[0]["From"]) == "Institute <forum@localhost>"


class TestAnOrganisation:
    """What an owner sets for all events."""

    def test_its_name_stands_on_events_that_have_none(
        self, app: Flask, organiser: FlaskClient, stage: House, smtp: Mailbox, work: Work
    ) -> None:
        typed = KEPT | {"sender_name": "The Institute", "nod_above": "20"}
        assert send(organiser, of_organisation(stage), typed).status_code == 303
        queue(app, stage, 1)
        work()
        assert smtp.mails[0]["From"].addresses[0].display_name == "The Institute"
        with app.app_context():
            assert sending.mail_of_organisation(stage.organisation.id).nod_above == 20

    def test_a_second_person_is_asked_above_500_until_something_else_is_set(
        self, app: Flask, stage: House
    ) -> None:
        with app.app_context():
            assert sending.mail_of_organisation(stage.organisation.id).nod_above == 500

    def test_a_logo_is_kept_shown_and_removed(
        self, app: Flask, organiser: FlaskClient, stage: House
    ) -> None:
        drawn = io.BytesIO()
        Image.new("RGB", (300, 100), "navy").save(drawn, "PNG")
        drawn.seek(0)
        typed = KEPT | {"logo": (drawn, "logo.png")}
        assert send(organiser, of_organisation(stage), typed).status_code == 303
        page = organiser.get(of_organisation(stage)).text
        with app.app_context():
            (picture,) = db.session.query(Picture).all()
        assert picture.address in page
        assert organiser.get(picture.address).status_code == 200
        assert (
            send(organiser, of_organisation(stage), KEPT | {"remove_logo": "y"}).status_code == 303
        )
        with app.app_context():
            assert db.session.query(Picture).all() == []

    def test_what_is_no_picture_is_refused_in_words(
        self, organiser: FlaskClient, stage: House
    ) -> None:
        typed = KEPT | {"logo": (io.BytesIO(b"<svg/>"), "logo.svg"), "sender_name": "Kept"}
        answer = send(organiser, of_organisation(stage), typed)
        assert answer.status_code == 422
        assert "Choose a picture as PNG, JPEG or WebP" in answer.text
        assert 'value="Kept"' in answer.text

    def test_a_manager_does_not_set_it(self, app: Flask, client: FlaskClient, stage: House) -> None:
        manager = enter(app, client, stage, Role.MANAGER)
        assert manager.get(of_organisation(stage)).status_code == 403
        assert "/mail" not in manager.get(stage.at("messages/settings")).text.replace("/mails", "")


class TestAPause:
    """Nothing of an event goes out while it is paused."""

    def test_it_holds_back_one_event_and_no_other(
        self, app: Flask, organiser: FlaskClient, stage: House, smtp: Mailbox, work: Work
    ) -> None:
        other = house(app)
        address = stage.at("messages/settings")
        assert send(organiser, address, {}, to=stage.at("messages/pause")).status_code == 303
        queue(app, stage, 3)
        queue(app, other, 2)
        work()
        assert len(smtp.mails) == 2
        for page in (organiser.get(address).text, organiser.get(stage.at("messages")).text):
            assert "Mail of this event is paused" in page
            assert "3 mails wait." in page
        assert send(organiser, address, {}, to=stage.at("messages/go-on")).status_code == 303
        work()
        assert len(smtp.mails) == 5

    def test_twice_is_told_and_changes_nothing(
        self, app: Flask, organiser: FlaskClient, stage: House
    ) -> None:
        address = stage.at("messages/settings")
        send(organiser, address, {}, to=stage.at("messages/pause"))
        send(organiser, address, {}, to=stage.at("messages/pause"))
        assert "Somebody else has just done that." in organiser.get(address).text
        with app.app_context():
            entries = db.session.query(AuditEntry).filter_by(action="messages.paused").count()
        assert entries == 1

    def test_in_the_middle_of_a_batch_it_stops_the_rest(
        self, app: Flask, stage: House, smtp: Mailbox, messages: Messages
    ) -> None:
        queue(app, stage, 5)
        with app.app_context():

            def look(*_any: object) -> bool:
                if len(smtp.mails) == 2:
                    pause(SYSTEM, stage.event_id, now=NOW)
                return False

            with pytest.MonkeyPatch.context() as patched:
                patched.setattr(delivering, "PAUSE_SEEN_SECONDS", 0.0)
                delivering.deliver_batch(NOW, 50, look)
        assert len(smtp.mails) == 2
        left = [one for one in messages() if one.state is MessageState.QUEUED]
        assert [one.tries for one in left] == [0, 0, 0]

    def test_what_waits_costs_the_look_nothing(self, app: Flask, stage: House) -> None:
        with app.app_context():
            pause(SYSTEM, stage.event_id, now=NOW)
            queue(app, stage, 3)
            assert not sending.is_due(NOW)
            go_on(SYSTEM, stage.event_id, now=NOW)
            assert sending.is_due(NOW)


class TestLimits:
    """No more goes out within a time than was set."""

    @pytest.mark.both_databases
    def test_of_an_event_a_minute(
        self, app: Flask, stage: House, smtp: Mailbox, work: Work
    ) -> None:
        other = house(app)
        with app.app_context():
            wanted = EventMailing(per_minute=3)
            set_event_mail(SYSTEM, stage.event_id, wanted, revision=0, now=NOW)
        queue(app, stage, 7)
        queue(app, other, 4)
        went = []
        for minute in range(4):
            work(NOW + minute * MINUTE + timedelta(seconds=minute))
            went.append(len(smtp.mails))
        assert went == [7, 10, 11, 11]

    @pytest.mark.both_databases
    def test_of_an_organisation_a_minute_and_a_day(
        self, app: Flask, stage: House, smtp: Mailbox, work: Work
    ) -> None:
        with app.app_context():
            wanted = OrganisationMailing(per_minute=3, per_day=5)
            set_organisation_mail(SYSTEM, stage.organisation.id, wanted, revision=0, now=NOW)
            other = make_event(stage.organisation)
            second = House(other.slug, other.id, stage.organisation)
        queue(app, stage, 4)
        queue(app, second, 4)
        went = []
        for minutes in (0, 0.5, 1.1, 2.2, 60, 24 * 60 + 0.1, 24 * 60 + 1.2):
            work(NOW + minutes * MINUTE)
            went.append(len(smtp.mails))
        assert went == [3, 3, 5, 5, 5, 8, 8]

    def test_a_limit_that_is_used_up_is_not_looked_at_again_and_again(
        self, app: Flask, stage: House, smtp: Mailbox, work: Work
    ) -> None:
        with app.app_context():
            wanted = EventMailing(per_minute=1)
            set_event_mail(SYSTEM, stage.event_id, wanted, revision=0, now=NOW)
        queue(app, stage, 3)
        work()
        with app.app_context():
            assert not sending.is_due(NOW + timedelta(seconds=30))
            assert sending.is_due(NOW + MINUTE)

    def test_a_higher_limit_holds_at_once(
        self, app: Flask, stage: House, smtp: Mailbox, work: Work
    ) -> None:
        with app.app_context():
            set_event_mail(SYSTEM, stage.event_id, EventMailing(per_minute=1), revision=0, now=NOW)
        queue(app, stage, 3)
        work()
        with app.app_context():
            set_event_mail(SYSTEM, stage.event_id, EventMailing(), revision=1, now=NOW)
        work()
        assert len(smtp.mails) == 3

    @pytest.mark.both_databases
    def test_two_workers_share_it(self, in_app: Flask, stage: House, smtp: Mailbox) -> None:
        set_event_mail(SYSTEM, stage.event_id, EventMailing(per_minute=6), revision=0, now=NOW)
        queue(in_app, stage, 30)
        barrier = Barrier(2)

        def deliver() -> None:
            with in_app.app_context():
                barrier.wait()
                while deliver_due(NOW, 2):
                    pass
                db.session.remove()

        workers = [Thread(target=deliver) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert len(smtp.mails) == 6


class TestWhatGoesFirst:
    """One person's ticket does not wait for an announcement to thousands."""

    def test_a_mail_to_one_person_overtakes_those_to_many(
        self, app: Flask, stage: House, smtp: Mailbox, work: Work
    ) -> None:
        queue(app, stage, 3, bulk=True)
        queue(app, stage, 1, to_email="ada@example.com", due_at=NOW + timedelta(seconds=5))
        work(NOW + timedelta(seconds=5))
        assert smtp.recipients[0] == ["ada@example.com"]

    def test_what_is_of_no_more_use_does_not_go_out(
        self, app: Flask, stage: House, smtp: Mailbox, work: Work, messages: Messages
    ) -> None:
        queue(app, stage, 1, good_until=NOW + MINUTE)
        work(NOW + MINUTE)
        assert smtp.mails == []
        (message,) = messages()
        assert message.state is MessageState.FAILED
        assert message.last_error == "Not sent: the time for which it was of use is over."

    def test_without_limits_a_claim_costs_four_statements_whatever_waits(
        self, in_app: Flask, stage: House
    ) -> None:
        numbers = []
        for more in (1, 30):
            queue(in_app, stage, more)
            with counted_statements(db.engine) as seen:
                claim(NOW, 50)
            numbers.append(len(seen))
        assert numbers == [4, 4]


def test_a_house_without_settings_has_pages(
    app: Flask, organiser: FlaskClient, stage: House
) -> None:
    for address in (stage.at("messages/settings"), of_organisation(stage)):
        assert organiser.get(address).status_code == 200
    stranger = make_stranger(app)
    assert organiser.get(stranger.at("messages/settings")).status_code == 404
    assert organiser.get(of_organisation(stranger)).status_code == 404
    pausing = stranger.at("messages/pause")
    assert send(organiser, stage.at("messages/settings"), {}, to=pausing).status_code == 404


def make_stranger(app: Flask) -> House:
    with app.app_context():
        organisation = make_organisation()
        event = make_event(organisation)
        return House(event.slug, event.id, organisation)
