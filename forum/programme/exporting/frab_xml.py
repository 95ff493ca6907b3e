"""Writing frab XML (`schedule.xml`), which conference apps read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from xml.sax.saxutils import escape, quoteattr

from forum import __version__
from forum.programme.exporting.outline import SLOT, DayOut, ItemOut, Link, Outline

_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML 1.0 file may hold (XML 1.0 §2.2)."""


def write_xml(outline: Outline) -> bytes:
    """Return the whole file in UTF-8."""
    return "".join(_lines(outline)).encode()


def duration_in_words(length: timedelta) -> str:
    """Return HH:MM, and D:HH:MM from a day on, as frab and pretalx write it."""
    days, rest = divmod(int(length.total_seconds()) // 60, 24 * 60)
    clock = f"{rest // 60:02d}:{rest % 60:02d}"
    return f"{days}:{clock}" if days else clock


def _lines(outline: Outline) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<schedule>\n'
    yield f'<generator name="Forum"{_attributes(version=__version__)}/>\n'
    yield _element("version", outline.version)
    yield from _conference(outline)
    guids = {room.name: str(room.guid) for room in outline.rooms}
    for index, day in enumerate(outline.days, 1):
        yield from _day(index, day, guids)
    yield "</schedule>\n"


def _conference(outline: Outline) -> Iterator[str]:
    days = outline.days
    yield "<conference>\n"
    yield _element("acronym", outline.acronym)
    yield _element("title", outline.title)
    yield _element("start", days[0].date.isoformat())
    yield _element("end", days[-1].date.isoformat())
    yield _element("days", str(len(days)))
    yield _element("day_change", outline.change_of_day.isoformat(timespec="seconds"))
    yield _element("timeslot_duration", duration_in_words(SLOT))
    yield _element("time_zone_name", outline.time_zone)
    yield _element("base_url", outline.base_url)
    if outline.venue:
        yield _element("venue", outline.venue)
    yield _element("url", outline.url)
    for track in outline.tracks:
        yield f"<track{_attributes(name=track.name, slug=track.slug, color=track.colour)}/>\n"
    yield "</conference>\n"


def _day(index: int, day: DayOut, guids: dict[str, str]) -> Iterator[str]:
    bounds = _attributes(
        index=str(index),
        date=day.date.isoformat(),
        start=day.starts_at.isoformat(timespec="seconds"),
        end=day.ends_at.isoformat(timespec="seconds"),
    )
    yield f"<day{bounds}>\n"
    for name, items in day.rooms.items():
        guid = {"guid": guids[name]} if name in guids else {}
        yield f"<room{_named(name)}{_attributes(**guid)}>\n"
        for item in items:
            yield from _item(item)
        yield "</room>\n"
    yield "</day>\n"


def _item(item: ItemOut) -> Iterator[str]:
    yield f"<event{_attributes(guid=str(item.guid), id=str(item.id))}>\n"
    yield _element("date", item.starts_at.isoformat(timespec="seconds"))
    yield _element("start", f"{item.starts_at:%H:%M}")
    yield _element("duration", duration_in_words(item.duration))
    yield _element("room", item.room)
    yield _element("slug", item.slug)
    yield _element("url", item.url)
    yield _element("title", item.title)
    yield _element("subtitle", "")
    yield _element("track", item.track.name if item.track else "")
    yield _element("type", item.kind)
    yield _element("language", item.language)
    yield _element("abstract", item.abstract)
    yield _element("description", item.description)
    yield _list(
        "persons",
        (_element("person", one.name, id=str(one.id), guid=str(one.guid)) for one in item.persons),
    )
    yield _list("links", _linked("link", item.links))
    yield _list("attachments", _linked("attachment", item.attachments))
    optout = "true" if item.not_recorded else "false"
    yield f"<recording>\n<license></license>\n<optout>{optout}</optout>\n</recording>\n"
    yield "</event>\n"


def _linked(name: str, links: Sequence[Link]) -> Iterator[str]:
    return (_element(name, one.title, href=one.url) for one in links)


def _list(name: str, elements: Iterable[str]) -> str:
    return f"<{name}>\n{''.join(elements)}</{name}>\n"


def _element(name: str, text: str, **attributes: str) -> str:
    return f"<{name}{_attributes(**attributes)}>{escape(_legal(text))}</{name}>\n"


def _attributes(**values: str) -> str:
    return "".join(f" {name}={quoteattr(_legal(text))}" for name, text in values.items() if text)


def _named(name: str) -> str:
    """Return the name of a room; without a room it is there and empty."""
    return f" name={quoteattr(_legal(name))}"


def _legal(text: str) -> str:
    return _ILLEGAL.sub("", text)
