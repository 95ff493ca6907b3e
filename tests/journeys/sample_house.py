"""Every page of a house full of samples: addresses for axe, for HTML checks and for pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Page

from forum.checkin import service as checkin
from forum.core import clock
from forum.core.actor import SYSTEM, Actor, ActorKind
from forum.core.db import db, writing
from forum.core.links import Purpose, derive
from forum.core.permissions import Role
from forum.core.revisions import fingerprint
from forum.core.text import Text
from forum.demo.filling import fill
from forum.events.models import Event, Partner, Room
from forum.events.rules import EventState
from forum.people.models import Organisation, User
from forum.people.service import make_sign_in_link
from forum.programme import queries
from forum.programme import service as programme
from forum.programme.importing.plans import Choices
from forum.programme.importing.reading import read_programme
from forum.programme.importing.storing import import_into
from forum.programme.importing.waiting import keep_waiting
from forum.programme.models import ImportedThing, Session, Speaker
from forum.programme.rules import (
    Choice,
    CueFor,
    ReleaseMode,
    SessionKind,
    fingerprint_of,
    ripple,
)
from forum.programme.service import set_places
from forum.registrations import service as registrations
from forum.registrations.models import Registration
from forum.registrations.rules import RegistrationState
from tests.journeys.sample_announcements import announcement_pages
from tests.journeys.sample_bookings import booking_pages
from tests.journeys.sample_calendars import calendar_pages
from tests.journeys.sample_consents import consents_at
from tests.journeys.sample_desk import desk_pages
from tests.journeys.sample_files import file_pages
from tests.journeys.sample_forms import form_pages
from tests.journeys.sample_invitations import invitation_pages
from tests.journeys.sample_mails import mail_pages
from tests.journeys.sample_office import office_pages
from tests.journeys.sample_questions import question_pages
from tests.journeys.sample_rooms import room_pages
from tests.journeys.sample_speaker import speaker_pages
from tests.journeys.sample_timeline import timeline_pages
from tests.programme.importing import files


@dataclass(frozen=True)
class House:
    """Addresses of a filled house: `public` ones hold {lang}; `member` ones need a session."""

    slug: str
    organisation_id: UUID
    public: Sequence[str]
    personal: Sequence[str]
    member: Sequence[str]
    pairing: str
    feed: str
    sign_in: str


def furnish(app: Flask) -> House:
    """Fill the database as `forum demo` does and return every page's address."""
    with app.app_context():
        sample = fill(clock.now())
        main = db.session.get_one(Event, sample.event_id)
        organisation = db.session.get_one(Organisation, sample.organisation_id)
        others = {
            one.state: one for one in db.session.scalars(sa.select(Event)) if one.id != main.id
        }
        panel = db.session.scalars(
            sa.select(Session).where(Session.kind == SessionKind.PANEL)
        ).one()
        speaker = db.session.scalars(sa.select(Speaker).order_by(Speaker.precedence)).first()
        room = db.session.scalars(sa.select(Room)).first()
        track_id = _unreleased(main.id, panel.id)
        partner = db.session.scalars(sa.select(Partner)).first()
        assert speaker is not None
        assert room is not None
        assert partner is not None
        guests = _one_in_each_state(main.id)
        checkpoint_id = checkin.main_checkpoint(SYSTEM, main, now=clock.now())
        pairing = checkin.make_pairing_link(SYSTEM, main, checkpoint_id, now=clock.now())
        token = make_sign_in_link(
            "organiser@example.com",
            now=clock.now(),
            organisation_id=organisation.id,
            role=Role.OWNER,
            name="Sample Organiser",
        )
        late = _ran_late(main.id, panel.id)
        _file_waits(others[EventState.DRAFT].id, organisation)
        event, manage = f"/{{lang}}/e/{main.slug}", f"/manage/{main.slug}"
        cancelled = others[EventState.CANCELLED].slug
        draft = others[EventState.DRAFT].slug
        confirmed = guests[RegistrationState.CONFIRMED]
        on_stage = speaker_pages(main, panel.id)
        asked = invitation_pages(main, manage)
        booked = booking_pages(main)
        asking = question_pages(main)
        agreed = consents_at(main, organisation.slug, confirmed[0])
        worked_on = office_pages(main, confirmed[0])
        announced = announcement_pages(main, f"/manage/{main.slug}")
        mailed = mail_pages(main, confirmed[0])
        around = timeline_pages(main)
        rooms_taken = room_pages(main)
        kept = calendar_pages(main)
        set_places(SYSTEM, main.id, panel.id, 30, now=clock.now())
        registrations.take_place(SYSTEM, confirmed[0], panel.id, now=clock.now())
        return House(
            slug=main.slug,
            organisation_id=organisation.id,
            public=(
                "/{lang}/",
                f"{event}/",
                f"{event}/programme",
                f"{event}/programme/{panel.day}",
                f"{event}/programme?kind=panel",
                f"{event}/programme?room=nowhere",
                f"{event}/programme/changes",
                f"{event}/sessions/{panel.id}",
                f"{event}/sessions/{panel.id}/sign-up",
                f"{event}/speakers/{speaker.slug}",
                f"{event}/calendar",
                f"{event}/calendar?room={room.slug}",
                f"{event}/calendar?room=nowhere",
                f"{event}/rooms/{room.slug}/sign",
                f"{event}/rooms/{room.slug}/stage",
                f"{event}/privacy",
                f"{event}/register",
                f"{event}/register/mail",
                f"/{{lang}}/e/{cancelled}/",
                f"/{{lang}}/e/{cancelled}/register",
                f"/{{lang}}/e/{_full()}/",
                f"/{{lang}}/e/{_full()}/register",
                "/{lang}/series/advanced-manufacturing/",
                *booked.public,
                *form_pages(organisation),
                "/{lang}/nothing-here",
            ),
            personal=(
                *on_stage.personal,
                *asked.personal,
                *booked.personal,
                *agreed.personal,
                *kept.personal,
                *(
                    f"/r/{_token(booking)}{rest}"
                    for booking, rest in (
                        (confirmed[1], ""),
                        (confirmed[1], "/cancel"),
                        (confirmed[1], "/ticket"),
                        (confirmed[1], "/schedule"),
                        (confirmed[1], "/schedule?show=all"),
                        (confirmed[1], f"/schedule/leave/{panel.id}"),
                        (guests[RegistrationState.CANCELLED][1], "/schedule"),
                        (guests[RegistrationState.WAITLISTED][1], ""),
                        (guests[RegistrationState.CANCELLED][1], ""),
                    )
                ),
            ),
            member=(
                *on_stage.member,
                *asking,
                *agreed.member,
                *kept.member,
                *asked.member,
                *desk_pages(organisation),
                *file_pages(organisation),
                "/manage/",
                "/manage/new",
                "/manage/new/from-file",
                "/manage/new/from-file/preview",
                f"{manage}/",
                f"{manage}/settings",
                f"{manage}/venue",
                f"{manage}/rooms",
                f"{manage}/rooms/{room.id}",
                f"{manage}/partners",
                f"{manage}/partners/{partner.id}",
                f"{manage}/state",
                f"{manage}/state/cancel",
                f"{manage}/state/postpone",
                f"/manage/{draft}/",
                f"/manage/{draft}/state/publish",
                f"{manage}/programme",
                f"{manage}/programme/new",
                f"{manage}/programme/export",
                f"{manage}/programme/release",
                f"{manage}/programme/release/discard",
                f"{manage}/programme/versions",
                f"{manage}/programme/versions/1/back",
                f"{manage}/programme/tracks",
                f"{manage}/programme/tracks/{track_id}",
                f"{manage}/programme/tracks/{track_id}/remove",
                f"{manage}/programme/settings",
                f"{manage}/programme/import",
                f"/manage/{draft}/programme/import/preview",
                f"/manage/{draft}/programme/release",
                f"/manage/{draft}/programme/versions",
                f"{manage}/programme/{panel.id}",
                f"{manage}/programme/{panel.id}/move",
                f"{manage}/programme/conflicts",
                f"{manage}/programme/conflicts?kind=translation",
                f"{manage}/run-sheet",
                f"{manage}/run-sheet?room=all&cues=mc",
                f"{manage}/run-sheet/{panel.id}/late",
                f"{manage}/run-sheet/{panel.id}/late?minutes=8",
                f"{manage}/run-sheet/late/{late}",
                f"{manage}/programme/{panel.id}/cues",
                f"/manage/{draft}/run-sheet",
                f"{manage}/programme/{panel.id}/places",
                f"{manage}/programme/{panel.id}/places/remove",
                f"{manage}/programme/{panel.id}/places/guests",
                f"/manage/{draft}/programme",
                f"{manage}/speakers",
                f"{manage}/speakers/new",
                f"{manage}/speakers/{speaker.slug}",
                f"{manage}/registrations",
                f"{manage}/registrations?q=nobody-at-all",
                f"/manage/{draft}/registrations",
                f"{manage}/registrations/{confirmed[0]}",
                f"{manage}/registrations/{confirmed[0]}/cancel",
                f"{manage}/registrations/new",
                f"{manage}/registrations/capacity",
                *worked_on,
                f"{manage}/door",
                f"{manage}/door/pair",
                f"{manage}/door/checkpoints/new",
                f"{manage}/messages",
                *mailed,
                *announced,
                *around,
                *rooms_taken,
                f"{manage}/messages/settings",
                f"{manage}/messages/templates",
                f"{manage}/messages/templates/confirmed",
                "/account",
                f"/manage/organisations/{organisation.slug}/members",
                f"/manage/organisations/{organisation.slug}/settings",
                f"/manage/organisations/{organisation.slug}/mail",
                f"/manage/organisations/{organisation.slug}/mail/lost",
            ),
            pairing=f"/door/pair/{pairing.secret}",
            feed=f"/e/{main.slug}/{main.slug}.ics",
            sign_in=f"/sign-in/{token}",
        )


