"""The back office of the programme: the board, sessions with their people, speakers."""

from __future__ import annotations

from forum.programme.manage import board, sessions, speakers  # noqa: F401 - each hangs its views on the blueprint
from forum.programme.manage.frame import blueprint

__all__ = ["blueprint"]
