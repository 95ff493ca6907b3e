"""What is written to whom after something has happened."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from forum.core.links import Purpose
from forum.core.outbox import Payload, after, after_many
from forum.events.rules import EventState
from forum.messaging import queries, service
from forum.messaging.rules import Kind
from forum.messaging.service.recipients import (
    Whom,
    attendee_alone,
    but_for_the_contact,
    recipients_of,
)
from forum.messaging.service.writing import Person
from forum.programme.rules import EngagementState
from forum.registrations.rules import ASKED, Ended, RegistrationState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from forum.events.models import Event
    from forum.messaging.queries import Addressee
    from forum.registrations.models import Invitation, Registration

CONFIRMED, WAITLISTED, PENDING, OFFERED, DECLINED, CANCELLED = (
    RegistrationState.CONFIRMED,
    RegistrationState.WAITLISTED,
    RegistrationState.PENDING,
    RegistrationState.OFFERED,
    RegistrationState.DECLINED,
    RegistrationState.CANCELLED,
)
ENDED_KINDS = {
    Ended.GUEST: Kind.CANCELLED,
    Ended.OFFICE: Kind.CANCELLED_BY_OFFICE,
    Ended.EXPIRED: Kind.OFFER_EXPIRED,
    Ended.NOT_COMING: Kind.NOT_COMING,
}
"""What is written of a cancelled registration; of one that was merged into another, nothing."""


@after_many("registration.pending")
def confirm_requests(payloads: Sequence[Payload], now: datetime) -> None:
    """Say that requests have come in, unless they were decided before this ran."""
    _tell_each(payloads, now, lambda _: ("pending", {PENDING: Kind.REQUESTED}))


@after_many("registration.confirmed")
def send_tickets(payloads: Sequence[Payload], now: datetime) -> None:
    """Send tickets, but for registrations that were cancelled before this ran."""

    def kinds(payload: Payload) -> tuple[str, Mapping[RegistrationState, Kind]]:
        kind = Kind.PROMOTED if payload.get("promoted") else Kind.CONFIRMED
        return "confirmed", {CONFIRMED: Kind.APPROVED if payload.get("approved") else kind}

    _tell_each(payloads, now, kinds)


@after_many("registration.waitlisted")
def confirm_places_in_line(payloads: Sequence[Payload], now: datetime) -> None:
    """Say that guests wait, but for those to whom a seat came before this ran."""

    def kinds(payload: Payload) -> tuple[str, Mapping[RegistrationState, Kind]]:
        if payload.get("approved"):
            return "approved_waiting", {WAITLISTED: Kind.APPROVED_WAITING}
        return "waitlisted", {WAITLISTED: Kind.WAITLISTED}

    _tell_each(payloads, now, kinds)


@after("registration.offered")
def offer_seat(payload: Payload, now: datetime) -> None:
    """Say until when a seat is kept, while it is."""
    _tell(f"offered:{payload['revision']}", payload, now, {OFFERED: Kind.OFFERED})


@after("registration.declined")
def tell_of_declining(payload: Payload, now: datetime) -> None:
    """Say that a request was not approved, unless that was taken back before this ran."""
    _tell(f"declined:{payload['revision']}", payload, now, {DECLINED: Kind.DECLINED})


@after("registration.cancelled")
def confirm_cancelling(payload: Payload, now: datetime) -> None:
    """Say that the registration is cancelled, by why.

    Where the event itself is cancelled or over, nothing is said of an offer that ended with it.
    """
    kind = ENDED_KINDS.get(Ended(payload.get("ended") or Ended.GUEST))

    def choose(guest: Registration) -> Kind | None:
        if guest.state is not CANCELLED:
            return None
        if kind is Kind.OFFER_EXPIRED and _is_over(guest.event, now):
            return None
        return Kind.LEFT if kind is Kind.CANCELLED and guest.confirmed_at is None else kind

    _write("cancelled", payload, now, choose)


@after("registration.again")
def tell_the_truth(payload: Payload, now: datetime) -> None:
    """Tell the holder of a known address, and nobody else, where the registration stands."""
    kinds = {
        CONFIRMED: Kind.AGAIN,
        WAITLISTED: Kind.AGAIN_WAITING,
        PENDING: Kind.AGAIN_PENDING,
        OFFERED: Kind.AGAIN_OFFERED,
    }
    _tell(f"again:{payload['span']}", payload, now, kinds, whom=attendee_alone)


@after("registration.renamed")
def tell_who_was_named(payload: Payload, now: datetime) -> None:
    """Tell whoever got a place what it is; the one before hears nothing any more.

    Where nobody had been named the ticket stays, and the contact has it.
    """
    kinds = {
        CONFIRMED: Kind.NAMED,
        OFFERED: Kind.OFFERED,
        WAITLISTED: Kind.NAMED_WAITING,
        PENDING: Kind.NAMED_WAITING,
    }
    whom = recipients_of if payload["replaced"] else but_for_the_contact
    _tell(f"renamed:{payload['revision']}", payload, now, kinds, whom=whom)


@after("registration.type_changed")
def tell_of_another_type(payload: Payload, now: datetime) -> None:
    """Send the ticket that was signed anew, or tell who has none yet of the type.

    Who got a seat by it has the ticket by another mail.
    """
    kinds = dict.fromkeys((OFFERED, WAITLISTED, PENDING), Kind.TYPE_CHANGED_WAITING)
    if payload["seated"]:
        kinds[CONFIRMED] = Kind.TYPE_CHANGED
    _tell(f"type_changed:{payload['revision']}", payload, now, kinds)


@after("registration.ask_coming")
def ask_whether_coming(payload: Payload, now: datetime) -> None:
    """Ask a guest who has a seat and has not answered yet."""

    def choose(guest: Registration) -> Kind | None:
        asked = guest.state is CONFIRMED and guest.still_coming_at is None
        return Kind.ASK_COMING if asked else None

    _write(f"ask_coming:{payload['starts_at']}", payload, now, choose)


@after("booking.link_asked")
def send_lost_links(payload: Payload, now: datetime) -> None:
    """Send an address all its links at an event; an unknown one gets nothing."""
    bookings = [UUID(one) for one in payload["booking_ids"]]
    attendees = [UUID(one) for one in payload["registration_ids"]]
    first = next(iter([*bookings, *attendees]), None)
    if first is not None:
        key = f"links:{first}:{payload['span']}"
        service.write_links(bookings, attendees, payload["lang"], key=key, now=now)


@after("invitation.sent")
def send_guest_invitation(payload: Payload, now: datetime) -> None:
    """Send a guest the invitation, unless a reply came before this ran."""
    _invite("guest_invited", Kind.GUEST_INVITATION, payload, now)


@after("invitation.reminded")
def remind_guest(payload: Payload, now: datetime) -> None:
    """Remind a guest of the invitation, unless a reply came before this ran."""
    _invite("guest_reminded", Kind.GUEST_REMINDER, payload, now)


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


@after("place.left")
def take_a_place_out_of_the_calendar(payload: Payload, now: datetime) -> None:
    """Say that a place is given up to who has the session in the own calendar by a mail of ours."""
    registration_id = UUID(payload["registration_id"])
    session = queries.session_in_calendar(registration_id, UUID(payload["session_id"]))
    if session is not None:
        service.write_to_guest(
            registration_id,
            lambda _guest: Kind.PLACE_LEFT,
            key=f"place_left:{payload['place_id']}",
            now=now,
            session=session,
            whom=attendee_alone,
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


def _tell(
    what: str,
    payload: Payload,
    now: datetime,
    kinds: Mapping[RegistrationState, Kind],
    whom: Whom = recipients_of,
) -> None:
    _write(what, payload, now, _by_state(kinds), whom)


def _tell_each(
    payloads: Sequence[Payload],
    now: datetime,
    kinds_of: Callable[[Payload], tuple[str, Mapping[RegistrationState, Kind]]],
) -> None:
    effects = [
        _effect(what, one, _by_state(kinds))
        for one in payloads
        if not one.get("quiet")
        for what, kinds in [kinds_of(one)]
    ]
    if effects:
        service.write_to_each(effects, now=now)


def _by_state(
    kinds: Mapping[RegistrationState, Kind],
) -> Callable[[Registration], Kind | None]:
    return lambda guest: kinds.get(guest.state)


def _write(
    what: str,
    payload: Payload,
    now: datetime,
    choose: Callable[[Registration], Kind | None],
    whom: Whom = recipients_of,
) -> None:
    if not payload.get("quiet"):
        service.write_to_each([_effect(what, payload, choose, whom)], now=now)


def _effect(
    what: str,
    payload: Payload,
    choose: Callable[[Registration], Kind | None],
    whom: Whom = recipients_of,
) -> service.Effect:
    registration_id = UUID(payload["registration_id"])
    key, words = f"{what}:{registration_id}", payload.get("words", "")
    return service.Effect(registration_id, choose, key, words=words, whom=whom)


def _is_over(event: Event, now: datetime) -> bool:
    return event.state is EventState.CANCELLED or event.ends_at <= now


def _invite(what: str, kind: Kind, payload: Payload, now: datetime) -> None:
    invitation_id = UUID(payload["invitation_id"])

    def choose(guest: Invitation) -> Kind | None:
        return kind if guest.state in ASKED and not _is_over(guest.event, now) else None

    key = f"{what}:{invitation_id}:{payload['revision']}"
    service.write_to_invited(invitation_id, choose, key=key, now=now)


def _tell_all(what: str, payload: Payload, now: datetime, state: EventState, kind: Kind) -> None:
    event_id = UUID(payload["event_id"])

    def choose(event: Event, _guest: Registration) -> Kind | None:
        return kind if event.state is state else None

    key = f"{what}:{event_id}:{payload['revision']}"
    service.write_to_guests_of(event_id, choose, key=key, now=now)
