"""Pure decisions about registrations: states and legal moves, what the form takes."""

from __future__ import annotations

from enum import StrEnum

from forum.core.errors import Conflict, Gone
from forum.core.i18n import sentence

LONGEST_NAME = 200
LONGEST_NAME_ZH = 60
LONGEST_ORGANISATION = 200


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
    RegistrationState.DECLINED: frozenset(),
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


class AlreadyCancelled(Gone):
    """The booking was cancelled before."""

    code = "already_cancelled"
    says = sentence("This registration has been cancelled.")


def check_move(state: RegistrationState, wanted: RegistrationState) -> None:
    """Raise IllegalMove unless the table allows the step."""
    if wanted not in MOVES[state]:
        raise IllegalMove
