"""A file of JSON: its size, its encoding, its parts, before anybody asks what they mean."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from forum.core.i18n import sentence
from forum.programme.importing.shapes import UnreadableProgramme
from forum.programme.importing.texts import key_of

Item = Mapping[str, Any]


def json_of(content: bytes) -> Any:  # noqa: ANN401 - whatever stands in the file
    """Return what a JSON file holds; raises UnreadableProgramme."""
    try:
        return json.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise UnreadableProgramme(
            sentence("The file looks like JSON, but is broken. Export it again, in UTF-8."),
        ) from None


def items(holder: object, part: str) -> Iterator[Item]:
    """Yield the objects of a list in an object; nothing where there is none."""
    found = holder.get(part) if isinstance(holder, dict) else None
    for item in found if isinstance(found, list) else ():
        if isinstance(item, dict):
            yield item


def keyed(holder: object, part: str) -> Iterator[tuple[str, Item]]:
    """Yield the objects of a list that have an id, each id once."""
    seen: set[str] = set()
    for item in items(holder, part):
        key = key_of(item.get("id"))
        if key and key not in seen:
            seen.add(key)
            yield key, item


def inside(holder: object, *path: str) -> Any:  # noqa: ANN401 - whatever stands there
    """Return what stands at a path of an object, None where there is nothing."""
    for name in path:
        if not isinstance(holder, dict):
            return None
        holder = holder.get(name)
    return holder
