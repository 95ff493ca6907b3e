"""Putting guests on lists: by hand, from a file, from an earlier event; changing, removing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from forum.core import audit, outbox
from forum.core.addresses import address_key
from forum.core.db import once_more_when_raced, writing
from forum.core.errors import NotFound
from forum.core.ids import uuid7
from forum.core.permissions import Action, require
from forum.core.text import clean_line
from forum.events.models import Event
from forum.registrations.models import GuestList, Invitation, Registration
from forum.registrations.queries.consents import opted_out
from forum.registrations.rules import (
    ASKED,
    InvitationState,
    RegistrationState,
    invited_key,
)
from forum.registrations.service.entering import search_text_of
from forum.registrations.service.guest_lists import held_list
from forum.registrations.service.holding import held_event
from forum.registrations.service.invited import note_invitation

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.core.actor import Actor

ROWS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class InvitedGuest:
    """A guest as a file or a form names them, cleaned; at least one of the names is there.

    Without `lang` it is the event's first language; without `companions` or `greet` what the list
    says. `email` is normalised (core.addresses), or empty for guests invited by letter. `known_id`
    names an invitation by the key that an export gave it, whatever else has changed. `row` is its
    number in a file.
    """

    name: str = ""
    name_zh: str = ""
    email: str = ""
    organisation: str = ""
    salutation: str = ""
    post_nominals: str = ""
    job_title: str = ""
    phone: str = ""
    lang: str = ""
    companions: int | None = None
    precedence: int | None = None
    seating: str = ""
    greet: bool | None = None
    note: str = ""
    known_id: UUID | None = None
    row: int = 0

    @property
    def values(self) -> dict[str, Any]:
        """Return what an invitation's own columns say."""
        of_files = {"known_id", "row"}
        return {name: value for name, value in asdict(self).items() if name not in of_files}

    @property
    def keys(self) -> dict[str, str]:
        """Return by what the guest is known again and found."""
        name = self.name or self.name_zh
        searched = (f"{self.salutation} {name} {self.job_title}", self.name_zh, self.organisation)
        return {
            "email_key": address_key(self.email),
            "name_key": invited_key(name, self.organisation),
            "search_text": search_text_of(*searched, self.email, ""),
        }


@dataclass(frozen=True, slots=True)
class Added:
    """What became of rows: new, changed, known and left as they were, kept out.

    `opted_out` want no invitations from the organisation; `elsewhere` are those of the changed and
    known who stand on another list of the event, and stay there; `nameless` had no name. Of the
    changed `corrected` have another address now; `taken` are addresses that somebody else has.
    `stays` are rows of those elsewhere, by number, with the name of their list.
    """

    added: int = 0
    changed: int = 0
    same: int = 0
    opted_out: int = 0
    elsewhere: int = 0
    nameless: int = 0
    corrected: int = 0
    taken: tuple[str, ...] = ()
    stays: tuple[tuple[int, str], ...] = ()

    def plus(self, other: Added) -> Added:
        """Return both together."""
        sums = asdict(other)
        return Added(**{name: value + sums[name] for name, value in asdict(self).items()})


def add_invitations(
    actor: Actor,
    event_id: UUID,
    list_id: UUID,
    rows: Iterable[InvitedGuest],
    *,
    now: datetime,
    update: bool = True,
) -> Added:
    """Put guests on a list as drafts; nobody is mailed.

    Who is known at the event by an export's key, by address, else by name and organisation, is
    changed in what a row says (empty ones say nothing), or with `update` False left alone. An
    address that is corrected after the invitation went out kills its link: emits
    invitation.address_corrected, within. A row with an address that another guest has changes
    nothing. Addresses that opted out are left out. 500 rows are one transaction of a fixed number
    of statements. Raises NotFound, Forbidden.
    """
    done = Added()
    source = iter(rows)
    while some := list(islice(source, ROWS_AT_ONCE)):
        add = partial(_add_some, actor, event_id, list_id, some, now, update=update)
        done = done.plus(once_more_when_raced(add))
    return done