def sign_in(page: Page, house: House) -> None:
    """Open the one-time link and press its button."""
    page.goto(house.sign_in)
    page.locator("main form button").first.click()
    page.wait_for_url("**/manage/")


def _unreleased(event_id: UUID, session_id: UUID) -> UUID:
    """Make a track, and leave a change of a session that waits for release."""
    track = programme.add_track(
        SYSTEM,
        event_id,
        programme.TrackDetails(Text({"en": "Sample track"}), "#a3175f"),
        now=clock.now(),
    )
    for mode in (ReleaseMode.HELD, ReleaseMode.AT_ONCE):
        keeping = programme.Keeping(mode, (), 0, nod=True)
        programme.keep_programme(SYSTEM, event_id, keeping, now=clock.now())
        if mode is ReleaseMode.HELD:
            planned = queries.planned_session(event_id, session_id)
            assert planned.starts_at is not None
            assert planned.ends_at is not None
            later = timedelta(minutes=5)
            place = programme.Place(
                planned.starts_at + later, planned.ends_at + later, planned.room_id
            )
            programme.place_session(
                SYSTEM, event_id, session_id, planned.revision, place, now=clock.now()
            )
    return track.id


def _file_waits(event_id: UUID, organisation: Organisation) -> None:
    """Let the organiser's file wait for its preview: something of every kind is in it."""
    member = db.session.scalars(sa.select(User).where(User.name == "Sample Organiser")).one()

    def talk(number: int, **given: Any) -> dict[str, Any]:
        usual = {"guid": f"g{number}", "id": number, "title": f"Sample {number}"}
        return files.frab_event(**{**usual, **given})

    content = files.frab_xml(talk(1), talk(2, room="Garden"))
    file = read_programme(content, ZoneInfo("Asia/Hong_Kong"))
    import_into(SYSTEM, event_id, file, Choices(confirmed=False), None, now=clock.now())
    with writing() as session:
        ours = session.scalars(sa.select(ImportedThing).where(ImportedThing.key == "g1")).one()
        ours.values = {**ours.values, "title.en": "Before"}
    known = db.session.scalars(sa.select(Speaker.name).where(Speaker.name != "")).first()
    again = files.frab_xml(
        talk(1, abstract="New words.", title="In the file"),
        talk(3, persons=[{"id": 99, "public_name": known}]),
        talk(3),
    )
    actor = Actor(ActorKind.USER, member.id, roles={organisation.id: Role.OWNER})
    for place in (event_id, None):
        keep_waiting(actor, place, "schedule.xml", again, "Asia/Tokyo", now=clock.now())


