"""Keeping what a file says now, for the next import of it."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

import sqlalchemy as sa

from forum.programme.importing.hand import Hand
from forum.programme.importing.made import Made
from forum.programme.importing.merging import Flat
from forum.programme.importing.plans import ImportPlan, is_new
from forum.programme.models import ImportedThing, Session, Speaker

Place = tuple[str, str]


def remember(hand: Hand, plan: ImportPlan, ids: Made, made: Mapping[str, Session]) -> None:
    """Keep what the file says now, for the next import of it."""
    known = {
        (row.thing, row.key): row
        for row in hand.transaction.scalars(
            sa.select(ImportedThing).where(
                ImportedThing.event_id == hand.event.id,
                ImportedThing.source == hand.source,
            )
        )
    }
    revisions: dict[str, int] = {}
    for model in (Session, Speaker):
        refs = [
            one.ref
            for one in (plan.sessions if model is Session else plan.speakers)
            if one.ref and not is_new(one.ref)
        ]
        revisions |= {str(one.id): one.revision for one in hand.loaded(model, refs)}
    for thing, places, found in (
        ("room", plan.rooms, ids.rooms),
        ("track", plan.tracks, ids.tracks),
    ):
        for place in places:
            if made_id := found.get(place.key):
                name = {"name": dict(place.name.by_language)}
                _keep(hand, known, (thing, place.key), made_id, name, 0)
    for one in plan.speakers:
        ref = ids.speakers.get(one.ref, one.ref)
        if ref and not is_new(ref):
            _keep(hand, known, ("speaker", one.key), ref, one.theirs, revisions.get(ref, 1))
    for one in plan.sessions:
        ref = str(made[one.key].id) if one.key in made else one.ref
        before = known.get(("session", one.key))
        ref = ref or (str(before.thing_id) if before else "")
        if ref:
            values = ids.resolved(one.theirs)
            _keep(hand, known, ("session", one.key), ref, values, revisions.get(ref, 1))
    hand.transaction.flush()


def _keep(
    hand: Hand,
    known: Mapping[Place, ImportedThing],
    place: Place,
    thing_id: str,
    values: Flat,
    revision: int,
) -> None:
    row = known.get(place)
    if row is None:
        hand.transaction.add(
            ImportedThing(
                event_id=hand.event.id,
                source=hand.source,
                thing=place[0],
                key=place[1],
                thing_id=UUID(thing_id),
                values=dict(values),
                revision=revision,
                imported_at=hand.now,
            )
        )
        return
    # Languages of a text that a sheet has no column for are remembered from before.
    merged = {**row.values, **values}
    if (row.thing_id, row.values, row.revision) != (UUID(thing_id), merged, revision):
        row.thing_id, row.values, row.revision = UUID(thing_id), merged, revision
        row.imported_at = hand.now
