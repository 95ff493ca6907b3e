"""Pure decisions about registrations: states and moves, offers, what the form takes."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from forum.core.errors import Conflict, Gone
from forum.core.i18n import sentence

LONGEST_NAME = 200
LONGEST_NAME_ZH = 60
LONGEST_ORGANISATION = 200


LONGEST_OFFER = timedelta(hours=336)
SHORTEST_OFFER = timedelta(hours=1)
SHARE_OF_THE_TIME_LEFT = 4
"""An offer lasts at most this part of the time until the start: a quarter."""


class MailsTo(StrEnum):
    """Who gets the mails of a booking."""

    ATTENDEES = "attendees"
    CONTACT = "contact"
    BOTH = "both"


class BookingSource(StrEnum):
    """How a booking came about."""

    FORM = "form"
    HAND = "hand"
    IMPORT = "import"
    INVITATION = "invitation"
    SPEAKER = "speaker"
    DOOR = "door"


class Ended(StrEnum):
    """Why a registration ended, or was not taken."""

    GUEST = "guest"
    OFFICE = "office"
    EXPIRED = "expired"
    NOT_COMING = "not_coming"
    DECLINED = "declined"
    REPLACED = "replaced"
    MERGED = "merged"


class RegistrationState(StrEnum):
    """Where one attendee's registration stands."""

    PENDING = "pending"
    OFFERED = "offered"
    CONFIRMED = "confirmed"
    WAITLISTED = "waitlisted"
    DECLINED = "declined"
    CANCELLED = "cancelled"


ACTIVE = frozenset(
    {
        RegistrationState.PENDING,
        RegistrationState.OFFERED,
        RegistrationState.CONFIRMED,
        RegistrationState.WAITLISTED,
    },
)
"""States that hold the address: one such registration per event and attendee."""

SEATED = frozenset({RegistrationState.CONFIRMED, RegistrationState.OFFERED})
"""States that hold a seat."""

MOVES: dict[RegistrationState, frozenset[RegistrationState]] = {
    RegistrationState.PENDING: frozenset(
        {
            RegistrationState.CONFIRMED,
            RegistrationState.OFFERED,
            RegistrationState.WAITLISTED,
            RegistrationState.DECLINED,
            RegistrationState.CANCELLED,
        },
    ),
    RegistrationState.OFFERED: frozenset(
        {RegistrationState.CONFIRMED, RegistrationState.WAITLISTED, RegistrationState.CANCELLED},
    ),
    RegistrationState.CONFIRMED: frozenset({RegistrationState.CANCELLED}),
    RegistrationState.WAITLISTED: frozenset(
        {RegistrationState.OFFERED, RegistrationState.CONFIRMED, RegistrationState.CANCELLED},
    ),
    RegistrationState.DECLINED: frozenset({RegistrationState.PENDING}),
    RegistrationState.CANCELLED: frozenset(),
}


STATE_WORDS = {
    RegistrationState.CONFIRMED: ("go", sentence("Confirmed")),
    RegistrationState.WAITLISTED: ("look", sentence("On the wait list")),
    RegistrationState.OFFERED: ("info", sentence("A seat is offered")),
    RegistrationState.PENDING: ("info", sentence("Waiting for approval")),
    RegistrationState.DECLINED: ("stop", sentence("Declined")),
    RegistrationState.CANCELLED: ("stop", sentence("Cancelled")),
}
"""A status word for each state: its colour's class, its words."""


class IllegalMove(Conflict):
    """The registration's state does not allow this."""

    code = "illegal_registration_move"
    says = sentence("This registration cannot take that step from where it stands.")


class RegistrationClosed(Conflict):
    """The event takes no registrations at this moment; the page says why."""

    code = "registration_closed"
    says = sentence("Registration is not open.")


class NobodySeatedNow(RegistrationClosed):
    """The event is cancelled or over: nobody gets a seat, nobody another one."""

    says = sentence("The event is cancelled or over: nobody gets a seat any more.")


class NoSeatLeft(Conflict):
    """There are fewer seats left than were asked for."""

    code = "no_seat_left"
    says = sentence("No seat is left. Add seats first, or choose the wait list.")


class OfferOver(Gone):
    """The offer has expired, or was answered."""

    code = "offer_over"
    says = sentence("This offer is over.")


class ChangesClosed(Conflict):
    """Guests can no longer change their booking."""

    code = "changes_closed"
    says = sentence("It is too late to change this online. Please write to the organiser.")


class TooMany(Conflict):
    """More people than one booking may hold."""

    code = "too_many_people"

    def __init__(self, most: int) -> None:
        """Name how many are allowed."""
        super().__init__(
            sentence("One booking holds at most %(most)s people.", most=most), field="people"
        )


class AddressTaken(Conflict):
    """Another registration of the event holds the address."""

    code = "address_taken"
    says = sentence("Somebody is registered with this email address already.")


class AlreadyCancelled(Gone):
    """The booking was cancelled before."""

    code = "already_cancelled"
    says = sentence("This registration has been cancelled.")


def check_move(state: RegistrationState, wanted: RegistrationState) -> None:
    """Raise IllegalMove unless the table allows the step."""
    if wanted not in MOVES[state]:
        raise IllegalMove


def offer_ends(now: datetime, starts_at: datetime, hours: int) -> datetime:
    """Return until when an offered seat is kept: the hours chosen, less as the event comes near.

    At most a quarter of the time that is left, at least an hour, never past the start.
    """
    left = max(starts_at - now, timedelta())
    lasts = min(timedelta(hours=hours), LONGEST_OFFER, left / SHARE_OF_THE_TIME_LEFT)
    return min(now + max(lasts, SHORTEST_OFFER), max(starts_at, now))


def room_for(seats: int, over_percent: int) -> int:
    """Return how many may have a seat where so many per cent more are invited than seats there are.

    Rounded down: 200 seats and 10 % are 220, 5 seats and 10 % are 5.
    """
    return seats * (100 + over_percent) // 100


def written_to(own: str, contact: str, mails_to: MailsTo) -> frozenset[str]:
    """Return the addresses, as they are compared, that mails about an attendee may go to.

    The attendee's own, and that of a contact who gets such mails: another has taken the place of
    whoever else had one.
    """
    if own and mails_to is MailsTo.ATTENDEES:
        return frozenset({own})
    return frozenset({own, contact})
