"""Pure values of the organiser's list: what is looked for, its order, its columns, who one is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from forum.core.errors import Conflict, Invalid
from forum.core.i18n import sentence
from forum.registrations.rules.states import BookingSource, Ended, RegistrationState

LONGEST_TAG = 40
LONGEST_VIEW_NAME = 60
LONGEST_NOTE = 4000
LONGEST_REASON = 300
MOST_VIEWS = 20
MOST_AT_ONCE = 5000
"""So many registrations one act may reach."""


class Order(StrEnum):
    """How the list of registrations is sorted."""

    NEWEST = "newest"
    OLDEST = "oldest"
    NAME = "name"
    ORGANISATION = "organisation"


class Column(StrEnum):
    """What a row of the list may show besides name, organisation and status."""

    EMAIL = "email"
    TYPE = "type"
    SOURCE = "source"
    TAGS = "tags"
    CODE = "code"
    REGISTERED = "registered"


USUAL_COLUMNS = (Column.TYPE, Column.CODE, Column.REGISTERED)

ORDER_WORDS = {
    Order.NEWEST: sentence("Newest first"),
    Order.OLDEST: sentence("Oldest first"),
    Order.NAME: sentence("Name"),
    Order.ORGANISATION: sentence("Organisation"),
}

COLUMN_WORDS = {
    Column.EMAIL: sentence("Email"),
    Column.TYPE: sentence("Ticket type"),
    Column.SOURCE: sentence("How it came"),
    Column.TAGS: sentence("Tags"),
    Column.CODE: sentence("Reference"),
    Column.REGISTERED: sentence("Registered"),
}

SOURCE_WORDS = {
    BookingSource.FORM: sentence("By the form"),
    BookingSource.HAND: sentence("By hand"),
    BookingSource.IMPORT: sentence("From a file"),
    BookingSource.INVITATION: sentence("By invitation"),
    BookingSource.SPEAKER: sentence("As a speaker"),
    BookingSource.DOOR: sentence("At the door"),
}

ENDED_WORDS = {
    Ended.GUEST: sentence("by the guest"),
    Ended.OFFICE: sentence("by the organiser"),
    Ended.EXPIRED: sentence("the offer expired"),
    Ended.NOT_COMING: sentence("the guest said they are not coming"),
    Ended.DECLINED: sentence("declined"),
    Ended.REPLACED: sentence("replaced by another person"),
    Ended.MERGED: sentence("a double, merged with another registration"),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which registrations are looked for; what says nothing lets all through."""

    state: RegistrationState | None = None
    type_id: UUID | None = None
    tag: str = ""
    source: BookingSource | None = None
    inside: bool | None = None
    search: str = ""

    @property
    def all_but_state(self) -> bool:
        """Whether nothing but a state is asked for, which the counts by state know already."""
        return self == Wanted(state=self.state)

    @property
    def anything(self) -> bool:
        """Whether it asks for less than everybody."""
        return self != Wanted()

    def in_state(self, state: RegistrationState | None) -> Wanted:
        """Return the same in another state."""
        return replace(self, state=state)


class ViewNameTaken(Conflict):
    """Another saved view of the event has this name."""

    code = "view_name_taken"
    says = sentence("A view has this name already. Enter another name.")


class TooManyViews(Conflict):
    """An event keeps only so many views."""

    code = "too_many_views"
    says = sentence("An event keeps at most 20 views. Remove one first.")


class NotTheSame(Conflict):
    """What is to be merged cannot be: it is one registration, or one of them has ended."""

    code = "cannot_merge"
    says = sentence("Only two registrations that both stand can be merged.")


class KeepsTheSeat(Conflict):
    """Merging would lose the seat that the other registration has."""

    code = "keep_the_seat"
    says = sentence("The other registration has the seat. Keep that one.")


class HoldsASpeakersSeat(Conflict):
    """The registration belongs to a speaker and goes with the programme."""

    code = "speakers_seat"
    says = sentence("This is a speaker’s own ticket. Keep that one.")


class EnterReason(Invalid):
    """An act out of turn needs its reason."""

    code = "reason_missing"
    says = sentence("Enter why this guest is seated first")


def cleaned_tag(typed: str) -> str:
    """Return a tag as it is stored: one line, without a leading #, at most so long."""
    return typed.strip().lstrip("#＃").strip()[:LONGEST_TAG]
