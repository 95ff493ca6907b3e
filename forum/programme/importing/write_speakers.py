"""Making and changing the profiles of people in a file."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa

from forum.core.ids import uuid7
from forum.core.page_scopes import SITE, changed, event_scope
from forum.core.revisions import difference
from forum.events.rules import free_slug, slug_of
from forum.events.service import latin
from forum.programme.importing.hand import Hand
from forum.programme.importing.made import (
    chosen_values,
    columns_in,
    overlaid,
    speaker_columns_of,
)
from forum.programme.importing.merging import SPEAKER_TEXTS
from forum.programme.importing.plans import Choices, PlannedThing, Standing
from forum.programme.models import Appearance, Session, Speaker


def make_speakers(hand: Hand, things: Sequence[PlannedThing]) -> dict[str, str]:
    """Make the profiles that are new; return their ids by reference."""
    new = [one for one in things if one.standing is Standing.NEW]
    if not new:
        return {}
    used = set(
        hand.transaction.scalars(
            sa.select(Speaker.slug).where(Speaker.organisation_id == hand.event.organisation_id)
        )
    )
    found = {}
    for one in new:
        columns = speaker_columns_of(one.theirs)
        wanted = slug_of(latin(columns.get("name") or columns.get("name_zh") or ""))
        slug = free_slug(wanted, used.__contains__, otherwise="speaker")
        used.add(slug)
        speaker = Speaker(
            id=uuid7(),
            organisation_id=hand.event.organisation_id,
            slug=slug,
            created_at=hand.now,
            changed_at=hand.now,
            **{"name": "", **columns},
        )
        hand.transaction.add(speaker)
        hand.record("speaker.created", ("speaker", speaker.id), {"revision": 1, "slug": slug})
        found[one.ref] = str(speaker.id)
    hand.transaction.flush()
    return found


def change_speakers(hand: Hand, things: Sequence[PlannedThing], choices: Choices) -> None:
    """Take the file’s values; every event that shows one of these people follows."""
    chosen = {
        one.ref: paths
        for one in things
        if one.standing is Standing.CHANGED and (paths := chosen_values("speaker", one, choices))
    }
    told: list[UUID] = []
    for speaker in hand.loaded(Speaker, chosen):
        here = {name: getattr(speaker, name) for name in columns_in(chosen[str(speaker.id)])}
        wanted = overlaid(here, chosen[str(speaker.id)], SPEAKER_TEXTS)
        changes = difference(here, wanted)
        if not changes or not (
            wanted.get("name", speaker.name) or wanted.get("name_zh", speaker.name_zh)
        ):
            continue
        for name in changes:
            setattr(speaker, name, wanted[name])
        speaker.revision += 1
        speaker.changed_at = hand.now
        hand.record(
            "speaker.changed",
            ("speaker", speaker.id),
            {"revision": speaker.revision, "changes": changes},
        )
        told.append(speaker.id)
    hand.transaction.flush()
    if told:
        _tell(hand, told)


def _tell(hand: Hand, speakers: Sequence[UUID]) -> None:
    """Let every event's pages and feeds know that people in them have changed."""
    theirs = sa.select(Appearance.session_id).where(Appearance.speaker_id.in_(speakers))
    hand.transaction.execute(
        sa.update(Session)
        .where(Session.id.in_(theirs))
        .values(changed_at=hand.now)
        .execution_options(synchronize_session=False)
    )
    events = hand.transaction.scalars(
        sa.select(Session.event_id).where(Session.id.in_(theirs)).distinct()
    ).all()
    if events:
        changed(hand.transaction, *(event_scope(one) for one in events), SITE)
