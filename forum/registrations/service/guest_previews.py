"""What taking a guest list in would come to: who is new or known, which rows are refused, why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import sqlalchemy as sa

from forum.core.db import db
from forum.core.i18n import Sentence
from forum.events.models import Event
from forum.registrations.models import GuestFile, Invitation, Registration
from forum.registrations.queries.consents import opted_out
from forum.registrations.rules import ACTIVE, NO_ADDRESS, OPTED_OUT, header_key
from forum.registrations.service.guest_files import (
    MOST_PROBLEMS,
    columns_of,
    table_of,
    types_by_name,
)
from forum.registrations.service.reading_guests import GuestRow, guests_in

LOOKED_UP_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Preview:
    """What taking a file in would come to; `sample` are its first rows that can be taken."""

    new: int
    known: int
    left_out: int
    problems: Sequence[tuple[int, Sentence]]
    refused: int
    sample: Sequence[GuestRow]
    unknown_types: Sequence[str]


def preview(kept: GuestFile) -> Preview:
    """Look through a file: who is new, who is known, which rows are refused and why.

    Raises NoNames, FileGone. Two statements for each 500 rows, and three more.
    """
    problems: list[tuple[int, Sentence]] = []
    counts: Counter[str] = Counter()
    sample: list[GuestRow] = []
    unknown: dict[str, None] = {}
    types = set(types_by_name(kept.event_id))
    organisation_id = db.session.get_one(Event, kept.event_id).organisation_id
    for some in batches(guests_in(table_of(kept), columns_of(kept)), LOOKED_UP_AT_ONCE):
        taken = [one for one in some if one.problem is None]
        known = _known_keys(kept, taken)
        out = opted_out(organisation_id, [one.key for one in taken])
        for row in some:
            problem = refusal(row, kept, out)
            if problem is not None:
                counts["refused"] += 1
                problems.append((row.number, problem))
            elif kept.leave_out and row.leaves:
                counts["left_out"] += 1
            else:
                is_known = row.key in known or (row.code and row.code in known)
                counts["known" if is_known else "new"] += 1
                sample.append(row)
                if (
                    row.type_name
                    and kept.list_id is None
                    and header_key(row.type_name) not in types
                ):
                    unknown[row.type_name] = None
        sample = sample[:10]
    return Preview(
        counts["new"],
        counts["known"],
        counts["left_out"],
        problems[:MOST_PROBLEMS],
        counts["refused"],
        sample,
        list(unknown)[:10],
    )


def batches(rows: Iterable[GuestRow], size: int) -> Iterator[list[GuestRow]]:
    """Return rows some at a time."""
    source = iter(rows)
    while some := list(islice(source, size)):
        yield some


def refusal(row: GuestRow, kept: GuestFile, out: set[str]) -> Sentence | None:
    """Return why a row is not taken in, if it is not."""
    if row.problem is not None:
        return row.problem
    if not row.email and not row.code and kept.list_id is None:
        return NO_ADDRESS
    return OPTED_OUT if row.key in out else None


def _known_keys(kept: GuestFile, rows: Sequence[GuestRow]) -> set[str]:
    """Return which addresses and references of these rows the event knows; one statement."""
    keys = [one.key for one in rows if one.key]
    if kept.list_id is not None:
        return set(
            db.session.scalars(
                sa.select(Invitation.email_key).where(
                    Invitation.event_id == kept.event_id, Invitation.email_key.in_(keys)
                )
            )
        )
    codes = [one.code for one in rows if one.code]
    found = db.session.execute(
        sa.select(Registration.email_key, Registration.code).where(
            Registration.event_id == kept.event_id,
            Registration.state.in_(ACTIVE),
            sa.or_(Registration.email_key.in_(keys), Registration.code.in_(codes)),
        )
    ).all()
    return {key for row in found for key in row if key}
