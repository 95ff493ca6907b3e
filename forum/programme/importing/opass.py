"""Reading OPass session.json: two languages a text, and the traps of real files."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from forum.core.i18n import sentence
from forum.core.text import Text, clean_line, clean_paragraphs
from forum.events.rules import EARLIEST_YEAR, LATEST_YEAR, LONGEST_EVENT
from forum.events.rules import LONGEST_TITLE as LONGEST_ROOM
from forum.programme.importing.shapes import (
    ImportedProgramme,
    ImportedRoom,
    ImportedSession,
    ImportedSpeaker,
    UnreadableProgramme,
)
from forum.programme.rules import (
    LONGEST_ABSTRACT,
    LONGEST_BIOGRAPHY,
    LONGEST_NAME,
    LONGEST_TITLE,
    MOST_PARTS,
    MOST_SESSIONS,
    AppearanceRole,
    SessionKind,
)

LARGEST_FILE = 20_000_000
LONGEST_RAW = 200_000
"""Characters read of one text, marks included."""

_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")
_TAG = re.compile(r"<[^<>]{0,400}>")
_BLOCK = re.compile(r"(?i)</?(?:p|div|br|li|ul|ol|h[1-6])\b[^<>]{0,200}>")
_NO_NAME = re.compile(r"^[\W_]*$")
_KINDS: tuple[tuple[SessionKind, tuple[str, ...]], ...] = (
    (SessionKind.MEAL, ("lunch", "dinner", "breakfast", "午餐", "午膳", "晚餐", "午宴")),
    (SessionKind.BREAK, ("break", "tea time", "茶點", "休息", "小休", "點心")),
    (
        SessionKind.NETWORKING,
        ("networking", "reception", "registration", "check-in", "報到", "登記", "交流"),
    ),
    (SessionKind.KEYNOTE, ("keynote", "主題演講")),
    (SessionKind.PANEL, ("panel", "座談", "專題討論", "論壇")),
    (SessionKind.WORKSHOP, ("workshop", "工作坊")),
    (SessionKind.CEREMONY, ("opening", "closing", "ceremony", "開幕", "閉幕")),
)
_UNSTAGED = frozenset(
    {SessionKind.MEAL, SessionKind.BREAK, SessionKind.NETWORKING, SessionKind.CEREMONY}
)
_ROLES = {
    SessionKind.PANEL: AppearanceRole.PANELLIST,
    SessionKind.KEYNOTE: AppearanceRole.KEYNOTE_SPEAKER,
}


def read_opass(content: bytes, zone: ZoneInfo) -> ImportedProgramme:
    """Read a file's bytes; `zone` is where the event is, for the day that a moment belongs to.

    Raises UnreadableProgramme with a sentence for a file that is none, or too large.
    """
    file = _json_of(content)
    warnings: list[str] = []
    rooms = [
        ImportedRoom(
            key, _fitting(name or Text({"en": key}), LONGEST_ROOM, f"room {key}", warnings)
        )
        for key, room in _keyed(file, "rooms")
        for name in [_name_of(room)]
    ]
    types = {
        key: " ".join(_name_of(kind).by_language.values())
        for key, kind in _keyed(file, "session_types")
    }
    speakers = list(_speakers(file, warnings))
    known_rooms = {room.key for room in rooms}
    known_speakers = {speaker.key for speaker in speakers}
    sessions = list(_sessions(file, zone, types, known_rooms, known_speakers, warnings))
    if not sessions:
        raise UnreadableProgramme(
            sentence(
                "No session in this file has a start and an end. Is it an OPass session.json?"
            ),
        )
    return ImportedProgramme(rooms, speakers, sessions, tuple(warnings))


def _json_of(content: bytes) -> Mapping[str, Any]:
    if len(content) > LARGEST_FILE:
        raise UnreadableProgramme(
            sentence("The file is larger than 20 MB. Is it an OPass session.json?")
        )
    try:
        file = json.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise UnreadableProgramme(
            sentence("The file is not JSON in UTF-8. Export it again as an OPass session.json."),
        ) from None
    if not isinstance(file, dict) or not isinstance(file.get("sessions"), list):
        raise UnreadableProgramme(
            sentence("The file is JSON, but has no list “sessions”. Is it an OPass session.json?"),
        )
    if len(file["sessions"]) > MOST_SESSIONS:
        raise UnreadableProgramme(
            sentence("The file has more than %(most)s sessions.", most=f"{MOST_SESSIONS:,}"),
        )
    return file


def _keyed(file: Mapping[str, Any], part: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    found = file.get(part)
    seen: set[str] = set()
    for item in found if isinstance(found, list) else ():
        if not isinstance(item, dict):
            continue
        key = _key(item.get("id"))
        if key and key not in seen:
            seen.add(key)
            yield key, item


def _speakers(file: Mapping[str, Any], warnings: list[str]) -> Iterator[ImportedSpeaker]:
    for key, speaker in _keyed(file, "speakers"):
        zh, en = _part(speaker, "zh", "name"), _part(speaker, "en", "name")
        name_zh = next((name for name in (zh, en) if _HAN.search(name)), "")
        name = next((name for name in (en, zh) if name and not _HAN.search(name)), "")
        if _NO_NAME.match(name) and _NO_NAME.match(name_zh):
            warnings.append(f"speaker {key}: has no name, left out")
            continue
        biography = _fitting(
            _both(_paragraphs(speaker, "zh", "bio"), _paragraphs(speaker, "en", "bio")),
            LONGEST_BIOGRAPHY,
            f"speaker {key}",
            warnings,
        )
        yield ImportedSpeaker(
            key, name[:LONGEST_NAME].rstrip(), name_zh[:LONGEST_NAME].rstrip(), biography
        )


def _sessions(
    file: Mapping[str, Any],
    zone: ZoneInfo,
    types: Mapping[str, str],
    rooms: set[str],
    speakers: set[str],
    warnings: list[str],
) -> Iterator[ImportedSession]:
    seen: set[str] = set()
    for number, item in enumerate(file["sessions"], start=1):
        if not isinstance(item, dict):
            warnings.append(f"session {number}: is no object, left out")
            continue
        key = _key(item.get("id")) or f"number-{number}"
        starts_at, ends_at = _moment(item.get("start"), zone), _moment(item.get("end"), zone)
        title = _both(_part(item, "zh", "title"), _part(item, "en", "title"))
        problem = _problem(key, seen, starts_at, ends_at, title, zone)
        if problem or starts_at is None or ends_at is None:
            warnings.append(f"session {key}: {problem}, left out")
            continue
        seen.add(key)
        room = _key(item.get("room"))
        if room and room not in rooms:
            warnings.append(f"session {key}: its room {room} is not in the file")
        people = _people(item, key, speakers, warnings)
        type_key = _key(item.get("type"))
        kind = _kind(types.get(type_key, ""), type_key, title, staged=bool(people))
        yield ImportedSession(
            key=key,
            kind=kind,
            title=_fitting(title, LONGEST_TITLE, f"session {key}", warnings),
            abstract=_fitting(
                _both(
                    _paragraphs(item, "zh", "description"), _paragraphs(item, "en", "description")
                ),
                LONGEST_ABSTRACT,
                f"session {key}",
                warnings,
            ),
            starts_at=starts_at,
            ends_at=ends_at,
            day=starts_at.astimezone(zone).date(),
            room=room if room in rooms else None,
            speakers=[one for one in people if one in speakers],
            role=_ROLES.get(kind, AppearanceRole.PRESENTER),
        )


def _people(
    item: Mapping[str, Any], key: str, speakers: set[str], warnings: list[str]
) -> list[str]:
    """Return whom a session names, once each, known or not; no more known ones than it takes."""
    wanted = item.get("speakers")
    named = dict.fromkeys(map(_key, wanted)) if isinstance(wanted, list) else {}
    known = [one for one in named if one in speakers]
    if len(known) <= MOST_PARTS:
        return list(named)
    warnings.append(f"session {key}: has {len(known)} speakers, the first {MOST_PARTS} kept")
    return known[:MOST_PARTS]


def _problem(
    key: str,
    seen: set[str],
    starts_at: datetime | None,
    ends_at: datetime | None,
    title: Text,
    zone: ZoneInfo,
) -> str:
    if key in seen:
        return "has the id of another one"
    if starts_at is None or ends_at is None:
        return "has no readable start and end"
    if _is_far(starts_at, zone) or _is_far(ends_at, zone):
        return f"is not between the years {EARLIEST_YEAR} and {LATEST_YEAR}"
    if ends_at <= starts_at:
        return "ends before it starts"
    if ends_at - starts_at > LONGEST_EVENT:
        return "lasts longer than a year"
    return "" if title else "has no title"


def _kind(type_name: str, type_key: str, title: Text, *, staged: bool) -> SessionKind:
    general = f"{type_name} {type_key}".casefold()
    for words in (general, " ".join(title.by_language.values()).casefold()):
        for kind, marks in _KINDS:
            if staged and words is not general and kind in _UNSTAGED:
                continue
            if any(_says(words, mark) for mark in marks):
                return kind
    return SessionKind.OTHER if "event" in general else SessionKind.TALK


def _says(words: str, mark: str) -> bool:
    if not mark.isascii():
        return mark in words
    return re.search(rf"\b{re.escape(mark)}\b", words) is not None


def _moment(value: object, zone: ZoneInfo) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _is_far(moment: datetime, zone: ZoneInfo) -> bool:
    try:
        year = moment.astimezone(zone).year
    except OverflowError:
        return True
    return not EARLIEST_YEAR <= year <= LATEST_YEAR


def _key(value: object) -> str:
    return clean_line(str(value))[:100] if isinstance(value, str | int) else ""


def _name_of(item: Mapping[str, Any]) -> Text:
    return _both(_part(item, "zh", "name"), _part(item, "en", "name"))


def _part(item: Mapping[str, Any], lang: str, name: str) -> str:
    half = item.get(lang)
    value = half.get(name) if isinstance(half, dict) else None
    return clean_line(value[:LONGEST_RAW]) if isinstance(value, str) else ""


def _paragraphs(item: Mapping[str, Any], lang: str, name: str) -> str:
    half = item.get(lang)
    value = half.get(name) if isinstance(half, dict) else None
    if not isinstance(value, str):
        return ""
    plain = html.unescape(_TAG.sub("", _BLOCK.sub("\n", value[:LONGEST_RAW])))
    return clean_paragraphs(plain)


def _fitting(text: Text, most: int, whose: str, warnings: list[str]) -> Text:
    """Cut a text to what the forms take, and say so."""
    if all(len(words) <= most for words in text.by_language.values()):
        return text
    warnings.append(f"{whose}: a text is longer than {most:,} characters, its end left out")
    return Text({key: words[:most].rstrip() for key, words in text.by_language.items()})


def _both(zh: str, en: str) -> Text:
    """Put each text under the language that its script shows, not under the file's key."""
    found: dict[str, str] = {}
    for text, says_chinese in ((en, False), ("" if zh == en else zh, True)):
        if text:
            chinese = _mostly_han(text) or (says_chinese and _HAN.search(text) is not None)
            found.setdefault("zh-Hant" if chinese else "en", text)
    return Text(found)


def _mostly_han(text: str) -> bool:
    letters = [letter for letter in text if letter.isalpha()]
    return bool(letters) and sum(bool(_HAN.match(letter)) for letter in letters) * 2 > len(letters)
