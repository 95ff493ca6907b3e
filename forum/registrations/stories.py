"""What registrations tell of a guest: each step the audit trail has, in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from forum.core.audit import AuditEntry
from forum.core.i18n import Sentence, sentence
from forum.core.ids import shown
from forum.core.stories import Told, tells_story
from forum.registrations.queries.persons import recorded
from forum.registrations.rules import Ended
from forum.registrations.rules.listing import ENDED_WORDS

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

Details = dict[str, Any]

PLAIN: dict[str, tuple[str, Sentence]] = {
    "registration.confirmed": ("go", sentence("Registered, with a seat")),
    "registration.waitlisted": ("look", sentence("Registered, on the wait list")),
    "registration.pending": ("info", sentence("Asked for approval")),
    "registration.approved": ("go", sentence("Approved")),
    "registration.declined": ("stop", sentence("Declined")),
    "registration.pending_again": ("info", sentence("Declining taken back")),
    "registration.offered": ("info", sentence("A seat was offered")),
    "registration.offer_taken": ("go", sentence("Took the seat that was offered")),
    "registration.promoted": ("go", sentence("Got a seat")),
    "registration.seated_by_hand": ("go", sentence("Seated before others, by hand")),
    "registration.added": ("", sentence("Added to the booking")),
    "registration.still_coming": ("go", sentence("Said they are still coming")),
    "registration.speaker_seat": ("go", sentence("Got a speaker’s ticket")),
    "registration.no_speaker_seat": ("stop", sentence("Speaker’s ticket taken back")),
    "registration.address_corrected": ("", sentence("Address corrected after mail came back")),
    "booking.link_renewed": ("", sentence("The booking got a new personal link")),
    "consent.given": ("", sentence("Gave a consent")),
    "consent.withdrawn": ("", sentence("Withdrew a consent")),
    "place.taken": ("go", sentence("Signed up for a session")),
    "place.waits": ("look", sentence("Waits for a place in a session")),
    "place.given": ("go", sentence("Got a place in a session")),
    "place.left": ("", sentence("Left a session")),
    "calendar.accepted": ("go", sentence("Accepted in their calendar")),
    "calendar.tentative": ("look", sentence("Said “perhaps” in their calendar")),
    "calendar.declined": (
        "stop",
        sentence("Declined in their calendar; asked by mail whether the seat is free"),
    ),
}


def _renamed(details: Details) -> Sentence:
    before, after = _names(details.get("before")), _names(details.get("after"))
    return sentence("Changed from “%(before)s” to “%(after)s”", before=before, after=after)


def _cancelled(details: Details) -> Sentence:
    why = details.get("ended") or ""
    if why in set(Ended):
        return sentence("Cancelled: %(why)s", why=ENDED_WORDS[Ended(why)])
    return sentence("Cancelled")


def _moved(_details: Details) -> Sentence:
    return sentence("Moved to another ticket type")


def _merged(details: Details) -> Sentence:
    return sentence("Merged with the double %(code)s", code=shown(str(details.get("other", ""))))


TOLD: dict[str, tuple[str, Callable[[Details], Sentence]]] = {
    "registration.renamed": ("", _renamed),
    "registration.cancelled": ("stop", _cancelled),
    "registration.type_changed": ("", _moved),
    "registration.merged": ("", _merged),
}


@tells_story("registration")
def steps(session: Session, registration_id: UUID, most: int) -> Sequence[Told]:
    """Tell of each step of a registration and its booking; one statement."""
    told = [_told(entry) for entry in recorded(session, registration_id, most)]
    return [one for one in told if one is not None]


def _told(entry: AuditEntry) -> Told | None:
    details: Details = entry.details or {}
    note = str(details.get("reason") or "")
    by = entry.actor_name if entry.actor_kind == "user" else ""
    if entry.action in PLAIN:
        kind, says = PLAIN[entry.action]
        return Told(entry.at, says, by, note, kind)
    if entry.action in TOLD:
        kind, tell = TOLD[entry.action]
        return Told(entry.at, tell(details), by, note, kind)
    return None


def _names(said: object) -> str:
    return ", ".join(one for one in said if one) if isinstance(said, list) else ""
