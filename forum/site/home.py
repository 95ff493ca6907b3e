"""The organiser's home of an event: who is coming, what needs me, what is next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa
from flask import Blueprint, render_template, url_for

from forum.core import clock, dates
from forum.core.db import db
from forum.core.http import office
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.i18n import current_language
from forum.core.i18n import Sentence, sentence, sentences
from forum.core.languages import by_key
from forum.core.permissions import Action, can
from forum.events.facts import preview_of
from forum.events.queries import managed_event
from forum.events.rules import EventState, Opening, opening
from forum.events.words import STATES
from forum.messaging.queries.listing import needs_of
from forum.messaging.rules.announcements import AnnouncementKind
from forum.messaging.rules.around import can_go_on
from forum.programme.models import Session
from forum.programme.queries import number_waiting
from forum.programme.rules import SessionState
from forum.registrations.models import Registration, TicketType
from forum.registrations.queries import counts_of
from forum.registrations.rules import STATE_WORDS, RegistrationState
from forum.seats.models import SeatPool
from forum.seats.queries import Seats, seats_of
from forum.seats.rules import PoolAbout
from forum.site.attendance import ONE_DAY, Chart, chart, days_shown, midnight

if TYPE_CHECKING:
    from forum.events.models import Event

blueprint = Blueprint("home", __name__, url_prefix="/manage")

office.room(office.Room(10, sentence("Home"), "home", "", Action.SEE_EVENT))


@dataclass(frozen=True, slots=True)
class Need:
    """Something that waits for the organiser, with the way to it."""

    kind: str
    word: Sentence
    says: Sentence
    more: Sentence
    href: str
    act: Sentence


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the set-up list: what was looked at, whether it is done, the way to it."""

    done: bool
    says: Sentence
    more: Sentence
    href: str


@dataclass(frozen=True, slots=True)
class Coming:
    """A moment ahead, or just past."""

    when: datetime
    says: Sentence
    past: bool


@dataclass(frozen=True, slots=True)
class Programme:
    """Counted sessions: all, drafts, without a time."""

    sessions: int
    drafts: int
    untimed: int


@blueprint.get("/<slug>/")
@permits(Action.SEE_EVENT)
def show(slug: str) -> str:
    """Answer the organiser's three questions; ten statements."""
    event = managed_event(current_actor(), slug, Action.SEE_EVENT)
    now = clock.now()
    seats = seats_of(event.id)
    programme = _programme(event)
    counts = counts_of(event.id)
    today = now.astimezone(event.zone).date()
    away = (dates.local_day(event.starts_at, event.zone) - today).days
    return render_template(
        "site/manage_home.html",
        event=event,
        tag=STATES[event.state],
        preview=preview_of(event, current_language()),
        today=dates.day(today, current_language().key, year=False),
        away=away,
        ended=now >= event.ends_at,
        seats=seats,
        counts=counts,
        words=STATE_WORDS,
        chart=_chart(event, seats, now),
        needs=[
            *_from_guests(event, counts[RegistrationState.PENDING]),
            *_from_mails(event, now),
            *_from_speakers(event),
            *_needs(event, seats, programme),
        ],
        ahead=_ahead(event, now),
        steps=_steps(event, seats, programme),
        stands=opening(
            event.state,
            opens_at=event.opens_at,
            closes_at=event.closes_at,
            ends_at=event.ends_at,
            now=now,
        ),
        openings=Opening,
        short=lambda day: dates.brief_day(day, current_language().key),
        may_register=can(current_actor(), Action.SEE_REGISTRATIONS, event.organisation_id),
    )


def _chart(event: Event, seats: Seats, now: datetime) -> Chart:
    """Count which guests were confirmed at the end of each day shown; one statement, one row.

    Speakers take no seat of the number that the line is held against.
    """
    days = days_shown(event.zone, now)
    came, went = Registration.confirmed_at, Registration.cancelled_at
    guests = (
        sa.select(TicketType.id)
        .join(SeatPool, SeatPool.id == TicketType.pool_id)
        .where(TicketType.event_id == event.id, SeatPool.about == PoolAbout.EVENT)
    )
    ends = [midnight(day, event.zone) for day in (days[0], *(day + ONE_DAY for day in days))]
    row = db.session.execute(
        sa.select(
            *(
                sa.func.count().filter(came < end) - sa.func.count().filter(went < end)
                for end in ends
            ),
        ).where(
            Registration.event_id == event.id,
            came.is_not(None),
            Registration.ticket_type_id.in_(guests),
        ),
    ).one()
    return chart(days, [int(number) for number in row], seats.capacity)


def _programme(event: Event) -> Programme:
    row = db.session.execute(
        sa.select(
            sa.func.count(),
            sa.func.count().filter(Session.state == SessionState.DRAFT),
            sa.func.count().filter(Session.starts_at.is_(None)),
        ).where(Session.event_id == event.id),
    ).one()
    return Programme(row[0], row[1], row[2])


def _from_guests(event: Event, pending: int) -> Iterator[Need]:
    if pending and can(current_actor(), Action.SEE_REGISTRATIONS, event.organisation_id):
        yield Need(
            "look",
            sentence("To decide"),
            sentences(
                "%(num)s request waits for a decision",
                "%(num)s requests wait for a decision",
                pending,
            ),
            sentence("Whoever asked gets a mail as soon as you decide."),
            url_for("registrations_manage.approvals", slug=event.slug),
            sentence("Decide"),
        )