def _ran_late(event_id: UUID, session_id: UUID) -> int:
    """Let a session run 8 minutes late, give it cues, and return the version's number."""
    said = "Guests to their seats"
    cues = [programme.CueLine(one, minutes, said) for minutes, one in enumerate(CueFor, -5)]
    seen = fingerprint(programme.cue_values([]))
    programme.keep_cues(SYSTEM, event_id, session_id, seen, cues, now=clock.now())
    day = queries.sessions_on(event_id, queries.day_of_session(event_id, session_id))
    seen = fingerprint_of(ripple(queries.turns_of(day), session_id, Choice(8)))
    done = programme.run_late(SYSTEM, event_id, session_id, Choice(8), seen, now=clock.now())
    assert done.number is not None
    return done.number


def _full() -> str:
    return "sample-workshop-sensors-on-the-shop-floor"


def _token(booking_id: UUID) -> str:
    return derive(Purpose.BOOKING, booking_id, 0)


def _one_in_each_state(event_id: UUID) -> dict[RegistrationState, tuple[UUID, UUID]]:
    rows = db.session.execute(
        sa.select(Registration.id, Registration.booking_id)
        .where(
            Registration.event_id == event_id,
            Registration.state == RegistrationState.CONFIRMED,
        )
        .order_by(Registration.id)
        .limit(2)
    ).all()
    registrations.cancel(SYSTEM, rows[1].id, now=clock.now())
    waiting = db.session.execute(
        sa.select(Registration.id, Registration.booking_id)
        .where(Registration.state == RegistrationState.WAITLISTED)
        .limit(1)
    ).one()
    return {
        RegistrationState.CONFIRMED: (rows[0].id, rows[0].booking_id),
        RegistrationState.CANCELLED: (rows[1].id, rows[1].booking_id),
        RegistrationState.WAITLISTED: (waiting.id, waiting.booking_id),
    }
