"""One spelling for each address: what stands twice in a cache would be kept without end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkzeug.routing import UUIDConverter

if TYPE_CHECKING:
    from flask import Flask


class OneUuid(UUIDConverter):
    """An id as Forum writes it, in small letters; any other spelling is no address."""

    regex = "-".join(f"[0-9a-f]{{{length}}}" for length in (8, 4, 4, 4, 12))


def init_addresses(app: Flask) -> None:
    """Let `<uuid:…>` in addresses mean the one spelling; before any room adds its views."""
    app.url_map.converters["uuid"] = OneUuid
