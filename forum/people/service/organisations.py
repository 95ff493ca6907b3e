"""Organisations: making one, and changing what it says of itself."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from forum.core import audit, outbox
from forum.core.art.colour import DEFAULT_ACCENT
from forum.core.constraints import told_as
from forum.core.db import writing
from forum.core.errors import Forbidden
from forum.core.ids import uuid7
from forum.core.languages import KEYS
from forum.core.page_scopes import SITE, changed
from forum.core.permissions import Action, require
from forum.core.text import Text
from forum.people.models import Organisation
from forum.people.rules import OrganisationChangedMeanwhile, OrganisationSlugTaken
from forum.people.service.users import locked_organisation

if TYPE_CHECKING:
    from forum.core.actor import Actor

NAMED_ONCE = "uq_organisation_slug"


@dataclass(frozen=True, slots=True)
class NewOrganisation:
    """What an organisation begins with; `slug` comes from `rules.organisation_slug`."""

    slug: str
    name: Text
    time_zone: str = "Asia/Hong_Kong"
    languages: tuple[str, ...] = KEYS
    contact_email: str = ""
    accent: str = DEFAULT_ACCENT
    privacy: Text = field(default_factory=Text)


@dataclass(frozen=True, slots=True)
class OrganisationDetails:
    """What the settings page changes."""

    name: Text
    time_zone: str
    contact_email: str
    accent: str
    privacy: Text


def create_organisation(actor: Actor, new: NewOrganisation, *, now: datetime) -> UUID:
    """Make an organisation and return its id; only Forum's own commands may.

    Raises Forbidden, OrganisationSlugTaken.
    """
    if not actor.is_system:
        raise Forbidden
    taken = OrganisationSlugTaken(field="organisation")
    with told_as(taken, NAMED_ONCE), writing() as session:
        organisation = Organisation(
            id=uuid7(),
            slug=new.slug,
            name=new.name,
            time_zone=new.time_zone,
            languages=list(new.languages),
            contact_email=new.contact_email,
            accent=new.accent,
            privacy=new.privacy,
            created_at=now,
        )
        session.add(organisation)
        session.flush()
        changed(session, SITE)
        audit.record(
            session,
            actor,
            "organisation.created",
            ("organisation", organisation.id),
            organisation.id,
            {"slug": new.slug},
            now,
        )
        return organisation.id


def update_organisation(
    actor: Actor,
    organisation_id: UUID,
    made_from: int,
    details: OrganisationDetails,
    *,
    now: datetime,
) -> int:
    """Change what an organisation says of itself; return its revision.

    Raises OrganisationChangedMeanwhile where `made_from` is no longer its revision.
    """
    require(actor, Action.EDIT_ORGANISATION, organisation_id)
    with writing() as session:
        organisation = locked_organisation(session, organisation_id)
        if organisation.revision != made_from:
            raise OrganisationChangedMeanwhile
        changes: dict[str, list[Any]] = {}
        for column in (one.name for one in fields(details)):
            before, after = getattr(organisation, column), getattr(details, column)
            if before != after:
                setattr(organisation, column, after)
                changes[column] = [_plain(before), _plain(after)]
        if not changes:
            return organisation.revision
        organisation.revision += 1
        outbox.emit(
            session,
            "people.organisation_changed",
            {"organisation_id": str(organisation_id), "changed": sorted(changes)},
            key=f"{organisation_id}:{organisation.revision}",
            now=now,
        )
        audit.record(
            session,
            actor,
            "organisation.changed",
            ("organisation", organisation_id),
            organisation_id,
            changes,
            now,
        )
        return organisation.revision


def _plain(value: object) -> object:
    return dict(value.by_language) if isinstance(value, Text) else value
