"""Verdicts in the reader's words: what stands on the phone's screen, line by line."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

from flask_babel import gettext, ngettext

from forum.checkin.rules import UNDO_FREELY, WORDING, Kind, Reason, may_undo_freely
from forum.core import dates
from forum.core.http.i18n import current_language, translated
from forum.core.ids import shown
from forum.core.languages import by_key
from forum.core.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from forum.checkin.verdicts import Count, Finding, Found, Guest, Verdict


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text; `lang` is a tag where it is not in the page's language."""

    text: str
    lang: str = ""
    strong: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the shape that the page's script knows."""
        return {"text": self.text, "lang": self.lang, "strong": self.strong}


Line = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Past:
    """One line of the list of the last readings."""

    scan_id: str
    row_id: str
    kind: Kind
    at: str
    who: Piece
    word: str
    undoable: bool
    free_for: int

    def as_json(self) -> dict[str, Any]:
        """Return the shape that the page's script knows."""
        return {
            "scan_id": self.scan_id,
            "kind": self.kind.value,
            "at": self.at,
            "who": self.who.as_json(),
            "word": self.word,
            "undoable": self.undoable,
            "free_for": self.free_for,
        }


@dataclass(frozen=True, slots=True)
class Worded:
    """A verdict as it is shown."""

    scan_id: str
    kind: Kind
    reason: Reason
    title: str
    big: tuple[Piece, ...]
    lines: tuple[Line, ...]
    chip: Piece | None
    next: tuple[str, ...]
    past: Past = field(repr=False)

    def as_json(self) -> dict[str, Any]:
        """Return the shape that the page's script knows."""
        return {
            "scan_id": self.scan_id,
            "kind": self.kind.value,
            "reason": self.reason.value,
            "title": self.title,
            "big": [piece.as_json() for piece in self.big],
            "lines": [[piece.as_json() for piece in line] for line in self.lines],
            "chip": self.chip.as_json() if self.chip else None,
            "next": list(self.next),
            "past": self.past.as_json(),
        }


def worded(verdict: Verdict, *, now: datetime) -> Worded:
    """Return what the phone shows for a verdict."""
    wording = WORDING[verdict.reason]
    about = (Piece(translated(wording.about)),) if wording.about else ()
    names = _names(verdict.guest) if verdict.guest else ()
    guest_is_big = verdict.reason in {Reason.ADMITTED, Reason.ALREADY_IN}
    lines = list(_lines(verdict))
    if names and not guest_is_big:
        lines.insert(0, names)
    if verdict.guest and verdict.guest.organisation and verdict.reason is Reason.ADMITTED:
        lines.insert(0, (Piece(verdict.guest.organisation),))
    if verdict.guest and verdict.reason is Reason.ADMITTED:
        lines = [*_greeting(verdict.guest), *lines]
    return Worded(
        scan_id=str(verdict.scan_id),
        kind=wording.kind,
        reason=verdict.reason,
        title=translated(wording.title),
        big=names if guest_is_big else about,
        lines=tuple(lines),
        chip=_chip(verdict),
        next=(*map(translated, wording.next_steps), *_seats(verdict)),
        past=past(verdict, now=now),
    )


def past(verdict: Verdict, *, now: datetime) -> Past:
    """Return a verdict as one line of the last readings."""
    reason = Reason.UNDONE if verdict.undone_at else verdict.reason
    wording = WORDING[reason]
    if reason is Reason.ADMITTED:
        word = gettext("Admitted")
    else:
        word = translated(wording.about or wording.title)
    free = may_undo_freely(verdict.received_at, now)
    left = verdict.received_at + UNDO_FREELY - now if free else timedelta()
    return Past(
        scan_id=str(verdict.scan_id),
        row_id=str(verdict.id),
        kind=wording.kind,
        at=time_of_day(verdict.scanned_at, verdict.zone),
        who=_one_name(verdict.guest) if verdict.guest else Piece(verdict.code_shown or "–"),
        word=word,
        undoable=verdict.undoable,
        free_for=left // timedelta(milliseconds=1),
    )


def found_as_json(finding: Finding, zone: tzinfo) -> dict[str, Any]:
    """Return the guests of a search in the shape that the page's script knows."""
    return {"found": [_found(one, zone) for one in finding.found], "more": finding.more}


def count_as_json(count: Count) -> dict[str, int]:
    """Return a count in the shape that the page's script knows."""
    return {"admitted": count.admitted, "expected": count.expected}


def time_of_day(moment: datetime, zone: tzinfo) -> str:
    """Return a moment as 09:12, on the event's clock."""
    return f"{moment.astimezone(zone):%H:%M}"


def day(moment: datetime, zone: tzinfo) -> str:
    """Return a moment's day as 27 November or 11月27日, on the event's calendar."""
    local = dates.local_day(moment, zone)
    return dates.day(local, current_language().key, year=False, weekday=False)


def day_and_time(moment: datetime, zone: tzinfo) -> str:
    """Return a moment as 27 November, 09:12, on the event's clock."""
    between = ", " if current_language().key == "en" else " "
    return day(moment, zone) + between + time_of_day(moment, zone)


def _greeting(guest: Guest) -> Sequence[Line]:
    """Return whom to tell the greeter of, and where the guest sits."""
    lines: list[Line] = []
    if guest.greeted:
        name = _one_name(guest).text
        who = f"{guest.salutation} {name}" if guest.salutation else name
        lines.append((Piece(gettext("VIP: tell the greeter, %(who)s", who=who), strong=True),))
    if guest.seating:
        lines.append((Piece(gettext("Seating: %(seating)s", seating=guest.seating)),))
    return lines


