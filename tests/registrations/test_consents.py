"""Consents as they are given, changed in their wording, withdrawn, and opted out of for good."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from forum.core.actor import ANONYMOUS, SYSTEM
from forum.core.audit import AuditEntry
from forum.core.db import counted_statements, db
from forum.core.errors import NotFound
from forum.core.page_scopes import PageScope, event_scope
from forum.core.revisions import ChangedMeanwhile
from forum.core.text import Text
from forum.events import service as events
from forum.events.models import Event, Partner
from forum.registrations import queries, service
from forum.registrations.models import Consent, ConsentWording
from forum.registrations.rules import ConsentPurpose, ConsentSource
from forum.registrations.service import Agreed, NameForms, WordingChanged, consenting, wordings
from forum.registrations.service.consenting import NoConsent
from forum.registrations.service.wordings import PartnerAskedAbout
from tests import factories
from tests.factories import NOW, attendee, text

MARKETING, PARTNER, PHOTO, COLLECTION = (
    ConsentPurpose.MARKETING,
    ConsentPurpose.PARTNER,
    ConsentPurpose.PHOTO,
    ConsentPurpose.COLLECTION,
)
LATER = NOW + timedelta(hours=1)


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def event(app: Flask) -> Event:
    with app.app_context():
        return factories.make_event()


@pytest.fixture
def partner(app: Flask, event: Event) -> Partner:
    with app.app_context():
        return factories.make_partner(event, name=text("Sample Post"))


def ask(
    event: Event, purpose: ConsentPurpose = MARKETING, words: str = "Write to me", **given: UUID
) -> UUID:
    wordings.set_wording(SYSTEM, event.id, purpose, given.get("partner_id"), text(words), NOW)
    shown = queries.wordings_for_form(event.id)
    return next(
        one.id
        for one in shown
        if (one.purpose, one.partner_id) == (purpose, given.get("partner_id"))
    )


def guest(event: Event, **given: object) -> UUID:
    done = service.register(
        ANONYMOUS, event.id, replace(attendee(), **given), form_key=None, now=NOW
    )
    return done.registration_id


def of(registration_id: UUID) -> list[Consent]:
    db.session.rollback()
    return queries.consents_of([registration_id])[registration_id]


def give(registration_id: UUID, wording_id: UUID, lang: str = "en") -> UUID:
    return consenting.give(
        ANONYMOUS, registration_id, wording_id, lang, ConsentSource.OWN_PAGE, LATER
    )


@pytest.mark.both_databases
def test_a_form_shows_each_purpose_once_statements_first(
    app: Flask, event: Event, partner: Partner
) -> None:
    with app.app_context():
        for purpose in (PHOTO, MARKETING, COLLECTION):
            ask(event, purpose, purpose.value)
        ask(event, PARTNER, "Pass my data on", partner_id=partner.id)
        with counted_statements(db.engine) as statements:
            shown = queries.wordings_for_form(event.id)
        assert len(statements) == 1
        assert [one.purpose for one in shown] == [COLLECTION, MARKETING, PARTNER, PHOTO]
        assert [one.is_asked_for for one in shown] == [False, True, True, True]
        assert shown[2].recipient.get("en") == "Sample Post"
        assert queries.wordings_for_form(factories.make_event().id) == []


@pytest.mark.both_databases
def test_changed_words_are_a_version_of_their_own(app: Flask, event: Event) -> None:
    with app.app_context():
        first = ask(event, words="Write to me")
        assert ask(event, words="Write to me") == first
        second = ask(event, words="Write to me about forums")
        (shown,) = queries.wordings_for_form(event.id)
        assert (shown.id, shown.number) == (second, 2)
        rows = db.session.scalars(sa.select(ConsentWording).order_by(ConsentWording.number)).all()
        assert [one.words.get("en") for one in rows] == ["Write to me", "Write to me about forums"]
        assert rows[0].withdrawn_at == NOW
        wordings.withdraw_wording(SYSTEM, event.id, MARKETING, None, LATER)
        assert queries.wordings_for_form(event.id) == []
        with pytest.raises(NotFound):
            wordings.withdraw_wording(SYSTEM, event.id, MARKETING, None, LATER)
        assert ask(event, words="Once more") not in {first, second}
        assert queries.wordings_for_form(event.id)[0].number == 3


def test_changing_a_wording_drops_the_pages_that_show_it(app: Flask, event: Event) -> None:
    with app.app_context():
        before = db.session.get_one(PageScope, event_scope(event.id)).revision
        ask(event)
        db.session.rollback()
        after = db.session.get_one(PageScope, event_scope(event.id), populate_existing=True)
        assert after.revision == before + 1


def test_two_editors_of_a_wording_lose_nothing(app: Flask, event: Event) -> None:
    with app.app_context():
        ask(event)
        words = text("Another editor's words")
        with pytest.raises(ChangedMeanwhile):
            wordings.set_wording(SYSTEM, event.id, MARKETING, None, words, NOW, made_from=0)
        assert wordings.set_wording(SYSTEM, event.id, MARKETING, None, words, NOW, made_from=1) == 2


def test_a_partner_of_another_event_cannot_be_named(app: Flask, event: Event) -> None:
    with app.app_context():
        foreign = factories.make_partner(factories.make_event())
        for purpose, partner_id in ((PARTNER, foreign.id), (PARTNER, None), (PHOTO, foreign.id)):
            with pytest.raises(NotFound):
                wordings.set_wording(SYSTEM, event.id, purpose, partner_id, text("Words"), NOW)


@pytest.mark.both_databases
def test_what_a_form_showed_and_what_was_ticked_is_kept_in_the_words_that_were_read(
    app: Flask, event: Event, partner: Partner
) -> None:
    with app.app_context():
        ask(event, COLLECTION, "We use your name")
        ask(event, MARKETING)
        to_partner = ask(event, PARTNER, "Pass my data on", partner_id=partner.id)
        shown = queries.wordings_for_form(event.id)
        agreed = Agreed(shown, {to_partner}, "zh-Hant", event.languages)
        one = guest(event, consents=agreed.given(), lang="zh-Hant")
        kept = of(one)
        assert {row.purpose for row in kept} == {COLLECTION, PARTNER}
        passed = next(row for row in kept if row.purpose is PARTNER)
        assert (passed.wording, passed.recipient, passed.lang) == (
            "Pass my data on（繁）",
            "Sample Post（繁）",
            "zh-Hant",
        )
        assert (passed.source, passed.wording_id) == (ConsentSource.FORM, to_partner)
        assert passed.withdrawn_at is None


@pytest.mark.both_databases
def test_giving_and_withdrawing_leave_rows_that_tell_the_whole_story(
    app: Flask, event: Event
) -> None:
    with app.app_context():
        wording, one = ask(event), guest(event)
        first = give(one, wording, "zh-Hans")
        assert give(one, wording) == first
        consenting.withdraw(ANONYMOUS, first, ConsentSource.MAIL, LATER)
        consenting.withdraw(ANONYMOUS, first, ConsentSource.OFFICE, LATER + timedelta(hours=1))
        second = give(one, wording)
        rows = of(one)
        assert [row.id for row in rows] == [first, second]
        assert (rows[0].withdrawn_at, rows[0].withdrawn_by) == (LATER, ConsentSource.MAIL)
        assert rows[0].lang == "zh-Hans"
        assert rows[1].withdrawn_at is None
        actions = db.session.scalars(
            sa.select(AuditEntry.action).where(AuditEntry.action.startswith("consent."))
        ).all()
        assert sorted(actions) == ["consent.given", "consent.given", "consent.withdrawn"]


@pytest.mark.both_databases
def test_agreeing_to_newer_words_takes_the_older_ones_place(app: Flask, event: Event) -> None:
    with app.app_context():
        old, one = ask(event, words="Old words"), guest(event)
        first = give(one, old)
        new = ask(event, words="New words")
        with pytest.raises(WordingChanged):
            give(one, old)
        second = give(one, new)
        rows = {row.id: row for row in of(one)}
        assert rows[first].withdrawn_at == LATER
        assert (rows[second].withdrawn_at, rows[second].wording) == (None, "New words")


@pytest.mark.both_databases
def test_of_many_who_press_at_once_one_consent_stands(app: Flask, event: Event) -> None:
    with app.app_context():
        wording, one = ask(event), guest(event)

    def press(_: int) -> UUID:
        with app.app_context():
            return give(one, wording)

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(press, range(16)))) == 1
    with app.app_context():
        assert len(of(one)) == 1


def test_statements_are_neither_given_nor_withdrawn(app: Flask, event: Event) -> None:
    with app.app_context():
        statement = ask(event, COLLECTION, "We use your name")
        agreed = Agreed(queries.wordings_for_form(event.id), (), "en", event.languages)
        one = guest(event, consents=agreed.given())
        with pytest.raises(NoConsent):
            give(one, statement)
        with pytest.raises(NoConsent):
            consenting.withdraw(ANONYMOUS, of(one)[0].id, ConsentSource.OWN_PAGE, LATER)


def test_words_of_another_event_are_not_there(app: Flask, event: Event) -> None:
    with app.app_context():
        foreign = ask(factories.make_event())
        with pytest.raises(NotFound):
            give(guest(event), foreign)


@pytest.mark.both_databases
def test_who_takes_anothers_seat_has_agreed_to_nothing(app: Flask, event: Event) -> None:
    with app.app_context():
        ask(event, COLLECTION, "We use your name")
        wording = ask(event)
        agreed = Agreed(queries.wordings_for_form(event.id), {wording}, "en", event.languages)
        one = guest(event, consents=agreed.given())
        forms = NameForms("Ben Delegate", "", "Sample Robotics")
        service.put_in_place(SYSTEM, one, forms, "ben@example.com", revision=1, now=LATER)
        assert {row.withdrawn_by for row in of(one)} == {ConsentSource.REPLACED}
        give(one, wording)
        assert sum(row.withdrawn_at is None for row in of(one)) == 1


def test_a_partner_about_whom_forms_ask_stays(
    app: Flask, event: Event, partner: Partner, tmp_path: Path
) -> None:
    with app.app_context():
        wording = ask(event, PARTNER, "Pass my data on", partner_id=partner.id)
        one = guest(event)
        give(one, wording)
        with pytest.raises(PartnerAskedAbout):
            events.remove_partner(SYSTEM, event.id, partner.id, tmp_path, now=LATER)
        wordings.withdraw_wording(SYSTEM, event.id, PARTNER, partner.id, LATER)
        events.remove_partner(SYSTEM, event.id, partner.id, tmp_path, now=LATER)
        (kept,) = of(one)
        assert (kept.recipient, kept.partner_id, kept.wording) == (
            "Sample Post",
            None,
            "Pass my data on",
        )


@pytest.mark.both_databases
def test_an_address_opts_out_of_one_organisation_once(app: Flask, event: Event) -> None:
    with app.app_context():
        mine, other = event.organisation_id, factories.make_organisation().id
        assert consenting.opt_out(mine, "ada@example.com", ConsentSource.MAIL, NOW)
        assert not consenting.opt_out(mine, "ada@example.com", ConsentSource.OFFICE, LATER)
        many = [f"guest.{n}@example.com" for n in range(1200)]
        assert consenting.opt_out_all(
            mine, [*many, "ada@example.com", ""], ConsentSource.OFFICE, NOW, actor=SYSTEM
        ) == len(many)
        asked = ["ada@example.com", "ben@example.com", many[7], ""]
        with counted_statements(db.engine) as statements:
            assert queries.opted_out(mine, asked) == {"ada@example.com", many[7]}
        assert len(statements) == 1
        assert queries.opted_out(other, asked) == set()
        assert consenting.take_opt_out_back(mine, many[7], ConsentSource.OFFICE, NOW)
        assert not consenting.take_opt_out_back(mine, many[7], ConsentSource.OFFICE, NOW)
        assert queries.opted_out(mine, asked) == {"ada@example.com"}


def test_an_empty_text_is_no_wording(app: Flask, event: Event) -> None:
    with app.app_context(), pytest.raises(wordings.NoWords):
        wordings.set_wording(SYSTEM, event.id, MARKETING, None, Text(), NOW)