def invite_from_event(
    actor: Actor,
    event_id: UUID,
    list_id: UUID,
    source_id: UUID,
    states: Sequence[RegistrationState],
    *,
    now: datetime,
) -> Added:
    """Put guests of an earlier event of the same organisation on a list, in these states.

    Who is invited already stays as they are. Raises NotFound, Forbidden.
    """
    with writing() as session:
        event = held_event(session, actor, event_id)
        source = session.get(Event, source_id)
        if source is None or source.organisation_id != event.organisation_id:
            raise NotFound
        require(actor, Action.SEE_REGISTRATIONS, source.organisation_id)
        guests = session.execute(
            sa.select(
                Registration.name,
                Registration.name_zh,
                Registration.organisation,
                Registration.email,
                Registration.lang,
            )
            .where(
                Registration.event_id == source.id,
                Registration.state.in_(states),
                Registration.name != "",
            )
            .order_by(Registration.sort_name, Registration.id)
        ).all()
        audit.record(
            session,
            actor,
            "guest_list.taken_from_event",
            ("guest_list", list_id),
            event.organisation_id,
            {"event": str(source.id), "guests": len(guests)},
            now,
        )
    rows = (
        InvitedGuest(
            name=one.name,
            name_zh=one.name_zh,
            organisation=one.organisation,
            email=one.email,
            lang=one.lang,
        )
        for one in guests
    )
    return add_invitations(actor, event_id, list_id, rows, now=now, update=False)


def _add_some(
    actor: Actor,
    event_id: UUID,
    list_id: UUID,
    rows: Sequence[InvitedGuest],
    now: datetime,
    *,
    update: bool,
) -> Added:
    with writing() as session:
        event = held_event(session, actor, event_id)
        guest_list = held_list(session, event, list_id)
        named = [one for one in rows if one.name or one.name_zh]
        refused = opted_out(event.organisation_id, (one.keys["email_key"] for one in named))
        wanted = [one for one in named if one.keys["email_key"] not in refused]
        # Who has a key comes first: an address that is corrected may be the next row's.
        wanted.sort(key=lambda one: one.known_id is None)
        known = _Known(session, event.id, wanted)
        stays: list[tuple[int, UUID]] = []
        done = Added(nameless=len(rows) - len(named), opted_out=len(named) - len(wanted))
        for row in wanted:
            found = known.find(row)
            if found is None:
                known.add(_new(event, guest_list, row, now))
                done = replace(done, added=done.added + 1)
                continue
            if known.takes_from_another(found, row):
                done = replace(done, taken=(*done.taken, row.keys["email_key"]))
                continue
            was, was_key = found.email, found.email_key
            fields = _changed(found, row, now) if update else set()
            if fields:
                known.index(found)
                if found not in known.made:
                    said: dict[str, object] = {"revision": found.revision, "fields": sorted(fields)}
                    note_invitation(
                        session, actor, event, found.id, "invitation.changed", said, now
                    )
                corrects = found.email_key != was_key
                if corrects and was_key:
                    _tell_of_address(session, found, was, now)
                done = replace(done, changed=done.changed + 1, corrected=done.corrected + corrects)
            else:
                done = replace(done, same=done.same + 1)
            if found.list_id != guest_list.id:
                done = replace(done, elsewhere=done.elsewhere + 1)
                stays.append((row.row, found.list_id))
        session.add_all(known.made)
        session.flush()
        for one in known.made:
            note_invitation(session, actor, event, one.id, "invitation.added", {}, now)
        return replace(done, stays=_by_list_name(session, stays))


def _by_list_name(
    session: Session, stays: Sequence[tuple[int, UUID]]
) -> tuple[tuple[int, str], ...]:
    """Return rows with the names of lists instead of their ids; one statement or none."""
    if not stays:
        return ()
    ids = {list_id for _, list_id in stays}
    lists = session.execute(sa.select(GuestList.id, GuestList.name).where(GuestList.id.in_(ids)))
    names = {one.id: one.name for one in lists}
    return tuple((number, names[list_id]) for number, list_id in stays)


