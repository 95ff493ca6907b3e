"""Released versions: what a session's content is, and what changed between two of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

Content = Mapping[str, Any]
"""A session's content as JSON: the columns of SessionContent and `cast`, a list of
[speaker id, role, {language: role in words}, part or None]."""

COLUMNS = (
    "kind", "state", "title", "abstract", "delivered_in", "interpreted_into", "room_id",
    "also_in", "track_id", "parts", "starts_at", "ends_at", "day", "stream_url", "position",
)  # fmt: skip
"""The columns of SessionContent, in the order in which a change is told."""


class ReleaseMode(StrEnum):
    """When guests see what editors save."""

    AT_ONCE = "at_once"
    HELD = "held"


class ReleaseCause(StrEnum):
    """What made a version."""

    FIRST = "first"
    SAVED = "saved"
    RELEASED = "released"
    ROLLED_BACK = "rolled_back"
    LATE = "late"
    IMPORTED = "imported"


class ChangeKind(StrEnum):
    """What a release changes of a session, those people must know of first."""

    CANCELLED = "cancelled"
    REINSTATED = "reinstated"
    NEW = "new"
    TIME = "time"
    ROOM = "room"
    PEOPLE = "people"
    TITLE = "title"
    STREAM = "stream"
    DETAILS = "details"


TELLING = frozenset(
    {
        ChangeKind.CANCELLED,
        ChangeKind.REINSTATED,
        ChangeKind.TIME,
        ChangeKind.ROOM,
        ChangeKind.STREAM,
    }
)
"""Changes that people who come to the session are written to about."""

TELLING_SPEAKERS = TELLING | {ChangeKind.NEW, ChangeKind.PEOPLE}

_KIND_OF = {
    "starts_at": ChangeKind.TIME,
    "ends_at": ChangeKind.TIME,
    "day": ChangeKind.TIME,
    "room_id": ChangeKind.ROOM,
    "also_in": ChangeKind.ROOM,
    "cast": ChangeKind.PEOPLE,
    "title": ChangeKind.TITLE,
    "stream_url": ChangeKind.STREAM,
}


def changed_fields(before: Content, after: Content) -> list[str]:
    """Return the names of what differs; fields that one of the two lacks are not compared."""
    return [
        name
        for name in (*COLUMNS, "cast")
        if name in before and name in after and before[name] != after[name]
    ]


def change_kinds(before: Content | None, after: Content) -> list[ChangeKind]:
    """Return what a release changes of a session; nothing for one that guests never see.

    `before` is None, or a draft, for a session that they have not seen so far. Of a session that is
    and stays cancelled there is nothing but details.
    """
    was = before["state"] if before else "draft"
    if after["state"] == "draft":
        return []
    if was == "draft":
        return [] if after["state"] == "cancelled" else [ChangeKind.NEW]
    found = [
        _KIND_OF.get(name, ChangeKind.DETAILS)
        for name in changed_fields(before or {}, after)
        if name not in {"state", "position"}
    ]
    cancelled = after["state"] == "cancelled"
    if was == after["state"] and cancelled:
        return [ChangeKind.DETAILS] if found else []
    if was != after["state"]:
        found.append(ChangeKind.CANCELLED if cancelled else ChangeKind.REINSTATED)
    order = list(ChangeKind)
    return sorted(dict.fromkeys(found), key=order.index)


def merged(changes: list[tuple[Content | None, Content]]) -> tuple[Content | None, Content]:
    """Return one change out of several of the same session, oldest first."""
    return changes[0][0], changes[-1][1]


def tells_guests(kinds: Iterable[ChangeKind]) -> bool:
    """Say whether those who come to the session are written to."""
    return not TELLING.isdisjoint(kinds)


def speakers_told(
    kinds: Iterable[ChangeKind], before: Content | None, after: Content
) -> frozenset[str]:
    """Return the ids of the people on stage who are written to, who came or left among them.

    Another order on stage is told to nobody.
    """
    found = TELLING_SPEAKERS.intersection(kinds)
    sides = [side["cast"] for side in (before, after) if side]
    if found == {ChangeKind.PEOPLE} and len({_parts_played(rows) for rows in sides}) == 1:
        return frozenset()
    return frozenset(row[0] for rows in sides for row in rows) if found else frozenset()


def _parts_played(rows: list[Any]) -> frozenset[tuple[Any, ...]]:
    return frozenset((who, role, *sorted(called.items())) for who, role, called, *_ in rows)
