"""What is written to whom after something has happened."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from forum.core.links import Purpose
from forum.core.outbox import Payload, after
from forum.events.rules import EventState
from forum.messaging import queries, service
from forum.messaging.rules import Kind
from forum.messaging.service.writing import Person
from forum.programme.rules import EngagementState
from forum.registrations.rules import RegistrationState

if TYPE_CHECKING:
    from forum.events.models import Event
    from forum.messaging.queries import Addressee
    from forum.registrations.models import Registration

CONFIRMED, WAITLISTED, CANCELLED = (
    RegistrationState.CONFIRMED,
    RegistrationState.WAITLISTED,
    RegistrationState.CANCELLED,
)


@after("registration.confirmed")
def send_ticket(payload: Payload, now: datetime) -> None:
    """Send the ticket, unless the registration was cancelled before this ran."""
    kind = Kind.PROMOTED if payload.get("promoted") else Kind.CONFIRMED
    _tell("confirmed", payload, now, {CONFIRMED: kind})


@after("registration.waitlisted")
def confirm_place_in_line(payload: Payload, now: datetime) -> None:
    """Say that the guest waits, unless a seat came free before this ran."""
    _tell("waitlisted", payload, now, {WAITLISTED: Kind.WAITLISTED})


@after("registration.cancelled")
def confirm_cancelling(payload: Payload, now: datetime) -> None:
    """Say that the registration is cancelled."""
    _tell("cancelled", payload, now, {CANCELLED: Kind.CANCELLED})


@after("registration.again")
def tell_the_truth(payload: Payload, now: datetime) -> None:
    """Tell the holder of a known address, and nobody else, where the registration stands."""
    kinds = {CONFIRMED: Kind.AGAIN, WAITLISTED: Kind.AGAIN_WAITING}
    _tell(f"again:{payload['span']}", payload, now, kinds)


@after("place.given")
def tell_of_a_place(payload: Payload, now: datetime) -> None:
    """Say that a place in a session has come free, unless it was given up before this ran."""
    place_id = UUID(payload["place_id"])
    session = queries.session_of_place(place_id)
    if session is None:
        return

    def choose(guest: Registration) -> Kind | None:
        return Kind.PLACE_GIVEN if guest.state is CONFIRMED else None

    service.write_to_guest(
        UUID(payload["registration_id"]), choose, key=f"place:{place_id}", now=now, session=session
    )


@after("event.cancelled")
def tell_of_cancelling(payload: Payload, now: datetime) -> None:
    """Tell all who are confirmed or wait that the event is cancelled."""
    _tell_all("event_cancelled", payload, now, EventState.CANCELLED, Kind.EVENT_CANCELLED)


@after("event.postponed")
def tell_of_postponing(payload: Payload, now: datetime) -> None:
    """Tell all who are confirmed or wait that the event is postponed, with the date once known."""
    moved = "starts_at" in payload.get("changed", ())
    kind = Kind.EVENT_MOVED if moved else Kind.EVENT_POSTPONED
    _tell_all("event_postponed", payload, now, EventState.POSTPONED, kind)


@after("event.published")
def tell_that_it_takes_place(payload: Payload, now: datetime) -> None:
    """Tell the guests of an event that had been postponed that it takes place."""
    if payload.get("from") == EventState.POSTPONED.value:
        _tell_all("event_back", payload, now, EventState.PUBLISHED, Kind.EVENT_BACK)


@after("people.sign_in_requested")
def send_sign_in_link(payload: Payload, now: datetime) -> None:
    """Send a member the link they asked for, while it can be used."""
    link_id = UUID(payload["link_id"])
    user = queries.open_sign_in(link_id, now)
    if user is not None:
        person = Person(user.email, user.name, payload["lang"], Purpose.SIGN_IN, link_id)
        service.write_to_person(person, Kind.SIGN_IN, key=f"sign_in:{link_id}", now=now)


@after("people.member_invited")
def send_invitation(payload: Payload, now: datetime) -> None:
    """Send somebody the invitation into an organisation, while it is open."""
    invitation = queries.open_invitation(UUID(payload["invitation_id"]), now)
    if invitation is not None:
        lang, organisation = payload["lang"], invitation.organisation
        person = Person(
            invitation.email,
            "",
            lang,
            Purpose.MEMBER_INVITATION,
            invitation.id,
            organisation=organisation.name.pick(lang, organisation.languages),
            organisation_id=organisation.id,
        )
        key = f"invitation:{invitation.id}"
        service.write_to_person(person, Kind.INVITATION, key=key, now=now)


@after("programme.released")
@after("messaging.turn_awaited")
@after("messaging.news_put_off")
def tell_of_released_changes(payload: Payload, now: datetime) -> None:
    """Tell those concerned of all versions that they have not heard of."""
    service.tell_of_releases(UUID(payload["event_id"]), now=now)


@after("speaker.asked")
def ask_speaker(payload: Payload, now: datetime) -> None:
    """Send a speaker the link to the page on which to confirm, unless the answer is there."""

    def choose(one: Addressee) -> Kind | None:
        asked = one.engagement.state is EngagementState.ASKED
        return Kind.SPEAKER_ASKED if asked else None

    service.write_to_speakers(
        UUID(payload["event_id"]),
        [UUID(payload["engagement_id"])],
        choose,
        key=f"speaker_asked:{payload['revision']}",
        now=now,
    )


def _tell(what: str, payload: Payload, now: datetime, kinds: dict[RegistrationState, Kind]) -> None:
    registration_id = UUID(payload["registration_id"])

    def choose(guest: Registration) -> Kind | None:
        return kinds.get(guest.state)

    service.write_to_guest(registration_id, choose, key=f"{what}:{registration_id}", now=now)


def _tell_all(what: str, payload: Payload, now: datetime, state: EventState, kind: Kind) -> None:
    event_id = UUID(payload["event_id"])

    def choose(event: Event, _guest: Registration) -> Kind | None:
        return kind if event.state is state else None

    key = f"{what}:{event_id}:{payload['revision']}"
    service.write_to_guests_of(event_id, choose, key=key, now=now)
