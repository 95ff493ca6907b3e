"""The sample event's registrations: types, requests, students by a code, an offer, saved views."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

import sqlalchemy as sa

from forum.core.actor import ANONYMOUS, SYSTEM
from forum.core.db import db
from forum.core.money import Money
from forum.core.text import Text
from forum.demo import guest_words as said
from forum.demo.invited import invite
from forum.demo.sheet import Sheet, ask_about_the_day
from forum.demo.words import STEMS
from forum.events.models import Event
from forum.registrations import service
from forum.registrations.models import AccessCode, RegistrationPolicy, TicketType
from forum.registrations.rules import Access, Attendance, RegistrationState, RuleKind, SeatsFrom
from forum.registrations.service import Attendee, Party, PolicyWanted
from forum.registrations.service.approval_rules import RuleWanted, add_rule
from forum.registrations.service.making_codes import CodesWanted, make_codes
from forum.registrations.service.tagging import add_note, tag
from forum.registrations.service.type_seats import SeatsWanted
from forum.registrations.service.types import TypeWanted, add_type, name_type
from forum.registrations.service.viewing import save_view
from forum.seats.rules import WaitOrder

STUDENT_SEATS, STUDENT_GUESTS, CODE_USES = 12, 15, 20
MEDIA_SEATS, MEDIA_GUESTS = 10, 6
OFFER_HOURS, ASK_HOURS = 24, 48
LANGUAGES = ("en", "zh-Hant", "zh-Hans")
NEWS_DESK = "news.example.com"
"""Who writes from there is approved without a decision."""


@dataclass(frozen=True, slots=True)
class _Types:
    """The ticket types of the sample event beside the public one."""

    media: UUID
    students: UUID
    vip: UUID


def fill_registrations(event: Event, now: datetime) -> None:
    """Give the sample event what a seminar with media, students and guests of honour needs.

    The form of the public type keeps its three boxes: only the other types ask questions.
    """
    types = _add_types(event.id, now)
    sheet = ask_about_the_day(event.id, frozenset({types.media, types.students, types.vip}), now)
    invite(event, types.vip, now)
    reporters = _let_media_ask(event.id, types.media, sheet, now)
    _admit_students(event.id, types.students, sheet, now)
    tag(SYSTEM, event.id, reporters[:3], said.INTERVIEW, now=now)
    add_note(SYSTEM, reporters[0], said.NOTE, now=now)
    pending = {"state": RegistrationState.PENDING.value, "type": str(types.media)}
    save_view(SYSTEM, event.id, said.TO_DECIDE, urlencode(pending), now=now)
    save_view(SYSTEM, event.id, said.WITH_INTERVIEW, urlencode({"tag": said.INTERVIEW}), now=now)


def draw_by_lot(event_id: UUID, now: datetime) -> None:
    """Let freed seats of an event go to those whose lot is drawn."""
    _set_rules(event_id, now, order=WaitOrder.DRAW)


def _set_rules(
    event_id: UUID,
    now: datetime,
    *,
    order: WaitOrder = WaitOrder.FIRST_COME,
    offer_hours: int | None = None,
    ask_hours: int | None = None,
) -> None:
    policy = db.session.get_one(RegistrationPolicy, event_id)
    wanted = PolicyWanted(
        offer_hours=offer_hours,
        order=order,
        smaller_pass=False,
        several_per_address=policy.several_per_address,
        changes_until=policy.changes_until,
        ask_hours=ask_hours,
        stand_by=policy.stand_by,
    )
    revision = policy.revision
    db.session.rollback()
    service.set_policy(SYSTEM, event_id, wanted, revision=revision, now=now)


def _add_types(event_id: UUID, now: datetime) -> _Types:
    event_type = db.session.scalars(
        sa.select(TicketType).where(TicketType.event_id == event_id)
    ).one()
    public, revision = event_type.id, event_type.revision
    db.session.rollback()
    name_type(SYSTEM, event_id, public, said.PUBLIC, Text(), revision=revision, now=now)
    plain = TypeWanted(
        name=said.MEDIA,
        description=said.MEDIA_ABOUT,
        access=Access.APPROVAL,
        attendance=Attendance.ON_SITE,
        seats=SeatsWanted(SeatsFrom.LIMITED, MEDIA_SEATS),
        opens_at=None,
        # The press has asked by now: guests are asked for no type again.
        closes_at=now - timedelta(days=1),
        most_per_booking=1,
        holds_while_pending=True,
        price=Money(0),
    )
    media = add_type(SYSTEM, event_id, plain, now=now)
    add_rule(SYSTEM, event_id, media, RuleWanted(RuleKind.DOMAIN, NEWS_DESK), now=now)
    others = replace(plain, access=Access.CODE, closes_at=None, holds_while_pending=False)
    students = replace(
        others,
        name=said.STUDENTS,
        description=said.STUDENTS_ABOUT,
        seats=SeatsWanted(SeatsFrom.OWN, STUDENT_SEATS),
    )
    vip = replace(
        others,
        name=said.VIP,
        description=said.VIP_ABOUT,
        access=Access.INVITATION,
        seats=SeatsWanted(SeatsFrom.EVENT),
    )
    return _Types(
        media,
        add_type(SYSTEM, event_id, students, now=now),
        add_type(SYSTEM, event_id, vip, now=now),
    )


def _let_media_ask(event_id: UUID, type_id: UUID, sheet: Sheet, now: datetime) -> list[UUID]:
    """Let reporters ask for a place; some are decided on, the others wait for a decision."""
    asked = []
    for number in range(MEDIA_GUESTS):
        host = NEWS_DESK if number == 0 else "example.com"
        who = _person("Reporter", number, "Sample News", f"sample.reporter.{number + 1}@{host}")
        who = replace(who, answers=sheet.answers(number))
        asked.append(_register(event_id, Party((who,), type_id=type_id), now, days=9 - number))
    decided = now - timedelta(days=2)
    service.approve(SYSTEM, asked[1:3], now=decided)
    service.decline(SYSTEM, asked[3:4], words=said.DECLINED_MEDIA, now=decided)
    return asked


def _admit_students(event_id: UUID, type_id: UUID, sheet: Sheet, now: datetime) -> None:
    """Let students come by a code of many uses; one leaves, and the first in line has an offer."""
    many = CodesWanted(type_id, 1, CODE_USES, label=said.CODES_FOR)
    (code_id,) = make_codes(SYSTEM, event_id, many, now=now)
    make_codes(SYSTEM, event_id, CodesWanted(type_id, 3, label=said.CODES_FOR), now=now)
    code = db.session.get_one(AccessCode, code_id).code
    db.session.rollback()
    came = []
    for number in range(STUDENT_GUESTS):
        address = f"sample.student.{number + 1}@example.com"
        who = _person("Student", number, said.CODES_FOR, address)
        who = replace(who, answers=sheet.answers(number))
        party = Party((who,), type_id=type_id, code=code)
        came.append(_register(event_id, party, now, days=6 - number // 3))
    _set_rules(event_id, now, offer_hours=OFFER_HOURS, ask_hours=ASK_HOURS)
    service.cancel(ANONYMOUS, came[0], now=now)


def _register(event_id: UUID, party: Party, now: datetime, *, days: int) -> UUID:
    moment = now - timedelta(days=days)
    done = service.register_party(ANONYMOUS, event_id, party, form_key=None, now=moment)
    return done.registration_id


def _person(kind: str, number: int, house: str, address: str) -> Attendee:
    sign = STEMS[number % len(STEMS)]
    return Attendee(
        name=f"Sample {kind} {number + 1}",
        name_zh=f"{sign}（示例）" if number % 2 else "",
        organisation=house,
        email=address,
        email_key=address,
        lang=LANGUAGES[number % len(LANGUAGES)],
    )
