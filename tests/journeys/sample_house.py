"""Every page of a house full of samples: addresses for axe, for HTML checks and for pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from flask import Flask

from forum.checkin import service as checkin
from forum.core import clock
from forum.core.actor import SYSTEM
from forum.core.db import db
from forum.core.links import Purpose, derive
from forum.core.permissions import Role
from forum.demo.filling import fill
from forum.events.models import Event, Partner, Room
from forum.events.rules import EventState
from forum.people.models import Organisation
from forum.people.service import make_sign_in_link
from forum.programme.models import Session, Speaker
from forum.programme.rules import SessionKind
from forum.registrations import service as registrations
from forum.registrations.models import Registration
from forum.registrations.rules import RegistrationState


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
        event, manage = f"/{{lang}}/e/{main.slug}", f"/manage/{main.slug}"
        cancelled = others[EventState.CANCELLED].slug
        draft = others[EventState.DRAFT].slug
        confirmed = guests[RegistrationState.CONFIRMED]
        return House(
            slug=main.slug,
            organisation_id=organisation.id,
            public=(
                "/{lang}/",
                f"{event}/",
                f"{event}/programme",
                f"{event}/sessions/{panel.id}",
                f"{event}/speakers/{speaker.slug}",
                f"{event}/calendar",
                f"{event}/privacy",
                f"{event}/register",
                f"{event}/register/mail",
                f"/{{lang}}/e/{cancelled}/",
                f"/{{lang}}/e/{cancelled}/register",
                f"/{{lang}}/e/{_full()}/",
                f"/{{lang}}/e/{_full()}/register",
                "/{lang}/series/advanced-manufacturing/",
                "/{lang}/nothing-here",
            ),
            personal=tuple(
                f"/r/{_token(booking)}{rest}"
                for booking, rest in (
                    (confirmed[1], ""),
                    (confirmed[1], "/cancel"),
                    (confirmed[1], "/ticket"),
                    (guests[RegistrationState.WAITLISTED][1], ""),
                    (guests[RegistrationState.CANCELLED][1], ""),
                )
            ),
            member=(
                "/manage/",
                "/manage/new",
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
                f"{manage}/programme/{panel.id}",
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
                f"{manage}/door",
                f"{manage}/door/pair",
                f"{manage}/door/checkpoints/new",
                f"{manage}/messages",
                "/account",
                f"/manage/organisations/{organisation.slug}/members",
                f"/manage/organisations/{organisation.slug}/settings",
            ),
            pairing=f"/door/pair/{pairing.secret}",
            feed=f"/e/{main.slug}/{main.slug}.ics",
            sign_in=f"/sign-in/{token}",
        )


def _full() -> str:
    return "sample-workshop-sensors-on-the-shop-floor"


def _token(booking_id: UUID) -> str:
    return derive(Purpose.BOOKING, booking_id, 0)


def _one_in_each_state(event_id: UUID) -> dict[RegistrationState, tuple[UUID, UUID]]:
    rows = db.session.execute(
        sa.select(Registration.id, Registration.booking_id)
        .where(Registration.event_id == event_id)
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