class _Known:
    """The invitations of an event that these rows may mean, and those made of them."""

    def __init__(self, session: Session, event_id: UUID, rows: Sequence[InvitedGuest]) -> None:
        keys = [row.keys for row in rows]
        self.made: list[Invitation] = []
        self._by_address: dict[str, Invitation] = {}
        self._by_name: dict[str, list[Invitation]] = {}
        self._by_id: dict[UUID, Invitation] = {}
        self._address_of: dict[UUID, str] = {}
        found = session.scalars(
            sa.select(Invitation)
            .where(
                Invitation.event_id == event_id,
                sa.or_(
                    Invitation.email_key.in_({key["email_key"] for key in keys} - {""}),
                    Invitation.name_key.in_({key["name_key"] for key in keys}),
                    Invitation.id.in_({row.known_id for row in rows if row.known_id}),
                ),
            )
            .order_by(Invitation.id)
            .with_for_update(key_share=True, of=Invitation)
            .execution_options(populate_existing=True)
        )
        for one in found:
            self.index(one)

    def find(self, row: InvitedGuest) -> Invitation | None:
        """Return whom a row means: by its key, by address, else by name and organisation."""
        keys = row.keys
        by_id = self._by_id.get(row.known_id) if row.known_id else None
        if by_id is not None:
            return by_id
        by_address = self._by_address.get(keys["email_key"]) if keys["email_key"] else None
        if by_address is not None:
            return by_address
        same_name = self._by_name.get(keys["name_key"], [])
        # Two people of one name and organisation, each with an address, are two people.
        fitting = [one for one in same_name if not (keys["email_key"] and one.email_key)]
        return fitting[0] if fitting else None

    def takes_from_another(self, found: Invitation, row: InvitedGuest) -> bool:
        """Say whether a row would give somebody an address that another guest has."""
        holder = self._by_address.get(row.keys["email_key"]) if row.email else None
        return holder is not None and holder is not found

    def add(self, one: Invitation) -> None:
        """Remember an invitation that is made, for the rows that follow."""
        self.made.append(one)
        self.index(one)

    def index(self, one: Invitation) -> None:
        """Let the rows that follow find an invitation by what it says now."""
        before = self._address_of.get(one.id, "")
        if before != one.email_key and self._by_address.get(before) is one:
            del self._by_address[before]
        self._by_id[one.id], self._address_of[one.id] = one, one.email_key
        if one.email_key:
            self._by_address[one.email_key] = one
        of_name = self._by_name.setdefault(one.name_key, [])
        if one not in of_name:
            of_name.append(one)


def columns_of(guest: InvitedGuest, event: Event, guest_list: GuestList) -> dict[str, Any]:
    """Return an invitation's own columns, with what list and event add where a row is silent."""
    values = guest.values
    values["name"] = guest.name or guest.name_zh
    values["lang"] = guest.lang or (event.languages[0] if event.languages else "en")
    values["companions"] = guest_list.companions if guest.companions is None else guest.companions
    values["greet"] = guest_list.greet if guest.greet is None else guest.greet
    return values


def _new(event: Event, guest_list: GuestList, row: InvitedGuest, now: datetime) -> Invitation:
    return Invitation(
        id=uuid7(),
        event_id=event.id,
        list_id=guest_list.id,
        state=InvitationState.DRAFT,
        created_at=now,
        changed_at=now,
        **columns_of(row, event, guest_list),
        **row.keys,
    )


def _changed(found: Invitation, row: InvitedGuest, now: datetime) -> set[str]:
    """Change an invitation in what a row says, and return which of its columns that were."""
    said = {name: value for name, value in row.values.items() if value not in {"", None}}
    # A file's cell is one line, whatever an editor's box holds.
    if said.get("note") == clean_line(found.note):
        del said["note"]
    changes = {name: value for name, value in said.items() if getattr(found, name) != value}
    if not changes:
        return set()
    before = found.email_key
    for name, value in changes.items():
        setattr(found, name, value)
    whole = InvitedGuest(**{name: getattr(found, name) for name in row.values})
    for name, value in whole.keys.items():
        setattr(found, name, value)
    found.link_generation += renews_link(found.state, before, found.email_key)
    found.changed_at = now
    found.revision += 1
    return set(changes)


def _tell_of_address(session: Session, found: Invitation, was: str, now: datetime) -> None:
    outbox.emit(
        session,
        "invitation.address_corrected",
        {"invitation_id": str(found.id), "was": was, "email": found.email},
        key=f"{found.id}:{found.revision}",
        now=now,
    )


def renews_link(state: InvitationState, before: str, after: str) -> bool:
    """Say whether another address kills the personal link: it went out to the one before."""
    return state in ASKED and before not in {"", after}
