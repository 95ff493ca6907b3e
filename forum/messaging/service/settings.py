"""How an event and an organisation write mail: name, addresses, limits; pausing and going on."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy.dialects import postgresql, sqlite

from forum.core import audit
from forum.core.addresses import normalised_email
from forum.core.db import db, writing
from forum.core.errors import Conflict, Invalid, NotFound
from forum.core.i18n import sentence
from forum.core.outbox import nudge_after
from forum.core.permissions import Action, require
from forum.core.revisions import ThingChangedMeanwhile, difference
from forum.events.service import Logo, LogoFiles, locked_event
from forum.messaging import post
from forum.messaging.models import EventMail, OrganisationMail
from forum.messaging.rules.keeping import WORDS_KEPT_DAYS
from forum.people.models import Organisation

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.core.actor import Actor


class ForeignSender(Invalid):
    """The address lies in a domain for which this Forum may not send."""

    code = "foreign_sender"

    def __init__(self, domains: tuple[str, ...]) -> None:
        super().__init__(field="from_address")
        self.says = sentence(
            "Enter an address that ends in one of: %(domains)s", domains=", ".join(domains)
        )


class AlreadyPaused(Conflict):
    """Somebody else has paused it, or let it go on, since the page was shown."""

    code = "already_paused"
    says = sentence("Somebody else has just done that.")


@dataclass(frozen=True, slots=True)
class EventMailing:
    """How an event writes mail; what is empty is as the organisation or Forum has it."""

    sender_name: str = ""
    from_address: str = ""
    reply_to: str = ""
    per_minute: int | None = None


@dataclass(frozen=True, slots=True)
class OrganisationMailing:
    """How an organisation writes mail; None is no limit, and no second person asked."""

    sender_name: str = ""
    nod_above: int | None = None
    per_minute: int | None = None
    per_day: int | None = None
    words_kept_days: int = WORDS_KEPT_DAYS


def set_event_mail(
    actor: Actor, event_id: UUID, wanted: EventMailing, *, revision: int, now: datetime
) -> None:
    """Set how an event writes mail; raises ForeignSender, ThingChangedMeanwhile.

    What a limit holds back is looked at anew.
    """
    if wanted.from_address and not post.is_ours(normalised_email(wanted.from_address)):
        raise ForeignSender(post.sending_domains())
    with writing() as session:
        event = locked_event(session, actor, event_id, Action.EDIT_EVENT)
        row = _of_event(session, event.id)
        if row.revision != revision:
            raise ThingChangedMeanwhile
        changes = _apply(row, wanted)
        if changes:
            row.held_until = None
            row.revision += 1
            audit.record(
                session,
                actor,
                "messages.set",
                ("event", event.id),
                event.organisation_id,
                {"changes": changes},
                now,
            )
            nudge_after(session)


def pause(actor: Actor, event_id: UUID, *, now: datetime) -> None:
    """Let no more of an event's mail go out; raises AlreadyPaused."""
    with writing() as session:
        event = locked_event(session, actor, event_id, Action.SEND_MESSAGES)
        row = _of_event(session, event.id)
        if row.paused_at is not None:
            raise AlreadyPaused
        row.paused_at, row.paused_by = now, actor.name[:200]
        _note(session, actor, event.id, event.organisation_id, "messages.paused", now)


def go_on(actor: Actor, event_id: UUID, *, now: datetime) -> None:
    """Let an event's mail go out again; raises AlreadyPaused where it does already."""
    with writing() as session:
        event = locked_event(session, actor, event_id, Action.SEND_MESSAGES)
        row = _of_event(session, event.id)
        if row.paused_at is None:
            raise AlreadyPaused
        row.paused_at, row.paused_by = None, ""
        _note(session, actor, event.id, event.organisation_id, "messages.gone_on", now)
        nudge_after(session)


def set_organisation_mail(
    actor: Actor,
    organisation_id: UUID,
    wanted: OrganisationMailing,
    logo: Logo | None = None,
    *,
    revision: int,
    now: datetime,
) -> None:
    """Set how an organisation writes mail; raises ThingChangedMeanwhile, LogoNotKept."""
    with LogoFiles(logo) as files, writing() as session:
        require(actor, Action.EDIT_ORGANISATION, organisation_id)
        if session.get(Organisation, organisation_id) is None:
            raise NotFound
        row = _of_organisation(session, organisation_id)
        if row.revision != revision:
            raise ThingChangedMeanwhile
        changes = _apply(row, wanted)
        if files.apply(session, organisation_id, row, now):
            changes["logo"] = [None, None]
        if changes:
            row.held_until = None
            row.revision += 1
            audit.record(
                session,
                actor,
                "messages.set",
                ("organisation", organisation_id),
                organisation_id,
                {"changes": changes},
                now,
            )
            nudge_after(session)


def _apply(
    row: EventMail | OrganisationMail, wanted: EventMailing | OrganisationMailing
) -> dict[str, list[object]]:
    values = asdict(wanted)
    changes = difference({name: getattr(row, name) for name in values}, values)
    for name, value in values.items():
        setattr(row, name, value)
    return changes


def _note(
    session: Session,
    actor: Actor,
    event_id: UUID,
    organisation_id: UUID,
    action: str,
    now: datetime,
) -> None:
    audit.record(session, actor, action, ("event", event_id), organisation_id, {}, now)


def _of_event(session: Session, event_id: UUID) -> EventMail:
    _made(session, EventMail, event_id=event_id)
    return session.get_one(EventMail, event_id, with_for_update=True, populate_existing=True)


def _of_organisation(session: Session, organisation_id: UUID) -> OrganisationMail:
    _made(session, OrganisationMail, organisation_id=organisation_id)
    return session.get_one(
        OrganisationMail, organisation_id, with_for_update=True, populate_existing=True
    )


def _made(session: Session, model: type[EventMail | OrganisationMail], **key: UUID) -> None:
    """Make the row where there is none; whoever makes it at the same moment is waited for."""
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    session.execute(insert(model).values(**key).on_conflict_do_nothing())
