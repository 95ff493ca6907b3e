"""The back office of events: the list, a new one, settings, place, rooms, partners, state."""

from __future__ import annotations

from forum.events.manage import details, partners, rooms, shelf, states, venue  # noqa: F401 - each hangs its views on the blueprint
from forum.events.manage.frame import blueprint

__all__ = ["blueprint"]
