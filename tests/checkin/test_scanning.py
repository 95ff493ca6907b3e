"""A reading is stored once, judged, and lets a guest in once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from forum.checkin import queries, service
from forum.checkin.errors import DeviceLocked, NothingToUndo, ReasonMissing, SearchNotAllowed
from forum.checkin.models import Admission, Device, Scan
from forum.checkin.rules import CheckpointKind, Hours, Kind, Reason, Way
from forum.checkin.verdicts import NewScan
from forum.core.actor import SYSTEM
from forum.core.audit import AuditEntry
from forum.core.db import counted_statements, db, writing
from forum.core.ids import shown, uuid7
from forum.core.text import Text
from forum.events.models import Event
from forum.people.models import Organisation
from forum.registrations import service as registrations
from forum.registrations.models import Registration
from tests.checkin.conftest import NewGuest, NewPhone, record, register_guest
from tests.factories import NOW, make_event, make_organisation

pytestmark = pytest.mark.both_databases
ROOM = Text({"en": "VIP room"})


def _number_of(table: type[Scan | Admission]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_a_ticket_lets_in_once_and_the_second_time_says_when_where_and_by_whom(
    guest: NewGuest, phone: NewPhone
) -> None:
    ada, mei, bo = guest(name="Ada Sample"), phone("Mei"), phone("Bo")
    first = record(mei, ada.qr)
    assert (first.reason, first.guest and first.guest.name) == (Reason.ADMITTED, "Ada Sample")
    second = record(bo, ada.qr, now=NOW + timedelta(minutes=3))
    assert second.reason is Reason.ALREADY_IN
    assert second.earlier is not None
    assert (second.earlier.at, second.earlier.by) == (NOW, "Mei")
    assert second.earlier.checkpoint.get("en") == "Main door"
    assert (_number_of(Scan), _number_of(Admission)) == (2, 1)


@pytest.mark.parametrize(
    "form", [str, str.lower, lambda qr: qr.partition("/T/")[2], lambda qr: f" {qr}\n"]
)
def test_the_code_is_taken_however_a_scanner_writes_it(
    guest: NewGuest, phone: NewPhone, form: object
) -> None:
    assert callable(form)
    assert record(phone(), form(guest().qr)).reason is Reason.ADMITTED


def test_the_short_reference_works_with_and_without_its_dash(
    guest: NewGuest, phone: NewPhone
) -> None:
    ada, device = guest(), phone()
    assert record(device, shown(ada.reference).lower()).reason is Reason.ADMITTED
    assert record(device, ada.reference).reason is Reason.ALREADY_IN


def test_the_same_scan_id_gets_the_first_answer_and_counts_once(
    guest: NewGuest, phone: NewPhone
) -> None:
    ada, device, scan_id = guest(), phone(), uuid7()
    sent = NewScan(scan_id, Way.CAMERA, ada.qr)
    first = service.record_scan(device.actor, sent, now=NOW)
    again = service.record_scan(device.actor, sent, now=NOW + timedelta(minutes=5))
    assert first == again
    assert first.reason is Reason.ADMITTED
    assert (_number_of(Scan), _number_of(Admission)) == (1, 1)


def test_two_phones_may_give_the_same_scan_id(guest: NewGuest, phone: NewPhone) -> None:
    scan_id = uuid7()
    answers = [
        service.record_scan(device.actor, NewScan(scan_id, Way.CAMERA, ada.qr), now=NOW).reason
        for device, ada in ((phone(), guest()), (phone(), guest()))
    ]
    assert answers == [Reason.ADMITTED, Reason.ADMITTED]


def test_a_cancelled_guest_is_stopped_and_the_free_seats_are_named(
    guest: NewGuest, phone: NewPhone
) -> None:
    ada = guest()
    registrations.cancel(SYSTEM, ada.registration_id, now=NOW)
    verdict = record(phone(), ada.qr)
    assert (verdict.reason, verdict.cancelled_at, verdict.seats_free) == (
        Reason.CANCELLED,
        NOW,
        200,
    )
    assert _number_of(Admission) == 0


def test_who_waits_is_not_let_in(phone: NewPhone, event: Event) -> None:
    registrations.set_capacity(SYSTEM, event.id, 1, now=NOW)
    register_guest(event)
    waiting = register_guest(event)
    assert waiting.qr == ""
    assert record(phone(), waiting.reference).reason is Reason.WAITLISTED


def test_a_ticket_of_another_event_of_ours_is_named_but_its_guest_is_not(
    phone: NewPhone, event: Event
) -> None:
    organisation = make_organisation()
    with writing() as session:
        session.execute(
            sa.update(Event).where(Event.id == event.id).values(organisation_id=organisation.id)
        )
    sister = make_event(organisation, title=Text({"en": "Sister forum"}))
    stranger = make_event(title=Text({"en": "Secret forum"}))
    device = phone()
    verdict = record(device, register_guest(sister, name="Ada Secret").qr)
    assert (verdict.reason, verdict.guest) == (Reason.WRONG_EVENT, None)
    assert verdict.other_event is not None
    assert verdict.other_event.title.get("en") == "Sister forum"
    verdict = record(device, register_guest(stranger, name="Ada Secret").qr)
    assert (verdict.reason, verdict.guest) == (Reason.WRONG_EVENT, None)
    assert verdict.other_event is not None
    assert not verdict.other_event.title


def test_the_reference_of_another_events_ticket_is_never_kept(
    phone: NewPhone, event: Event
) -> None:
    device, sister, stranger = phone(), make_event(_house_of(event)), make_event()
    for other in (sister, stranger):
        ada = register_guest(other, name="Ada Secret")
        verdict = record(device, ada.qr)
        assert verdict.reason is Reason.WRONG_EVENT
        assert ada.reference not in verdict.code_shown.replace("-", "")
        for one in queries.last_of_event(event.id, 10):
            assert one.guest is None
            assert ada.reference not in one.code_shown.replace("-", "")
        assert record(device, ada.reference).reason is Reason.UNKNOWN_CODE
    assert _number_of(Admission) == 0


def _house_of(event: Event) -> Organisation:
    return db.session.get_one(Organisation, event.organisation_id)


def test_forged_unknown_and_foreign_codes_are_told_apart(guest: NewGuest, phone: NewPhone) -> None:
    qr, device = guest().qr, phone()
    forged = qr[:-1] + ("A" if qr[-1] != "A" else "B")
    assert record(device, forged).reason is Reason.FORGED
    assert record(device, "ZZZZ-ZZZZ").reason is Reason.UNKNOWN_CODE
    for foreign in ("https://example.com/menu", "WIFI:S:hall;;", "😀", "\x00", "x" * 100_000, ""):
        assert record(device, foreign).reason is Reason.NOT_A_TICKET
    assert _number_of(Admission) == 0


def test_what_is_kept_of_a_code_opens_no_door(guest: NewGuest, phone: NewPhone) -> None:
    ada, device = guest(), phone()
    record(device, ada.qr)
    record(device, "https://example.com/somebody/private")
    kept = {row.code_shown for row in db.session.scalars(sa.select(Scan))}
    assert kept == {shown(ada.reference), "https://e…"}


def test_all_entrances_let_into_one_event_but_a_room_counts_for_itself(
    guest: NewGuest, phone: NewPhone, event: Event
) -> None:
    ada, main = guest(), phone()
    side = service.add_checkpoint(
        SYSTEM, event, Text({"en": "Side door"}), CheckpointKind.ENTRANCE, now=NOW
    )
    room = service.add_checkpoint(SYSTEM, event, ROOM, CheckpointKind.ROOM, now=NOW)
    assert record(main, ada.qr).reason is Reason.ADMITTED
    assert record(phone(checkpoint_id=side), ada.qr).reason is Reason.ALREADY_IN
    assert record(phone(checkpoint_id=room), ada.qr).reason is Reason.ADMITTED
    assert queries.count(db.session(), event.id, event.id).admitted == 1
    assert queries.count(db.session(), event.id, room).admitted == 1


def test_outside_its_hours_a_checkpoint_lets_nobody_in(
    guest: NewGuest, phone: NewPhone, event: Event
) -> None:
    opens = datetime(2026, 12, 8, 0, 30, tzinfo=UTC)
    door = service.add_checkpoint(
        SYSTEM,
        event,
        ROOM,
        CheckpointKind.ENTRANCE,
        now=NOW,
        hours=Hours(opens, opens + timedelta(hours=4)),
    )
    ada, device = guest(), phone(checkpoint_id=door)
    assert record(device, ada.qr).reason is Reason.WRONG_DAY
    with writing() as session:
        session.execute(sa.update(Device).values(expires_at=opens + timedelta(days=2)))
    assert record(device, ada.qr, now=opens).reason is Reason.ADMITTED


def test_a_reading_that_waited_counts_from_when_it_was_read(
    guest: NewGuest, phone: NewPhone
) -> None:
    ada, wrong_clock = guest(), NOW + timedelta(minutes=5)
    verdict = record(
        phone(), ada.qr, scanned_at=wrong_clock - timedelta(seconds=40), sent_at=wrong_clock
    )
    assert verdict.scanned_at == NOW - timedelta(seconds=40)
    assert db.session.scalar(sa.select(Admission.admitted_at)) == NOW - timedelta(seconds=40)


def test_undo_is_free_at_once_and_asks_for_a_reason_later(guest: NewGuest, phone: NewPhone) -> None:
    ada, device = guest(), phone()
    first = record(device, ada.qr)
    undone = service.undo(device.actor, first.scan_id, now=NOW + timedelta(seconds=9))
    assert undone.reason is Reason.UNDONE
    second = record(device, ada.qr, now=NOW + timedelta(seconds=12))
    assert second.reason is Reason.ADMITTED
    late = NOW + timedelta(minutes=5)
    with pytest.raises(ReasonMissing):
        service.undo(device.actor, second.scan_id, now=late)
    service.undo(device.actor, second.scan_id, now=late, reason="Wrong person")
    again = service.undo(device.actor, second.scan_id, now=late, reason="Wrong person")
    assert again.reason is Reason.UNDONE
    actions = list(db.session.scalars(sa.select(AuditEntry.action)))
    assert actions.count("checkin.undone") == 2
    third = record(device, ada.qr, now=late)
    with pytest.raises(NothingToUndo):
        service.undo(device.actor, record(device, ada.qr, now=late).scan_id, now=late)
    assert third.reason is Reason.ADMITTED


def test_an_organiser_undoes_any_scan_with_a_reason(
    guest: NewGuest, phone: NewPhone, event: Event
) -> None:
    verdict = record(phone(), guest().qr)
    with pytest.raises(ReasonMissing):
        service.undo_by_organiser(SYSTEM, event, verdict.id, reason=" ", now=NOW)
    undone = service.undo_by_organiser(SYSTEM, event, verdict.id, reason="Left", now=NOW)
    assert undone.reason is Reason.UNDONE
    assert queries.count(db.session(), event.id, event.id).admitted == 0


def test_a_locked_phone_records_nothing(guest: NewGuest, phone: NewPhone, event: Event) -> None:
    ada, device = guest(), phone()
    assert device.actor.id is not None
    service.lock_device(SYSTEM, event, device.actor.id, now=NOW)
    with pytest.raises(DeviceLocked):
        record(device, ada.qr)
    assert _number_of(Scan) == 0


def test_a_phone_stops_by_itself_a_day_after_the_event(
    guest: NewGuest, phone: NewPhone, event: Event
) -> None:
    ada, device = guest(), phone()
    with pytest.raises(DeviceLocked):
        record(device, ada.qr, now=event.ends_at + timedelta(hours=24))


@pytest.mark.parametrize(
    "typed",
    ["Tai Man", "man tai", "CHAN", "陳", "大文", "文陳", "Robotics", "robot chan", "機械"],
)
def test_guests_are_found_by_part_of_a_name_in_either_order_or_by_organisation(
    guest: NewGuest, phone: NewPhone, typed: str
) -> None:
    ada = guest(name="Chan Tai Man", name_zh="陳大文", organisation="Sample Robotics 機械人")
    guest(name="Wong Siu Ming", name_zh="黃小明", organisation="Another House")
    finding = service.search(phone().actor, typed, now=NOW)
    assert [one.guest.registration_id for one in finding.found] == [ada.registration_id]


def test_search_finds_codes_but_not_addresses_nor_less_than_two_letters(
    guest: NewGuest, phone: NewPhone
) -> None:
    ada, device = guest(name="Zoë Sample"), phone()
    assert service.search(device.actor, shown(ada.reference), now=NOW).found
    assert service.search(device.actor, "ZOË", now=NOW).found
    for typed in ("z", "", " ", "example.com", "guest.", "%", "_%", "x" * 5000):
        assert service.search(device.actor, typed, now=NOW).found == ()


def test_a_name_found_checks_in_and_then_shows_since_when(guest: NewGuest, phone: NewPhone) -> None:
    ada, device = guest(name="Ada Sample"), phone()
    chosen = NewScan(uuid7(), Way.SEARCH, registration_id=ada.registration_id)
    assert service.record_scan(device.actor, chosen, now=NOW).reason is Reason.ADMITTED
    found = service.search(device.actor, "ada", now=NOW).found
    assert [one.in_since for one in found] == [NOW]


def test_no_guest_of_another_event_can_be_found_or_chosen(phone: NewPhone) -> None:
    stranger, device = register_guest(make_event(), name="Ada Stranger"), phone()
    assert service.search(device.actor, "stranger", now=NOW).found == ()
    chosen = NewScan(uuid7(), Way.SEARCH, registration_id=stranger.registration_id)
    assert service.record_scan(device.actor, chosen, now=NOW).reason is Reason.UNKNOWN_CODE
    assert record(device, stranger.reference).reason is Reason.UNKNOWN_CODE


def test_a_phone_without_the_permission_neither_searches_nor_chooses(
    guest: NewGuest, phone: NewPhone
) -> None:
    ada, device = guest(), phone(may_search=False)
    with pytest.raises(SearchNotAllowed):
        service.search(device.actor, "sample", now=NOW)
    with pytest.raises(SearchNotAllowed):
        service.record_scan(
            device.actor,
            NewScan(uuid7(), Way.SEARCH, registration_id=ada.registration_id),
            now=NOW,
        )
    assert record(device, ada.qr).reason is Reason.ADMITTED


def test_a_scan_takes_ten_statements_at_most_however_many_guests_there_are(
    guest: NewGuest, phone: NewPhone, event: Event
) -> None:
    device = phone()
    record(device, guest().qr)
    counts = []
    for _round in range(2):
        ada = guest()
        with counted_statements(db.engine) as seen:
            assert record(device, ada.qr).reason is Reason.ADMITTED
        counts.append(len(seen))
        with writing() as session:
            template = session.get_one(Registration, ada.registration_id)
            values = {c.key: getattr(template, c.key) for c in sa.inspect(Registration).columns}
            session.add_all(
                Registration(
                    **values
                    | {"id": uuid7(), "code": f"Z{_round}{n:06d}", "email_key": f"{_round}.{n}"}
                )
                for n in range(30)
            )
    assert counts[0] == counts[1] <= 10


def test_the_list_of_last_scans_takes_one_statement_for_one_or_thirty(
    guest: NewGuest, phone: NewPhone, event: Event
) -> None:
    device = phone()
    for number in (1, 29):
        for _ in range(number):
            record(device, guest().qr)
        with counted_statements(db.engine) as seen:
            assert len(queries.last_of_event(event.id, 100)) in {1, 30}
        assert len(seen) == 1


def test_kinds_are_stored_with_the_reason(guest: NewGuest, phone: NewPhone) -> None:
    ada, device = guest(), phone()
    for code in (ada.qr, ada.qr, "nonsense"):
        record(device, code)
    kinds = list(db.session.scalars(sa.select(Scan.kind).order_by(Scan.id)))
    assert kinds == [Kind.ADMIT, Kind.LOOK, Kind.NEUTRAL]
