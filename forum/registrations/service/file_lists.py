"""Guest lists that the rows of a file name, and who stays on another one."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core.i18n import Sentence, sentence
from forum.core.text import plain_key
from forum.registrations.models import GuestList
from forum.registrations.rules import GuestColumn

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.registrations.service.reading_guests import GuestRow


def list_named(row: GuestRow) -> str:
    """Return the guest list that a row names, as names are compared; empty where it names none."""
    return plain_key(row.more.get(GuestColumn.LIST, ""))


def lists_by_name(session: Session, event_id: UUID) -> dict[str, UUID]:
    """Return the guest lists of an event by their names, as names are compared; one statement."""
    lists = session.execute(
        sa.select(GuestList.name, GuestList.id).where(GuestList.event_id == event_id)
    )
    return {plain_key(name): list_id for name, list_id in lists}


def stays_on(name: str) -> Sentence:
    """Say that a guest who is invited already stays on another list than the row's."""
    return sentence("The guest stays on the list “%(list)s”, and is changed there.", list=name)
