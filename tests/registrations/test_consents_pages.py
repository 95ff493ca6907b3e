"""The consent ledger at the back office: words in versions, files for partners, opt-outs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from python_calamine import CalamineWorkbook

from forum.checkin import service as door
from forum.checkin.rules import Way
from forum.checkin.verdicts import NewScan
from forum.core.actor import ANONYMOUS, SYSTEM, Actor, ActorKind
from forum.core.audit import AuditEntry
from forum.core.db import counted_statements, db
from forum.core.ids import uuid7
from forum.core.permissions import Role
from forum.events.models import Event, Partner
from forum.people.models import Organisation
from forum.registrations import queries, service
from forum.registrations.models import OptOut
from forum.registrations.rules import ConsentPurpose, ConsentSource
from forum.registrations.service import ConsentGiven, consenting, wordings
from forum.tickets.queries import ticket_of
from forum.tickets.service import qr_text
from tests import factories
from tests.events.browsing import Member
from tests.factories import NOW, attendee, text


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def house(app: Flask) -> Organisation:
    with app.app_context():
        return factories.make_organisation()


@pytest.fixture
def event(app: Flask, house: Organisation) -> Event:
    with app.app_context():
        return factories.make_event(house)


@pytest.fixture
def partner(app: Flask, event: Event) -> Partner:
    with app.app_context():
        return factories.make_partner(event, name=text("Sample Post"))


@pytest.fixture
def owner(app: Flask, house: Organisation) -> Member:
    return Member(app, house)


def base(event: Event) -> str:
    return f"/manage/{event.slug}/registrations/consents"


def ask(event: Event, partner: Partner) -> UUID:
    wordings.set_wording(
        SYSTEM, event.id, ConsentPurpose.PARTNER, partner.id, text("Pass it on"), NOW
    )
    return next(
        one.id for one in queries.wordings_for_form(event.id) if one.partner_id == partner.id
    )


def register(event: Event, **given: Any) -> UUID:
    guest = attendee(**given)
    return service.register(ANONYMOUS, event.id, guest, form_key=None, now=NOW).registration_id


def agree(registration_id: UUID, wording_id: UUID) -> UUID:
    return consenting.give(
        ANONYMOUS, registration_id, wording_id, "en", ConsentSource.OWN_PAGE, NOW
    )


def rows_of(body: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(body.removeprefix("\ufeff"))))


def test_words_begin_with_ready_ones_that_name_who_and_what(
    owner: Member, event: Event, partner: Partner
) -> None:
    page = owner.get(f"{base(event)}/partner/{partner.id}").text
    assert "Sample Organisation may pass my name, organisation and email address to" in page
    assert "Sample Post" in page
    assert "示例" in page or "（繁）" in page
    assert "%(" not in page
    for purpose in ("collection", "privacy", "marketing", "photo"):
        assert "Sample Organisation" in owner.get(f"{base(event)}/{purpose}").text
    assert owner.get(f"{base(event)}/partner").status_code == 404
    assert owner.get(f"{base(event)}/nonsense").status_code == 404


def test_an_organiser_sets_changes_and_stops_a_wording(
    app: Flask, owner: Member, event: Event
) -> None:
    path = f"{base(event)}/marketing"
    seen = owner.form(path, having="words-en")
    done = owner.send(path, seen, **{"words-en": "Write to me", "words-zh_hant": "寫信給我"})
    assert done.status_code == 303
    assert "Forms show version 1 now." in owner.get(base(event)).text
    with app.app_context():
        (shown,) = queries.wordings_for_form(event.id)
        assert shown.words.get("zh-Hant") == "寫信給我"
    again = owner.form(path, having="words-en")
    assert owner.send(path, again, **{"words-en": "Write to me often"}).status_code == 303
    late = owner.send(path, again, **{"words-en": "Typed by another"})
    assert late.status_code == 409
    assert "Typed by another" in late.text
    assert "Write to me often" in late.text
    assert owner.press(path, f"{path}/stop").status_code == 303
    with app.app_context():
        assert queries.wordings_for_form(event.id) == []
    assert "Not asked" in owner.get(base(event)).text


def test_words_that_nobody_wrote_are_listed_as_what_they_are(
    app: Flask, owner: Member, event: Event
) -> None:
    page = owner.get(base(event)).text
    assert "Shown in Forum’s own words" in page
    assert "Asked in Forum’s own words" in page
    with app.app_context():
        given = [ConsentGiven(ConsentPurpose.MARKETING, "Tell me")]
        register(event, consents=given)
    assert "1 standing · 0 withdrawn" in owner.get(base(event)).text
    with app.app_context():
        for one in (ConsentPurpose.PRIVACY, ConsentPurpose.MARKETING):
            wordings.set_wording(SYSTEM, event.id, one, None, text("Ours"), NOW)
    page = owner.get(base(event)).text
    assert "own words" not in page
    assert "1 standing · 0 withdrawn" in page


def test_a_statement_in_the_settings_is_listed_as_such(
    app: Flask, owner: Member, house: Organisation
) -> None:
    with app.app_context():
        event = factories.make_event(house, privacy=text("We keep it a year."))
    page = owner.get(base(event)).text
    assert "Shown as written in the settings" in page
    assert "Shown in Forum’s own words" not in page


def test_files_are_listed_for_partners_to_whom_somebody_agreed(
    app: Flask, owner: Member, event: Event, partner: Partner
) -> None:
    with app.app_context():
        factories.make_partner(event, name=text("Other Post"))
    page = owner.get(base(event)).text
    assert page.count("Nobody agrees at the moment, so there is no file.") == 1
    with app.app_context():
        agree(register(event), ask(event, partner))
    page = owner.get(base(event)).text
    assert "Nobody agrees" not in page
    files = page.partition("Files for partners")[2]
    assert "Sample Post" in files
    assert "Other Post" not in files


def test_empty_and_endless_words_are_answered_in_words(owner: Member, event: Event) -> None:
    path = f"{base(event)}/photo"
    seen = owner.form(path, having="words-en")
    empty = {"words-en": "", "words-zh_hant": "", "words-zh_hans": " "}
    refused = owner.send(path, seen, **empty)
    assert refused.status_code == 422
    assert "Enter the words in at least one language" in refused.text
    long = owner.send(path, seen, **{"words-en": "x" * 2001})
    assert long.status_code == 422
    assert "at most 2000 characters" in long.text


def test_versions_say_how_many_agreed_to_each(
    app: Flask, owner: Member, event: Event, partner: Partner
) -> None:
    with app.app_context():
        wording = ask(event, partner)
        one, two = register(event), register(event)
        agree(one, wording)
        consenting.withdraw(ANONYMOUS, agree(two, wording), ConsentSource.OWN_PAGE, NOW)
    page = owner.get(f"{base(event)}/partner/{partner.id}").text
    assert '<td class="n num opt">1</td><td class="n num opt">1</td>' in page


@pytest.mark.both_databases
def test_a_partner_gets_exactly_the_rows_that_consent(
    app: Flask, owner: Member, event: Event, partner: Partner
) -> None:
    with app.app_context():
        wording = ask(event, partner)
        other = factories.make_partner(event)
        agree(register(event, name="=Ada", email="ada@example.com"), wording)
        agree(register(event, name="Other partner"), ask(event, other))
        register(event, name="Never asked")
        consenting.withdraw(
            ANONYMOUS,
            agree(register(event, name="Withdrawn"), wording),
            ConsentSource.OWN_PAGE,
            NOW,
        )
        gone = register(event, name="Cancelled")
        agree(gone, wording)
        service.cancel(ANONYMOUS, gone, now=NOW)
        out = register(event, name="Out", email="out@example.com", email_key="out@example.com")
        agree(out, wording)
        consenting.opt_out(event.organisation_id, "out@example.com", ConsentSource.MAIL, NOW)
    answer = owner.get(f"{base(event)}/partner/{partner.id}/guests.csv")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/csv")
    head, *rows = rows_of(answer.text)
    assert len(head) == 6
    assert rows == [
        [
            "'=Ada",
            "示例嘉賓",
            "Sample Robotics",
            "ada@example.com",
            "1",
            "2026-11-22T14:00:00+08:00",
        ]
    ]
    with app.app_context():
        entry = db.session.scalars(
            sa.select(AuditEntry).where(AuditEntry.action == "consents.exported")
        ).one()
        assert entry.details == {"rows": 1, "attended": False}
    page = owner.get(base(event)).text
    assert "One guest with a seat" in page
    sheet = owner.get(f"{base(event)}/partner/{partner.id}/guests.xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(sheet.data))
    assert [row[0] for row in book.get_sheet_by_index(0).to_python()] == ["Full name", "=Ada"]


def test_only_those_who_came_where_that_is_asked(
    app: Flask, owner: Member, event: Event, partner: Partner
) -> None:
    with app.app_context():
        wording = ask(event, partner)
        came, stayed_away = register(event, name="Came"), register(event, name="Stayed away")
        agree(came, wording)
        agree(stayed_away, wording)
        ticket = ticket_of(came)
        assert ticket is not None
        code = qr_text(ticket)
        place = door.main_checkpoint(SYSTEM, event, now=NOW)
        link = door.make_pairing_link(SYSTEM, event, place, now=NOW)
        paired = door.pair_device(link.secret, "Mei", now=NOW)
        phone = Actor(ActorKind.DEVICE, paired.id, "Mei", event_id=event.id)
        reading = NewScan(uuid7(), way=Way.CAMERA, code=code, scanned_at=NOW, sent_at=NOW)
        door.record_scan(phone, reading, now=NOW)
    path = f"{base(event)}/partner/{partner.id}/guests.csv"
    assert [row[0] for row in rows_of(owner.get(path).text)[1:]] == ["Came", "Stayed away"]
    assert [row[0] for row in rows_of(owner.get(f"{path}?who=attended").text)[1:]] == ["Came"]


def test_a_partner_to_whom_nobody_consented_gets_no_file(
    owner: Member, event: Event, partner: Partner, app: Flask
) -> None:
    path = f"{base(event)}/partner/{partner.id}/guests.csv"
    refused = owner.get(path)
    assert refused.status_code == 409
    assert "Nobody agrees at the moment" in refused.text
    with app.app_context():
        foreign = factories.make_partner(factories.make_event())
    assert owner.get(f"{base(event)}/partner/{foreign.id}/guests.csv").status_code == 404


def test_a_viewer_sees_nothing_of_it_and_a_registrar_no_words(
    app: Flask, house: Organisation, event: Event
) -> None:
    viewer, registrar = (Member(app, house, role=one) for one in (Role.VIEWER, Role.REGISTRAR))
    assert viewer.get(base(event)).status_code == 403
    assert registrar.get(base(event)).status_code == 200
    assert registrar.get(f"{base(event)}/marketing").status_code == 403
    assert registrar.get(f"/manage/organisations/{house.slug}/opt-outs").status_code == 200
    assert viewer.get(f"/manage/organisations/{house.slug}/opt-outs").status_code == 403


@pytest.mark.parametrize("partners", [1, 30])
def test_the_ledger_costs_as_much_for_thirty_partners_as_for_one(
    app: Flask, owner: Member, event: Event, partners: int
) -> None:
    with app.app_context():
        for _ in range(partners):
            ask(event, factories.make_partner(event))
        engine = db.engine
    with counted_statements(engine) as statements:
        assert owner.get(base(event)).status_code == 200
    assert len(statements) <= 9


def test_addresses_are_pasted_searched_and_taken_off_after_a_question(
    app: Flask, owner: Member, house: Organisation
) -> None:
    path = f"/manage/organisations/{house.slug}/opt-outs"
    assert "Nobody has opted out" in owner.get(path).text
    pasted = 'Ada <ada@example.com>; ben@EXAMPLE.com\ncleo＠example.com, "Ada" ada@example.com'
    assert owner.fill(path, having="addresses", addresses=pasted).status_code == 303
    page = owner.get(path).text
    assert "3 addresses are new on the list." in page
    assert "cleo@example.com" in page
    assert "entered by your staff" in page
    assert "ben@example.com" not in owner.get(f"{path}?q=ada").text
    assert "Nothing found for" in owner.get(f"{path}?q=zoe").text
    question = f"{path}/remove?address=ada@example.com"
    assert "Write to ada@example.com again?" in owner.get(question).text
    assert owner.fill(question, having="address").status_code == 303
    with app.app_context():
        left = set(db.session.scalars(sa.select(OptOut.email_key)))
    assert left == {"ben@example.com", "cleo@example.com"}
    assert owner.get(question).status_code == 303


def test_what_is_no_address_is_named_and_everything_typed_is_kept(
    owner: Member, house: Organisation
) -> None:
    path = f"/manage/organisations/{house.slug}/opt-outs"
    for typed in ("", "nobody here", "good@example.com, bad@@example"):
        refused = owner.fill(path, having="addresses", addresses=typed)
        assert refused.status_code == 422
    assert "Correct or leave out: bad@@example" in refused.text
    assert "good@example.com" in refused.text


def test_addresses_of_another_organisation_are_not_seen(
    app: Flask, owner: Member, house: Organisation
) -> None:
    with app.app_context():
        other = factories.make_organisation()
        consenting.opt_out(other.id, "ada@example.com", ConsentSource.MAIL, NOW)
    assert owner.get(f"/manage/organisations/{other.slug}/opt-outs").status_code == 404
    assert "ada@example.com" not in owner.get(f"/manage/organisations/{house.slug}/opt-outs").text


def test_more_addresses_than_a_page_holds_are_turned_over(
    app: Flask, owner: Member, house: Organisation
) -> None:
    with app.app_context():
        keys = [f"guest.{n:03}@example.com" for n in range(150)]
        consenting.opt_out_all(house.id, keys, ConsentSource.IMPORT, NOW, actor=SYSTEM)
    path = f"/manage/organisations/{house.slug}/opt-outs"
    first = owner.get(path).text
    assert "guest.099@example.com" in first
    assert "guest.100@example.com" not in first
    second = owner.get(f"{path}?after=guest.099@example.com").text
    assert "guest.100@example.com" in second
    assert "guest.149@example.com" in second
