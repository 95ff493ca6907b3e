"""A programme to arrange in the browser, as the database holds it after each step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from flask import Flask

from forum.core.db import db
from forum.programme.models import Session

STARTS = datetime(2026, 12, 8, 1, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Stage:
    """A programme to arrange, and how two editors sign in."""

    app: Flask
    sessions: dict[str, UUID]
    rooms: list[UUID]
    links: dict[str, str]

    def stored(self, name: str) -> Session:
        """Return a session as the database holds it."""
        with self.app.app_context():
            return db.session.get_one(Session, self.sessions[name])

    def minutes(self, name: str) -> tuple[int, int]:
        """Return a session's start after the event's, and its length."""
        found = self.stored(name)
        assert found.starts_at is not None
        assert found.ends_at is not None
        span = found.ends_at - found.starts_at
        return round((found.starts_at - STARTS).seconds / 60), round(span.seconds / 60)
