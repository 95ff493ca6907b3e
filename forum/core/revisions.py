"""Two editors of one thing: what changed since a form was shown, and what that was."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from forum.core.audit import AuditEntry
from forum.core.errors import Conflict
from forum.core.i18n import sentence
from forum.core.text import Text

LONGEST_MEMORY = 100


@dataclass(frozen=True, slots=True)
class Change:
    """One field that somebody changed: its JSON values before and after, by whom, when."""

    field: str
    before: Any
    after: Any
    by: str
    at: datetime


class ChangedMeanwhile(Conflict):
    """Somebody saved the same thing after the form was shown; nothing typed was stored."""

    code = "changed_meanwhile"
    says = sentence(
        "This was changed by somebody else while you were typing. Look below and save again."
    )

    def __init__(self, changes: tuple[Change, ...] = ()) -> None:
        """Keep what changed, oldest first."""
        super().__init__()
        self.changes = changes


class ThingChangedMeanwhile(ChangedMeanwhile):
    """A room, partner or venue was saved by somebody else meanwhile."""

    code = "thing_changed_meanwhile"


def plain(value: object) -> Any:  # noqa: ANN401 - JSON has no narrower type
    """Return a column's value as the audit trail keeps it."""
    if isinstance(value, Text):
        return dict(value.by_language)
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, UUID):
        return str(value)
    return value


def fingerprint(values: Mapping[str, object]) -> str:
    """Return a short digest of values, for forms on things that count no revisions."""
    body = json.dumps({key: plain(value) for key, value in values.items()}, sort_keys=True)
    return hashlib.sha256(body.encode()).hexdigest()[:16]


def check_unchanged(seen: str, values: Mapping[str, object]) -> None:
    """Raise ThingChangedMeanwhile unless the form was made from these values."""
    if seen != fingerprint(values):
        raise ThingChangedMeanwhile


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return the changed fields with their values before and after, as JSON."""
    return {
        key: [plain(before.get(key)), plain(value)]
        for key, value in after.items()
        if before.get(key) != value
    }


def changes_since(session: Session, kind: str, thing_id: UUID, revision: int) -> tuple[Change, ...]:
    """Return what was changed after a revision, oldest first (1 statement)."""
    entries = session.scalars(
        sa.select(AuditEntry)
        .where(AuditEntry.thing_kind == kind, AuditEntry.thing_id == thing_id)
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
        .limit(LONGEST_MEMORY),
    )
    found = [
        Change(field, before, after, entry.actor_name, entry.at)
        for entry in entries
        if (entry.details or {}).get("revision", 0) > revision
        for field, (before, after) in (entry.details or {}).get("changes", {}).items()
    ]
    return tuple(reversed(found))
