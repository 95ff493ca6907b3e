"""What taking a guest list in would come to: who is new or known, which rows are refused, why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core.db import db
from forum.core.i18n import Sentence, sentence
from forum.events.models import Event
from forum.registrations.models import GuestFile, GuestList, Invitation, TicketType
from forum.registrations.queries.consents import opted_out
from forum.registrations.queries.questions import questions_for
from forum.registrations.rules import (
    ACTIVE,
    ADDRESS_OF_ANOTHER,
    NO_ADDRESS,
    OPTED_OUT,
    GuestColumn,
    TypeKept,
    header_key,
)
from forum.registrations.service.file_known import known_guests
from forum.registrations.service.file_lists import list_named, lists_by_name, stays_on
from forum.registrations.service.file_moves import wanted_type
from forum.registrations.service.guest_files import (
    MOST_PROBLEMS,
    columns_of,
    table_of,
    types_by_name,
)
from forum.registrations.service.reading_guests import GuestRow, guests_in_turn

if TYPE_CHECKING:
    from forum.core.text import Text

LOOKED_UP_AT_ONCE = 500
MOST_CHANGES = 100
"""So many corrected addresses and changed types are named; of more only the number is said."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What taking a file in would come to; `sample` are its first rows that can be taken.

    `changes` are corrected addresses and changed types, by row and name; `stays` are types and
    guest lists that a row names and its guest does not get. `limited` are questions of the file
    whose choices have limited places.
    """

    new: int
    known: int
    left_out: int
    problems: Sequence[tuple[int, Sentence]]
    refused: int
    sample: Sequence[GuestRow]
    unknown_types: Sequence[str]
    unknown_lists: Sequence[str]
    corrected: int
    moved: int
    changes: Sequence[tuple[int, str, Sentence]]
    stays: Sequence[tuple[int, str, Sentence]]
    limited: Sequence[Text]


@dataclass(frozen=True, slots=True)
class _Standing:
    """How a row stands to who is there: known, refused, what of the known changes or stays."""

    known: bool = False
    problem: Sentence | None = None
    corrected: Sentence | None = None
    moved: Sentence | None = None
    stays: Sentence | None = None


def preview(kept: GuestFile, lang: str = "en") -> Preview:
    """Look through a file: who is new, who is known, which rows are refused and why.

    `lang` is the reader's, for names of ticket types. Three statements for each 500 rows, and seven
    more. Raises NoNames, FileGone.
    """
    problems: list[tuple[int, Sentence]] = []
    changes: list[tuple[int, str, Sentence]] = []
    stays: list[tuple[int, str, Sentence]] = []
    counts: Counter[str] = Counter()
    sample: list[GuestRow] = []
    unknown: dict[str, None] = {}
    unknown_lists: dict[str, None] = {}
    types = types_by_name(kept.event_id)
    invited = kept.list_id is not None
    lists = lists_by_name(db.session(), kept.event_id) if invited else {}
    organisation_id = db.session.get_one(Event, kept.event_id).organisation_id
    rows = guests_in_turn(table_of(kept), columns_of(kept), invited=invited)
    freed: set[UUID] = set()
    for some in batches(rows, LOOKED_UP_AT_ONCE):
        out = opted_out(organisation_id, [one.key for one in some if one.problem is None])
        taken = [
            one
            for one in some
            if refusal(one, kept, out) is None and not (kept.leave_out and one.leaves)
        ]
        if kept.list_id is not None:
            standing = _among_invited(kept, kept.list_id, taken, lists, freed)
        else:
            standing = _among_guests(kept, taken, types, lang, freed)
        for row in some:
            stands = standing.get(row.number, _Standing())
            problem = refusal(row, kept, out) or stands.problem
            if problem is not None:
                counts["refused"] += 1
                problems.append((row.number, problem))
                continue
            if kept.leave_out and row.leaves:
                counts["left_out"] += 1
                continue
            counts["known" if stands.known else "new"] += 1
            counts["corrected"] += stands.corrected is not None
            counts["moved"] += stands.moved is not None
            said = (one for one in (stands.corrected, stands.moved) if one is not None)
            changes += [(row.number, row.name, says) for says in said]
            if stands.stays is not None:
                stays.append((row.number, row.name, stands.stays))
            sample.append(row)
            if row.type_name and not invited and header_key(row.type_name) not in types:
                unknown[row.type_name] = None
            if invited and list_named(row) and list_named(row) not in lists:
                unknown_lists[row.more[GuestColumn.LIST]] = None
        sample, changes, stays = sample[:10], changes[:MOST_CHANGES], stays[:MOST_CHANGES]
    return Preview(
        counts["new"],
        counts["known"],
        counts["left_out"],
        problems[:MOST_PROBLEMS],
        counts["refused"],
        sample,
        list(unknown)[:10],
        list(unknown_lists)[:10],
        counts["corrected"],
        counts["moved"],
        changes,
        stays,
        _limited(kept),
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


def _among_guests(
    kept: GuestFile,
    rows: Sequence[GuestRow],
    types: Mapping[str, TicketType],
    lang: str,
    freed: set[UUID],
) -> dict[int, _Standing]:
    """Return how rows stand to the registrations of the event; two statements.

    Who is `freed` by rows before these holds no address any more; more of them are added.
    """
    known = known_guests(db.session(), kept.event_id, rows)
    known.let_go(freed)
    corrections = known.correct(rows)
    freed.update(guest.id for guest in corrections.of_row.values())
    found: dict[int, _Standing] = {}
    for row in rows:
        guest = known.find(row)
        if guest is None:
            if not row.email:
                found[row.number] = _Standing(problem=NO_ADDRESS)
            continue
        if guest.state not in ACTIVE:
            found[row.number] = _Standing(known=True)
            continue
        if row.number in corrections.refused:
            found[row.number] = _Standing(problem=ADDRESS_OF_ANOTHER)
            continue
        moves, stays = None, None
        try:
            moves = wanted_type(known, types, row)
        except TypeKept as error:
            stays = error.says
        old = guest.ticket_type.name.pick(lang).text
        corrects = row.number in corrections.of_row
        found[row.number] = _Standing(
            known=True,
            corrected=_corrected(guest.email, row.email) if corrects else None,
            moved=_moved(old, moves[1].name.pick(lang).text) if moves else None,
            stays=stays,
        )
    return found


def _among_invited(
    kept: GuestFile,
    usual: UUID,
    rows: Sequence[GuestRow],
    lists: Mapping[str, UUID],
    freed: set[UUID],
) -> dict[int, _Standing]:
    """Return how rows stand to the invitations of the event; one statement.

    `usual` is the list of rows that name none of the event's `lists`. Who is
    `freed` by rows before these holds no address any more; more of them are added.
    """
    keys = {one.key for one in rows} - {""}
    ids = {one.invitation_id for one in rows} - {None}
    invited = db.session.execute(
        sa.select(
            Invitation.id,
            Invitation.email,
            Invitation.email_key,
            Invitation.list_id,
            GuestList.name.label("list_name"),
        )
        .join(GuestList, GuestList.id == Invitation.list_id)
        .where(
            Invitation.event_id == kept.event_id,
            sa.or_(Invitation.email_key.in_(keys), Invitation.id.in_(ids)),
        )
    ).all()
    by_id = {one.id: one for one in invited}
    by_key = {one.email_key: one for one in invited if one.email_key and one.id not in freed}
    found: dict[int, _Standing] = {}
    for row in rows:
        named = by_id.get(row.invitation_id) if row.invitation_id else None
        holder = by_key.get(row.key) if row.key else None
        guest = named or holder
        if guest is None:
            continue
        if holder is not None and holder.id != guest.id:
            found[row.number] = _Standing(problem=ADDRESS_OF_ANOTHER)
            continue
        corrected = None
        if row.key and guest.email_key != row.key:
            corrected = _corrected(guest.email, row.email)
            by_key.pop(guest.email_key, None)
            freed.add(guest.id)
        stays = lists.get(list_named(row), usual) != guest.list_id
        found[row.number] = _Standing(
            known=True,
            corrected=corrected,
            stays=stays_on(guest.list_name) if stays else None,
        )
    return found


def _corrected(old: str, new: str) -> Sentence:
    if not old:
        return sentence("Address added: %(new)s.", new=new)
    return sentence("Address corrected: %(old)s becomes %(new)s.", old=old, new=new)


def _moved(old: str, new: str) -> Sentence:
    return sentence("Ticket type changed: “%(old)s” becomes “%(new)s”.", old=old, new=new)


def _limited(kept: GuestFile) -> list[Text]:
    """Return the wordings of the file's questions with limited choices; three statements."""
    named = set(columns_of(kept).values())
    return [
        one.label
        for one in questions_for(kept.event_id)
        if str(one.id) in named and any(option.pool_id for option in one.options)
    ]
