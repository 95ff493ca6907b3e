"""One ticket before many phones at one instant: one is in, everybody else hears by whom."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from datetime import timedelta
from time import perf_counter
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.checkin import service
from forum.checkin.models import Admission, Scan
from forum.checkin.rules import Reason, Way
from forum.checkin.service import scans
from forum.checkin.verdicts import NewScan, Verdict
from forum.core.actor import ANONYMOUS, SYSTEM, Actor, ActorKind
from forum.core.db import db
from forum.core.ids import uuid7
from forum.registrations import service as registrations
from forum.tickets.queries import ticket_of
from forum.tickets.service import qr_text
from tests.factories import NOW, attendee, make_event
from tests.races.crowd import all_at_once

PHONES = 16
ROUNDS = 6
pytestmark = pytest.mark.both_databases


def _stage(app: Flask, guests: int) -> tuple[list[Actor], list[str]]:
    """Pair the phones and give each guest a ticket."""
    with app.app_context():
        event = make_event(capacity=300)
        at = service.main_checkpoint(SYSTEM, event, now=NOW)
        phones = []
        for number in range(PHONES):
            link = service.make_pairing_link(SYSTEM, event, at, now=NOW)
            paired = service.pair_device(link.secret, f"Helper {number}", now=NOW)
            phones.append(Actor(ActorKind.DEVICE, paired.id, f"Helper {number}", event_id=event.id))
        codes = []
        for _ in range(guests):
            done = registrations.register(ANONYMOUS, event.id, attendee(), form_key=None, now=NOW)
            ticket = ticket_of(done.registration_id)
            assert ticket is not None
            codes.append(qr_text(ticket))
    return phones, codes


def _verdicts(answers: list[Verdict | Exception]) -> list[Verdict]:
    problems = [answer for answer in answers if isinstance(answer, Exception)]
    assert problems == []
    return [answer for answer in answers if not isinstance(answer, Exception)]


def test_one_ticket_on_many_phones_lets_in_once(app: Flask) -> None:
    phones, codes = _stage(app, ROUNDS)
    for code in codes:
        verdicts = _verdicts(
            all_at_once(
                app,
                PHONES,
                lambda number, code=code: service.record_scan(
                    phones[number],
                    NewScan(uuid7(), Way.CAMERA, code),
                    now=NOW,
                ),
            )
        )
        admitted = [one for one in verdicts if one.reason is Reason.ADMITTED]
        refused = [one for one in verdicts if one.reason is Reason.ALREADY_IN]
        assert (len(admitted), len(refused)) == (1, PHONES - 1)
        by_whom = {one.earlier.by for one in refused if one.earlier}
        assert by_whom == {admitted[0].device_name}
        assert all(one.earlier and one.earlier.at == NOW for one in refused)
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Admission)) == ROUNDS
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Scan)) == ROUNDS * PHONES


def test_one_scan_sent_many_times_at_once_is_stored_once_and_answered_alike(app: Flask) -> None:
    phones, codes = _stage(app, ROUNDS)
    for code in codes:
        scan = NewScan(uuid7(), Way.CAMERA, code)
        verdicts = _verdicts(
            all_at_once(
                app,
                PHONES,
                lambda _number, scan=scan: service.record_scan(phones[0], scan, now=NOW),
            )
        )
        assert {one.reason for one in verdicts} == {Reason.ADMITTED}
        assert len({one.id for one in verdicts}) == 1
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Scan)) == ROUNDS


def test_undo_and_a_second_phone_leave_at_most_one_admission(app: Flask) -> None:
    phones, codes = _stage(app, ROUNDS)
    for code in codes:
        with app.app_context():
            first = service.record_scan(phones[0], NewScan(uuid7(), Way.CAMERA, code), now=NOW)

        def _act(number: int, code: str = code, scan_id: UUID = first.scan_id) -> Verdict:
            if number == 0:
                return service.undo(phones[0], scan_id, now=NOW + timedelta(seconds=1))
            return service.record_scan(phones[number], NewScan(uuid7(), Way.CAMERA, code), now=NOW)

        verdicts = _verdicts(all_at_once(app, PHONES, _act))
        assert sum(one.reason is Reason.ADMITTED for one in verdicts) <= 1
    with app.app_context():
        live = (
            sa.select(Admission.registration_id, sa.func.count())
            .where(Admission.undone_at.is_(None))
            .group_by(Admission.registration_id)
        )
        assert all(number == 1 for _, number in db.session.execute(live))


def test_the_control_without_the_unique_index_lets_in_twice(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the index, and looking before inserting outside its transaction, two get in."""
    phones, codes = _stage(app, ROUNDS)
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(sa.text("DROP INDEX uq_admission_registration_id_place_id"))
    twice = 0
    for code in codes:
        all_have_looked = threading.Barrier(PHONES)

        def _look_then_admit(
            number: int, code: str = code, looked: threading.Barrier = all_have_looked
        ) -> bool:
            read = scans._read(NewScan(uuid7(), Way.CAMERA, code))
            there = db.session.scalar(
                sa.select(Admission.id).where(Admission.registration_id == read.registration_id)
            )
            db.session.rollback()
            looked.wait(30)
            if there is not None:
                return False
            with scans.writing() as session:
                at = scans.working(session, phones[number], NOW)
                row_id = scans._store(session, at, NewScan(uuid7(), Way.CAMERA, code), NOW, NOW)
                assert row_id is not None
                assert read.registration_id is not None
                return scans._admit(session, at, read.registration_id, row_id, NOW)

        answers = all_at_once(app, PHONES, _look_then_admit)
        assert [one for one in answers if isinstance(one, Exception)] == []
        twice += sum(map(bool, answers)) > 1
    assert twice > 0


@pytest.mark.soak
def test_a_busy_door_lets_each_ticket_in_once_and_repeats_its_answers(
    app: Flask, record_property: Callable[[str, object], None], *, full_figures: bool
) -> None:
    """Many phones scan the same tickets in their own order; every tenth scan is sent again."""
    tickets, each = (300, 500) if full_figures else (30, 40)
    phones, codes = _stage(app, tickets)
    order = random.Random(8)
    plans = [order.choices(codes, k=each) for _ in phones]

    def _work(number: int) -> tuple[list[tuple[str, Reason]], list[float]]:
        answers, took = [], []
        for position, code in enumerate(plans[number]):
            scan = NewScan(uuid7(), Way.CAMERA, code)
            began = perf_counter()
            first = service.record_scan(phones[number], scan, now=NOW)
            took.append(perf_counter() - began)
            if position % 10 == 0:
                assert service.record_scan(phones[number], scan, now=NOW) == first
            answers.append((code, first.reason))
        return answers, took

    answers = all_at_once(app, PHONES, _work)
    assert [one for one in answers if isinstance(one, Exception)] == []
    told = [one for one in answers if not isinstance(one, Exception)]
    admitted = [code for per_phone, _ in told for code, why in per_phone if why is Reason.ADMITTED]
    scanned = {code for plan in plans for code in plan}
    assert sorted(admitted) == sorted(scanned)
    took = sorted(one for _, times in told for one in times)
    record_property("p95 of a scan in ms", round(took[int(len(took) * 0.95)] * 1000))
    with app.app_context():
        stored = db.session.scalar(sa.select(sa.func.count()).select_from(Scan))
        assert stored == PHONES * each
