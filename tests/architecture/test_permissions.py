"""Every route with every kind of actor: what the table says is what the house does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from werkzeug.routing import IntegerConverter, Rule, UUIDConverter

from forum.calendar.rules.personal import FeedKind
from forum.checkin.service import main_checkpoint, make_pairing_link
from forum.core.actor import ANONYMOUS, SYSTEM, Actor, ActorKind
from forum.core.http.access import Access, Audience, undeclared
from forum.core.links import Purpose, derive
from forum.core.permissions import TABLE, Role
from forum.core.text import Text
from forum.programme.rules import Publishing
from forum.programme.service import (
    MaterialDetails,
    TrackDetails,
    add_material,
    add_track,
    engage,
)
from forum.registrations import service
from tests.calendar.own_calendars import made_calendar
from tests.factories import (
    NOW,
    attendee,
    make_appearance,
    make_event,
    make_member,
    make_organisation,
    make_partner,
    make_room,
    make_series,
    make_session,
    make_speaker,
    make_venue,
)
from tests.registrations.inviting import made_list, one_invited

REFUSED = {302, 303}
NOT_FOUND = 404
FORBIDDEN = 403


@dataclass(frozen=True)
class World:
    """One event with one of everything, and another organisation that must see none of it."""

    organisation_id: UUID
    other_id: UUID
    values: Mapping[str, Any]


@pytest.fixture
def world(app: Flask) -> World:
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    with app.app_context():
        organisation, other = make_organisation(slug="ours"), make_organisation(slug="theirs")
        venue, series = make_venue(organisation), make_series(organisation)
        event = make_event(organisation, slug="ours-event", venue_id=venue.id, series_id=series.id)
        room, partner = make_room(event), make_partner(event)
        session, speaker = make_session(event, room_id=room.id), make_speaker(organisation.id)
        make_appearance(session, speaker)
        details = TrackDetails(Text({"en": "Sample track"}))
        track = add_track(SYSTEM, event.id, details, now=NOW)
        stands = engage(SYSTEM, event.id, speaker.id, now=NOW)
        sent = MaterialDetails("link", Text(), "https://example.com", Publishing.NOW)
        material = add_material(SYSTEM, event.id, session.id, sent, None, now=NOW)
        user = make_member(organisation, Role.REGISTRAR)
        done = service.register(ANONYMOUS, event.id, attendee("one"), form_key=None, now=NOW)
        listed = made_list(event.id)
        asked = one_invited(event.id, listed)
        checkpoint_id = main_checkpoint(SYSTEM, event, now=NOW)
        pairing = make_pairing_link(SYSTEM, event, checkpoint_id, now=NOW)
        return World(
            organisation.id,
            other.id,
            {
                "lang": "en",
                "slug": event.slug,
                "name": event.slug,
                "speaker": speaker.slug,
                "session_id": session.id,
                "room_id": room.id,
                "room": room.slug,
                "track_id": track.id,
                "partner_id": partner.id,
                "part": "talk",
                "speaker_slug": speaker.slug,
                "registration_id": done.registration_id,
                "checkpoint_id": checkpoint_id,
                "secret": pairing.secret,
                "user_id": user.id,
                "speaker_token": derive(Purpose.SPEAKER, stands.id, 0),
                "list_id": listed,
                "invitation_id": asked,
                "invitation_token": derive(Purpose.GUEST_INVITATION, asked, 0),
                "feed_token": made_calendar(FeedKind.SPEAKER, stands.id, "x").split("/")[2],
                "material_id": material.id,
                "token": derive(Purpose.BOOKING, done.booking_id, 0),
                "own_token": derive(Purpose.REGISTRATION, done.registration_id, 0),
                "contact_token": derive(Purpose.CONTACT, done.booking_id, 0),
                "code": "T9M2PR4K",
                "organisation": organisation.slug,
                "file_name": "none.webp",
            },
        )


def routes(app: Flask) -> Iterator[tuple[Rule, str, Access]]:
    """Return each rule with each of its methods and what its view declares."""
    for rule in app.url_map.iter_rules():
        access: Access = app.view_functions[rule.endpoint].access
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule, method, access


OTHER_TOKENS = {
    "/s/": "speaker_token",
    "/i/": "invitation_token",
    "/my/": "feed_token",
    "/r/p/": "own_token",
    "/r/all/": "contact_token",
}
"""Personal addresses whose token is not a booking's."""


def _token_of(rule: Rule) -> str | None:
    return next((it for way, it in OTHER_TOKENS.items() if rule.rule.startswith(way)), None)


