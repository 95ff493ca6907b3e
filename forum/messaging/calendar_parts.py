"""The calendar parts of some mails: what each asks of its guest's own calendar, as it is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from email.utils import parseaddr
from typing import TYPE_CHECKING
from uuid import UUID

from forum.calendar.entries import (
    Voice,
    entry_of_absence,
    entry_of_event,
    entry_of_session,
    organiser_of,
)
from forum.calendar.invitation import Attendee, Frame, frame
from forum.calendar.queries.entries import entries_by_id, events_of, sessions_of
from forum.calendar.queries.programme import absences_of
from forum.calendar.reply_addresses import reply_address
from forum.calendar.rules.answers import Answer, Method
from forum.core.http.i18n import translated
from forum.core.urls import absolute
from forum.events.rules import EventState
from forum.messaging import post
from forum.messaging.letters import greeted, speaking
from forum.messaging.rules.calendars import ASKS, FOR_EVERYBODY
from forum.programme.rules import SessionState

if TYPE_CHECKING:
    from forum.calendar.models import GuestEntry
    from forum.calendar.queries.programme import Absence
    from forum.calendar.shapes import FeedEvent, Mailbox
    from forum.events.models import Event
    from forum.messaging.models import Message
    from forum.programme.models import Session


@dataclass(frozen=True, slots=True)
class CalendarPart:
    """What stands in a mail once as text/calendar and once as the file invite.ics."""

    method: Method
    octets: bytes


@dataclass(frozen=True, slots=True)
class _Thing:
    """What an entry is of: an event, or one of its sessions, and how that stood last."""

    event: Event
    session: Session | None = None
    absence: Absence | None = None

    @property
    def is_off(self) -> bool:
        """Whether it does not take place, or has no time."""
        session = self.session
        gone = session is not None and (
            session.state is SessionState.CANCELLED or session.starts_at is None
        )
        return gone or self.event.state is EventState.CANCELLED

    def shown(self, voice: Voice) -> FeedEvent | None:
        """Return it as calendars show it; None where it never had a time."""
        if self.session is None:
            return entry_of_event(self.event, voice)
        if self.absence is not None:
            return entry_of_absence(self.session, self.absence, self.event, voice)
        return entry_of_session(self.session, self.event, voice)


@dataclass(frozen=True, slots=True)
class _Framed:
    """What guests who read one language have in common, and who answers for the event."""

    frame: Frame
    organiser: Mailbox


@dataclass(frozen=True, slots=True)
class _Own:
    """What is one mail's own: which entry, with what answer, and what it has in common.

    `asks` says whether the guest is still to say by the calendar whether they come.
    """

    entry_id: UUID
    answer: Answer
    asks: bool
    framed: _Framed


@dataclass(frozen=True, slots=True)
class CalendarParts:
    """What some messages need for their calendar parts, as it stands at a moment."""

    own: Mapping[UUID, _Own]

    @classmethod
    def of(cls, messages: Sequence[Message]) -> CalendarParts:
        """Gather what these messages need; five statements at most, none where none has a part.

        One that a later mail has overtaken has none any more, nor has a request for what is off.
        """
        stamped = [one for one in messages if one.calendar_method and one.calendar_entry_id]
        if not stamped:
            return cls({})
        entries = entries_by_id({one.calendar_entry_id for one in stamped if one.calendar_entry_id})
        events, sessions = events_of(entries.values()), sessions_of(entries.values())
        absences = absences_of(sessions.values())
        frames: dict[tuple[UUID, str, Method, bool], _Framed | None] = {}
        own = {}
        for message in stamped:
            entry = entries.get(message.calendar_entry_id) if message.calendar_entry_id else None
            method = message.calendar_method
            if entry is None or method is None or _is_overtaken(message, entry):
                continue
            session = sessions.get(entry.session_id) if entry.session_id else None
            if entry.session_id and session is None:
                continue
            thing = _Thing(events[entry.event_id], session, absences.get(entry.uid))
            everybody = message.kind in FOR_EVERYBODY
            known = (entry.uid, message.lang, method, everybody)
            if known not in frames:
                frames[known] = _framed(thing, message.lang, method, everybody=everybody)
            framed = frames[known]
            if framed is not None:
                asks = _asks(message, entry)
                own[message.id] = _Own(entry.id, _answer(message, entry), asks, framed)
        return cls(own)

    def part(self, message: Message) -> CalendarPart | None:
        """Return the calendar part of a message; the same as long as nothing has changed."""
        own = self.own.get(message.id)
        if own is None:
            return None
        frame, organiser = own.framed.frame, own.framed.organiser
        address = reply_address(own.entry_id)
        guest = Attendee(greeted(message.to_name), message.to_email, own.answer, own.asks)
        octets = frame.octets(
            guest,
            replace(organiser, address=address) if address else organiser,
            ahead=message.calendar_ahead,
            asked_at=message.created_at,
        )
        return CalendarPart(frame.method, octets)


NO_PARTS = CalendarParts({})


def _is_overtaken(message: Message, entry: GuestEntry) -> bool:
    return (message.calendar_ahead, message.calendar_method) != (entry.ahead, entry.method)


def _answer(message: Message, entry: GuestEntry) -> Answer:
    if message.kind in ASKS:
        return Answer.NEEDS_ACTION
    return Answer.DECLINED if message.calendar_method is Method.CANCEL else entry.answer


def _asks(message: Message, entry: GuestEntry) -> bool:
    """Say whether an answer is awaited: of who was only invited, also by news of the event."""
    only_invited = entry.registration_id is None and message.calendar_method is Method.REQUEST
    return message.kind in ASKS or only_invited


def _framed(thing: _Thing, lang: str, method: Method, *, everybody: bool) -> _Framed | None:
    if method is Method.REQUEST and thing.is_off:
        return None
    with speaking(lang) as language:
        voice = Voice(language, translated, absolute, parseaddr(post.sender())[1])
        shown, organiser = thing.shown(voice), organiser_of(thing.event, voice)
    if shown is None or organiser is None:
        return None
    return _Framed(frame(shown, method, language.key, everybody=everybody), organiser)
