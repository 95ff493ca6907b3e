"""To whom an announcement goes, as pure values: kept as JSON, read back, whoever wrote it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from forum.core.errors import Invalid
from forum.core.i18n import Sentence, sentence, sentences
from forum.core.ids import id_in
from forum.registrations.rules import BookingSource, RegistrationState
from forum.registrations.rules.invitations import InvitationState
from forum.registrations.rules.listing import LONGEST_TAG, LONGEST_VIEW_NAME, MOST_AT_ONCE, Wanted
from forum.registrations.rules.searching import LONGEST_SEARCH

VERSION = 1
Member = TypeVar("Member", bound=StrEnum)


class SegmentOf(StrEnum):
    """Of what kind of people a segment is."""

    REGISTRATIONS = "registrations"
    SPEAKERS = "speakers"
    INVITATIONS = "invitations"


class LeftOut(StrEnum):
    """Why somebody of a segment is not written to."""

    NO_ADDRESS = "no_address"
    OPTED_OUT = "opted_out"
    NOT_AGREED = "not_agreed"
    BOUNCED = "bounced"
    SAME_LETTER = "same_letter"


LEFT_OUT_WORDS = {
    LeftOut.NO_ADDRESS: sentences("has no email address", "have no email address", 0),
    LeftOut.OPTED_OUT: sentences("wants no such mails", "want no such mails", 0),
    LeftOut.NOT_AGREED: sentences(
        "did not agree to be written to about other things",
        "did not agree to be written to about other things",
        0,
    ),
    LeftOut.BOUNCED: sentences(
        "has an address that does not work", "have addresses that do not work", 0
    ),
    LeftOut.SAME_LETTER: sentences(
        "more would go to the same address: it gets the letter once",
        "more would go to the same addresses: each gets the letter once",
        0,
    ),
}
"""What is said after the number of those left out."""


class NoSuchSegment(Invalid):
    """Nobody can be found by what the form says of the recipients."""

    code = "no_such_segment"

    def __init__(self) -> None:
        """Name the field."""
        super().__init__(sentence("Choose who gets it"), field="segment")


@dataclass(frozen=True, slots=True)
class Segment:
    """Who is meant: attendees by the list's own filter or one by one, speakers, or invited guests.

    `called` is the name of the saved view that the filter comes from. Where a filter asks for no
    state, those whose registration has ended are not meant. `session_id` and `list_id` narrow
    speakers and guests; without them all are meant. `states` are those of invitations.
    """

    of: SegmentOf = SegmentOf.REGISTRATIONS
    wanted: Wanted = field(default_factory=Wanted)
    ids: tuple[UUID, ...] = ()
    called: str = ""
    session_id: UUID | None = None
    list_id: UUID | None = None
    states: tuple[InvitationState, ...] = ()

    @property
    def is_of_guests(self) -> bool:
        """Whether it is of those who registered."""
        return self.of is SegmentOf.REGISTRATIONS

    @property
    def may_concern_place(self) -> bool:
        """Whether those who are meant have a place of their own that a letter can be about."""
        accepted = self.states == (InvitationState.ACCEPTED,)
        return self.of is not SegmentOf.INVITATIONS or accepted

    def as_json(self) -> dict[str, Any]:
        """Return it as it is kept; what says nothing is left out."""
        wanted = self.wanted
        said = {
            "ids": [str(one) for one in self.ids],
            "called": self.called,
            "state": wanted.state.value if wanted.state else "",
            "type": str(wanted.type_id or ""),
            "tag": wanted.tag,
            "source": wanted.source.value if wanted.source else "",
            "inside": {True: "yes", False: "no", None: ""}[wanted.inside],
            "search": wanted.search,
            "session": str(self.session_id or ""),
            "list": str(self.list_id or ""),
            "states": [one.value for one in self.states],
        }
        kept = {name: value for name, value in said.items() if value}
        return {"version": VERSION, "of": self.of.value, **kept}


CONFIRMED = Segment(wanted=Wanted(state=RegistrationState.CONFIRMED))
CAME = Segment(wanted=Wanted(state=RegistrationState.CONFIRMED, inside=True))
DID_NOT_COME = Segment(wanted=Wanted(state=RegistrationState.CONFIRMED, inside=False))
EVERYBODY = Segment()
ALL_SPEAKERS = Segment(SegmentOf.SPEAKERS)


def read_segment(kept: dict[str, Any]) -> Segment:
    """Return the segment that `as_json` wrote; raises NoSuchSegment for anything else."""
    of = _member(SegmentOf, kept.get("of"))
    if of is None or kept.get("version") != VERSION:
        raise NoSuchSegment
    ids = tuple(one for said in _list(kept, "ids") if (one := id_in(said)))[:MOST_AT_ONCE]
    if len(ids) != len(_list(kept, "ids")[:MOST_AT_ONCE]):
        raise NoSuchSegment
    return Segment(
        of,
        Wanted(
            state=_member(RegistrationState, kept.get("state")),
            type_id=id_in(kept.get("type")),
            tag=str(kept.get("tag", ""))[:LONGEST_TAG],
            source=_member(BookingSource, kept.get("source")),
            inside={"yes": True, "no": False}.get(str(kept.get("inside", ""))),
            search=str(kept.get("search", ""))[:LONGEST_SEARCH],
        ),
        ids,
        str(kept.get("called", ""))[:LONGEST_VIEW_NAME],
        id_in(kept.get("session")),
        id_in(kept.get("list")),
        tuple(one for one in InvitationState if one.value in _list(kept, "states")),
    )


def said_of(segment: Segment, name: str = "") -> Sentence:
    """Say in a few words who is meant; `name` is that of the session or guest list."""
    if segment.ids:
        number = len(segment.ids)
        return sentences("One guest", "%(guests)s guests, one by one", number, guests=number)
    if segment.called:
        return sentence("Saved view “%(name)s”", name=segment.called)
    if segment.of is SegmentOf.SPEAKERS:
        return sentence("Speakers of “%(name)s”", name=name) if name else _SPEAKERS
    if segment.of is SegmentOf.INVITATIONS:
        return sentence("Guest list “%(name)s”", name=name) if name else _INVITED
    return _KNOWN.get(segment, _FILTERED if segment.wanted.anything else _EVERYBODY)


_SPEAKERS = sentence("All speakers")
_INVITED = sentence("All invited guests")
_EVERYBODY = sentence("All whose registration stands")
_FILTERED = sentence("Guests by a filter of the list")
_KNOWN = {
    CONFIRMED: sentence("All who are confirmed"),
    CAME: sentence("Those who came"),
    DID_NOT_COME: sentence("Those who did not come"),
}


def _list(kept: dict[str, Any], name: str) -> list[Any]:
    found = kept.get(name, [])
    return found if isinstance(found, list) else []


def _member(kind: type[Member], value: object) -> Member | None:
    return next((one for one in kind if one.value == value), None)