def address_of(app: Flask, rule: Rule, world: World) -> str:
    """Return an address of the rule: what the world has not is a well-formed stranger."""
    values: dict[str, Any] = {}
    for name in rule.arguments:
        converter = rule._converters[name]
        if hasattr(converter, "items"):
            values[name] = min(converter.items)
        elif name in world.values:
            values[name] = world.values[name]
        elif isinstance(converter, UUIDConverter):
            values[name] = UUID(int=7)
        elif isinstance(converter, IntegerConverter):
            values[name] = 7
        else:
            values[name] = "none-such"
    if (whose := _token_of(rule)) is not None:
        values["token"] = world.values[whose]
    if rule.rule.startswith("/manage/organisations/"):
        values["slug"] = world.values["organisation"]
    with app.test_request_context():
        return app.url_for(rule.endpoint, **values)


def member(organisation_id: UUID, role: Role) -> Actor:
    """Return a member's actor."""
    return Actor(
        ActorKind.USER,
        id=UUID(int=1),
        name="Sample",
        roles={organisation_id: role},
        session_id=UUID(int=2),
    )


def status(app: Flask, actor: Actor, method: str, address: str) -> int:
    """Ask as this actor."""
    app.extensions["forum_actor_loader"] = lambda: actor
    return app.test_client().open(address, method=method).status_code


def test_every_view_declares_who_may_call_it(app: Flask) -> None:
    assert undeclared(app) == []


def test_strangers_are_sent_to_sign_in_from_every_member_page(app: Flask, world: World) -> None:
    wrong = [
        (method, address, found)
        for rule, method, access in routes(app)
        if access.audience is Audience.MEMBER
        and (found := status(app, ANONYMOUS, method, address := address_of(app, rule, world)))
        not in REFUSED
    ]
    assert wrong == []


def test_another_organisation_finds_nothing_at_all(app: Flask, world: World) -> None:
    """The owner of one organisation gets 404 for everything of another: never 403, never a page."""
    stranger = member(world.other_id, Role.OWNER)
    wrong = [
        (method, address, found)
        for rule, method, access in routes(app)
        if access.action is not None
        and "slug" in rule.arguments
        and (found := status(app, stranger, method, address := address_of(app, rule, world)))
        != NOT_FOUND
    ]
    assert wrong == []


@pytest.mark.parametrize("role", list(Role))
def test_each_role_is_refused_exactly_what_the_table_withholds(
    app: Flask, world: World, role: Role
) -> None:
    actor = member(world.organisation_id, role)
    wrong = []
    for rule, method, access in routes(app):
        if access.action is None:
            continue
        address = address_of(app, rule, world)
        found = status(app, actor, method, address)
        if (found == FORBIDDEN) != (access.action not in TABLE[role]):
            wrong.append((method, address, access.action.value, found))
    assert wrong == []


def test_a_role_elsewhere_gives_nothing_here(app: Flask, world: World) -> None:
    """One who owns another organisation and only views this one stays a viewer here."""
    both = Actor(
        ActorKind.USER,
        id=UUID(int=1),
        roles={world.other_id: Role.OWNER, world.organisation_id: Role.VIEWER},
        session_id=UUID(int=2),
    )
    wrong = [
        (method, address, found)
        for rule, method, access in routes(app)
        if access.action is not None
        and "slug" in rule.arguments
        and access.action not in TABLE[Role.VIEWER]
        and (found := status(app, both, method, address := address_of(app, rule, world)))
        != FORBIDDEN
    ]
    assert wrong == []


def test_the_door_is_closed_without_a_device(app: Flask, world: World) -> None:
    """Its API refuses; its page tells an unpaired phone how to pair, and no guest's name."""
    app.extensions["forum_actor_loader"] = lambda: member(world.organisation_id, Role.OWNER)
    client = app.test_client()
    for rule, method, access in routes(app):
        if access.audience is not Audience.DEVICE:
            continue
        address = address_of(app, rule, world)
        answer = client.open(address, method=method)
        refused = answer.status_code in {401, FORBIDDEN}
        told = not address.startswith("/door/api/") and answer.status_code == 200
        assert refused or told, (method, address, answer.status_code)
        assert "Sample Guest" not in answer.text


def test_no_address_answers_5xx_to_anyone(app: Flask, world: World) -> None:
    actors = [ANONYMOUS, member(world.organisation_id, Role.OWNER)]
    wrong = [
        (actor.kind.value, method, address, found)
        for actor in actors
        for rule, method, _ in routes(app)
        if (found := status(app, actor, method, address := address_of(app, rule, world))) >= 500
    ]
    assert [one for one in wrong if not one[2].endswith("/readyz")] == []