def _from_mails(event: Event, now: datetime) -> Iterator[Need]:
    actor = current_actor()
    if not can(actor, Action.SEE_MESSAGES, event.organisation_id):
        return
    waits = needs_of(event.id)
    if waits.bounced:
        yield Need(
            "stop",
            sentence("Came back"),
            sentences("%(num)s mail came back", "%(num)s mails came back", waits.bounced),
            sentence("No more mail goes to these addresses until somebody corrects them."),
            url_for("messages.listing", slug=event.slug, state="bounced"),
            sentence("Correct them"),
        )
    if waits.failed:
        yield Need(
            "stop",
            sentence("Failed"),
            sentences("%(num)s mail did not go out", "%(num)s mails did not go out", waits.failed),
            sentence("The list says why, and sends them again."),
            url_for("messages.listing", slug=event.slug, state="failed"),
            sentence("See why"),
        )
    if waits.nods and can(actor, Action.SEND_MESSAGES, event.organisation_id):
        yield Need(
            "look",
            sentence("Second person"),
            sentences(
                "%(num)s announcement waits for a second person",
                "%(num)s announcements wait for a second person",
                waits.nods,
            ),
            sentence("It goes once a second person has looked at it."),
            url_for("messages.announcements", slug=event.slug, state="awaiting_nod"),
            sentence("Look at it"),
        )
    if waits.overtaken and can_go_on(AnnouncementKind.REMINDER, event, now):
        yield Need(
            "look",
            sentence("Stopped"),
            sentences(
                "%(num)s mail was stopped half-way when the event was changed",
                "%(num)s mails were stopped half-way when the event was changed",
                waits.overtaken,
            ),
            sentence("Those who have not had it can still get it, as of now."),
            url_for("messages.timeline", slug=event.slug),
            sentence("Look at it"),
        )


def _from_speakers(event: Event) -> Iterator[Need]:
    if not can(current_actor(), Action.EDIT_PROGRAMME, event.organisation_id):
        return
    if number := number_waiting(event.id):
        yield Need(
            "look",
            sentence("To look at"),
            sentence("Changes from speakers: %(number)s", number=number),
            sentence("Guests see changed profiles and new slides only then."),
            url_for("programme_manage.speaker_changes", slug=event.slug),
            sentence("Look at them"),
        )


def _needs(event: Event, seats: Seats, programme: Programme) -> Iterator[Need]:
    slug = event.slug
    if seats.waiting:
        yield Need(
            "look",
            sentence("Waiting"),
            sentence("%(number)s guests wait for a seat", number=seats.waiting),
            sentence(
                "All %(capacity)s seats are taken. More seats go to them at once.",
                capacity=seats.capacity,
            ),
            url_for("registrations_manage.capacity", slug=slug),
            sentence("Add seats"),
        )
    for key in event.title.missing(event.languages):
        language = by_key(key)
        yield Need(
            "info",
            sentence("Missing"),
            sentence("The title has no %(language)s", language=language.name if language else key),
            sentence("Guests see it in another language meanwhile."),
            f"/manage/{slug}/settings",
            sentence("Translate"),
        )
    if programme.drafts and event.state is EventState.PUBLISHED:
        yield Need(
            "info",
            sentence("Draft"),
            sentence("%(number)s sessions are drafts", number=programme.drafts),
            sentence("Guests do not see them yet."),
            f"/manage/{slug}/programme",
            sentence("Review"),
        )
    if programme.untimed:
        yield Need(
            "look",
            sentence("No time"),
            sentence("%(number)s sessions have no time", number=programme.untimed),
            sentence("They wait in the tray of the programme."),
            f"/manage/{slug}/programme",
            sentence("Place them"),
        )


def _ahead(event: Event, now: datetime) -> Sequence[Coming]:
    moments = [
        (event.opens_at, sentence("Registration opens")),
        (event.closes_at, sentence("Registration closes")),
        (event.starts_at, sentence("The event begins")),
        (event.ends_at, sentence("The event ends")),
    ]
    return [
        Coming(when, says, when <= now)
        for when, says in sorted(
            ((when, says) for when, says in moments if when), key=lambda pair: pair[0]
        )
    ]


def _steps(event: Event, seats: Seats, programme: Programme) -> Sequence[Step]:
    base = f"/manage/{event.slug}/"
    steps = [
        Step(
            event.venue is not None,
            sentence("Place"),
            sentence("Where guests go, with the way there."),
            f"{base}settings",
        ),
        Step(
            seats.capacity > 0,
            sentence("Seats"),
            sentence("%(number)s seats", number=seats.capacity),
            f"{base}registrations/capacity",
        ),
        Step(
            bool(event.summary),
            sentence("A paragraph about it"),
            sentence("The first thing that guests read."),
            f"{base}settings",
        ),
        Step(
            programme.sessions > 0,
            sentence("Programme"),
            sentence("%(number)s sessions", number=programme.sessions),
            f"{base}programme",
        ),
        Step(
            bool(event.privacy),
            sentence("Privacy"),
            sentence("What the data of guests is for, and how long it is kept."),
            f"{base}settings",
        ),
        Step(
            event.state is not EventState.DRAFT,
            sentence("Published"),
            sentence("Guests can see the page and register."),
            f"{base}state",
        ),
    ]
    return sorted(steps, key=lambda step: step.done)
