"""What all letters of an event share: its partners, its own words, the logo at the top."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import sqlalchemy as sa

from forum.core.db import db
from forum.events.models import Picture
from forum.events.queries import partners_of
from forum.messaging.models import OrganisationMail
from forum.messaging.queries.wordings import own_words_of
from forum.messaging.rules import Kind
from forum.messaging.words.shapes import OwnWords

if TYPE_CHECKING:
    from forum.events.models import Event, Partner


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What is read once for any number of letters of an event."""

    partners: Sequence[Partner] = ()
    own: Mapping[tuple[Kind, str], OwnWords] = field(default_factory=dict)
    logo: Picture | None = None


def letterhead_of(event: Event) -> Letterhead:
    """Return what an event's letters share; three statements."""
    logo = db.session.scalar(
        sa.select(Picture)
        .join(OrganisationMail, OrganisationMail.picture_id == Picture.id)
        .where(OrganisationMail.organisation_id == event.organisation_id)
    )
    return Letterhead(partners_of(event.id), own_words_of(event.id), logo)
