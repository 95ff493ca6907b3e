"""What changed of an event, in a reader's words: each thing as it was and as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from flask_babel import gettext

from forum.core import dates
from forum.core.text import EMPTY, Fragment, Text

if TYPE_CHECKING:
    from forum.core.languages import Language

Facts = Mapping[str, Any]
"""What guests are told of an event, as JSON: see service/telling.py."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing as it was and as it is; a side is empty where there was or is nothing."""

    word: str
    before: Fragment
    after: Fragment


def differences(
    before: Facts, after: Facts, language: Language, order: Sequence[str]
) -> list[Difference]:
    """Return what differs, in a language; the texts in the event's order of languages.

    The address is told apart where the place itself is the same.
    """
    found = [
        _text(gettext("Title"), before["title"], after["title"], language.key, order),
        _time(before, after, language.key),
        _text(gettext("Place"), before["place"], after["place"], language.key, order),
    ]
    if before["place"] == after["place"]:
        word = gettext("Street address")
        found.append(_text(word, before["address"], after["address"], language.key, order))
    return [one for one in found if one is not None]


def _text(
    word: str, before: Mapping[str, str], after: Mapping[str, str], key: str, order: Sequence[str]
) -> Difference | None:
    if before == after:
        return None
    old, new = Text(before), Text(after)
    changed = [one for one in (key, *order) if old.get(one) != new.get(one)]
    if not changed:
        return None
    if old.pick(key, order) != new.pick(key, order):
        was, now = old.pick(key, order), new.pick(key, order)
    else:
        first = changed[0]
        was, now = Fragment(old.get(first), first), Fragment(new.get(first), first)
    if was and not now:
        word = gettext("%(thing)s, no longer", thing=word)
    return Difference(word, was, now or EMPTY)


def _time(before: Facts, after: Facts, key: str) -> Difference | None:
    old, new = _moments(before), _moments(after)
    if old == new:
        return None
    same_days = _days(*old) == _days(*new)
    was = dates.span(*old, key)
    now = dates.hours(*new, key) if same_days else dates.span(*new, key)
    if was == now:
        return None
    return Difference(gettext("Time"), Fragment(was, key), Fragment(now, key))


def _moments(facts: Facts) -> tuple[datetime, datetime, ZoneInfo]:
    starts, ends = (datetime.fromisoformat(facts[name]) for name in ("starts_at", "ends_at"))
    return starts, ends, ZoneInfo(facts["time_zone"])


def _days(starts: datetime, ends: datetime, zone: ZoneInfo) -> tuple[object, object]:
    return dates.local_day(starts, zone), dates.last_day(starts, ends, zone)
