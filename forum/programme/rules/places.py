"""Pure decisions about sessions with places of their own: whether one can sign up, who gets on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from forum.core.errors import Conflict
from forum.core.i18n import Sentence, sentence
from forum.events.rules import EventState
from forum.programme.rules.sessions import SessionState


class SignUp(StrEnum):
    """Whether people can sign up for a session, and why not, as one word for pages."""

    OPEN = "open"
    NOT_NEEDED = "not_needed"
    NO_TIME = "no_time"
    STARTED = "started"
    CANCELLED = "cancelled"
    CLOSED = "closed"


class PlacesBelowTaken(Conflict):
    """There would be fewer places than people who have one."""

    code = "places_below_taken"

    def __init__(self, taken: int) -> None:
        """Name the number that is taken."""
        super().__init__(
            sentence("%(taken)s places are taken. Enter %(taken)s or more.", taken=taken),
            field="places",
        )


class MoreLosePlaces(Conflict):
    """More people would lose their place than the page named."""

    code = "more_lose_places"
    says = sentence("More people have signed up meanwhile. Look at the numbers again.")


CLOSED_WORDS: Mapping[SignUp, Sentence] = {
    SignUp.NOT_NEEDED: sentence("You need not sign up for this session: come along."),
    SignUp.NO_TIME: sentence("This session has no time yet. You can sign up once it has."),
    SignUp.STARTED: sentence("This session has begun. Nobody can sign up any more."),
    SignUp.CANCELLED: sentence("This session is cancelled."),
    SignUp.CLOSED: sentence("Nobody can sign up at the moment."),
}
"""Why one cannot sign up."""


def sign_up_of(
    event: EventState,
    session: SessionState,
    *,
    starts_at: datetime | None,
    has_places: bool,
    now: datetime,
) -> SignUp:
    """Return whether people can sign up for a session of an event."""
    if SessionState.CANCELLED is session or event is EventState.CANCELLED:
        return SignUp.CANCELLED
    if session is SessionState.DRAFT or event is not EventState.PUBLISHED:
        return SignUp.CLOSED
    if not has_places:
        return SignUp.NOT_NEEDED
    if starts_at is None:
        return SignUp.NO_TIME
    return SignUp.OPEN if now < starts_at else SignUp.STARTED


def passes_places_on(
    session: SessionState, starts_at: datetime | None, now: datetime, *, event_passes: bool
) -> bool:
    """Say whether a freed place goes to the next who waits: not once it is cancelled or begun."""
    stands = session is SessionState.CONFIRMED and (starts_at is None or now < starts_at)
    return stands and event_passes