def _lines(verdict: Verdict) -> Sequence[Line]:
    if verdict.reason is Reason.ALREADY_IN and verdict.earlier:
        return ((Piece(_earlier(verdict), strong=True),),)
    if verdict.reason is Reason.CANCELLED and verdict.cancelled_at:
        on = day(verdict.cancelled_at, verdict.zone)
        return ((Piece(gettext("cancelled on %(day)s", day=on)),),)
    if verdict.reason is Reason.WRONG_EVENT and verdict.other_event:
        return _other_event(verdict)
    if verdict.reason in {Reason.NOT_THIS_DOOR, Reason.WRONG_DAY}:
        says = _hours if verdict.reason is Reason.WRONG_DAY else _not_here
        return ((Piece(says(verdict)),),)
    if verdict.reason in {Reason.UNKNOWN_CODE, Reason.NOT_A_TICKET} and verdict.code_shown:
        return ((Piece(verdict.code_shown),),)
    return ()


def _earlier(verdict: Verdict) -> str:
    earlier = verdict.earlier
    if earlier is None:
        return ""
    local = earlier.at.astimezone(verdict.zone).date()
    same_day = local == verdict.scanned_at.astimezone(verdict.zone).date()
    when = (time_of_day if same_day else day_and_time)(earlier.at, verdict.zone)
    where = _text(earlier.checkpoint, verdict).text
    said = gettext("%(when)s, %(where)s, by %(who)s", when=when, where=where, who=earlier.by)
    return str(said)


def _other_event(verdict: Verdict) -> tuple[Line, ...]:
    other = verdict.other_event
    if other is None:
        return ()
    on: Line = (Piece(day(other.starts_at, other.zone)),)
    if not other.title:
        return ((Piece(gettext("An event of another organiser")),), on)
    return ((_text(other.title, verdict),), on)


def _not_here(verdict: Verdict) -> str:
    kind = verdict.guest.ticket_type if verdict.guest else Text()
    where = _text(verdict.checkpoint, verdict).text
    said = gettext(
        "Tickets of the type “%(type)s” do not enter at %(where)s",
        type=_text(kind, verdict).text,
        where=where,
    )
    return str(said)


def _hours(verdict: Verdict) -> str:
    opens = day_and_time(verdict.opens_at, verdict.zone) if verdict.opens_at else ""
    closes = day_and_time(verdict.closes_at, verdict.zone) if verdict.closes_at else ""
    where = _text(verdict.checkpoint, verdict).text
    if opens and closes:
        said = gettext(
            "%(where)s is open from %(opens)s to %(closes)s",
            where=where,
            opens=opens,
            closes=closes,
        )
    elif opens:
        said = gettext("%(where)s opens on %(opens)s", where=where, opens=opens)
    else:
        said = gettext("%(where)s closed on %(closes)s", where=where, closes=closes)
    return str(said)


def _seats(verdict: Verdict) -> tuple[str, ...]:
    if verdict.seats_free is None:
        return ()
    if verdict.seats_free == 0:
        return (gettext("No seat is free."),)
    return (ngettext("%(num)d seat is free.", "%(num)d seats are free.", verdict.seats_free),)


def _chip(verdict: Verdict) -> Piece | None:
    if verdict.guest is None or verdict.reason is not Reason.ADMITTED:
        return None
    return _text(verdict.guest.ticket_type, verdict) if verdict.guest.ticket_type else None


def _names(guest: Guest) -> tuple[Piece, ...]:
    chinese_page = current_language().key != "en"
    latin = Piece(guest.name, "en" if chinese_page and guest.name.isascii() else "")
    if not guest.name_zh or guest.name_zh == guest.name:
        return (latin,)
    chinese = Piece(guest.name_zh, "" if chinese_page else "zh-Hant-HK")
    return (chinese, latin) if chinese_page else (latin, chinese)


def _one_name(guest: Guest) -> Piece:
    return _names(guest)[0]


def _text(text: Text, verdict: Verdict) -> Piece:
    return piece_of(text, verdict.languages)


def piece_of(text: Text, languages: Sequence[str]) -> Piece:
    """Return a text as the page's language has it, else as the event's first does."""
    key = current_language().key
    fragment = text.pick(key, languages)
    other = by_key(fragment.lang) if fragment.lang != key else None
    return Piece(fragment.text, other.tag if other else "")


def _found(found: Found, zone: tzinfo) -> dict[str, Any]:
    guest = found.guest
    words = {
        "pending": (gettext("Not confirmed yet"), "look"),
        "offered": (gettext("Seat offered, not yet taken"), "look"),
        "waitlisted": (gettext("On the wait list"), "look"),
        "declined": (gettext("Request declined"), "stop"),
        "cancelled": (gettext("Ticket cancelled"), "stop"),
    }
    state, mood = words.get(found.state, ("", ""))
    if found.in_since:
        state, mood = gettext("In since %(time)s", time=time_of_day(found.in_since, zone)), "go"
    return {
        "registration": str(guest.registration_id),
        "who": [piece.as_json() for piece in _names(guest)],
        "organisation": guest.organisation,
        "code": shown(guest.code),
        "state": state,
        "mood": mood,
    }
