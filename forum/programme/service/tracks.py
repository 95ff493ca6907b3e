"""The tracks of an event: add, change, remove, put in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session as Transaction

from forum.core import audit
from forum.core.actor import Actor
from forum.core.db import writing
from forum.core.errors import Conflict, NotFound
from forum.core.i18n import sentence
from forum.core.page_scopes import SITE, changed, event_scope
from forum.core.permissions import Action
from forum.core.revisions import check_unchanged, difference
from forum.core.text import Text
from forum.events.models import Event
from forum.events.rules import free_slug, reordered, slug_of
from forum.events.service import latin, locked_event
from forum.programme.models import Session, Track
from forum.programme.rules import MOST_TRACKS
from forum.programme.service.leaving import keep_name, leave_track


class TooManyTracks(Conflict):
    """More tracks than can be told apart."""

    code = "too_many_tracks"
    status = 422
    says = sentence("There are 60 tracks already. Remove one first.")


@dataclass(frozen=True, slots=True)
class TrackDetails:
    """A track's name and its colour as #rrggbb, or an empty string."""

    name: Text
    colour: str = ""

    def values(self) -> dict[str, object]:
        """Return the columns."""
        return {"name": self.name, "colour": self.colour}


def add_track(actor: Actor, event_id: UUID, details: TrackDetails, *, now: datetime) -> Track:
    """Add a track after the others; its slug comes from its name. Raises TooManyTracks."""
    with writing() as transaction:
        event = locked_event(transaction, actor, event_id, Action.EDIT_PROGRAMME)
        tracks = _tracks(transaction, event.id)
        if len(tracks) >= MOST_TRACKS:
            raise TooManyTracks
        track = Track(
            event_id=event.id,
            slug=track_slug(details.name, {one.slug for one in tracks}),
            position=tracks[-1].position + 1 if tracks else 0,
            name=details.name,
            colour=details.colour,
        )
        transaction.add(track)
        transaction.flush()
        _note(transaction, actor, event, "track.added", track.id, {"slug": track.slug}, now)
        return track


def change_track(
    actor: Actor,
    event_id: UUID,
    track_id: UUID,
    seen: str,
    details: TrackDetails,
    *,
    now: datetime,
) -> Track:
    """Change a track's name or colour; `seen` is the fingerprint the form carried.

    Feeds say that its sessions are newer where the name changed. Raises ThingChangedMeanwhile,
    NotFound.
    """
    with writing() as transaction:
        event = locked_event(transaction, actor, event_id, Action.EDIT_PROGRAMME)
        track = _track(transaction, event, track_id)
        before = {"name": track.name, "colour": track.colour}
        check_unchanged(seen, before)
        changes = difference(before, details.values())
        track.name, track.colour = details.name, details.colour
        if "name" in changes:
            transaction.execute(
                sa.update(Session)
                .where(Session.track_id == track.id)
                .values(changed_at=now)
                .execution_options(synchronize_session=False),
            )
        if changes:
            _note(transaction, actor, event, "track.changed", track.id, {"changes": changes}, now)
        return track


def remove_track(actor: Actor, event_id: UUID, track_id: UUID, *, now: datetime) -> Track:
    """Remove a track; its sessions stay, without a track. Raises NotFound."""
    with writing() as transaction:
        event = locked_event(transaction, actor, event_id, Action.EDIT_PROGRAMME)
        track = _track(transaction, event, track_id)
        keep_name(transaction, event, str(track.id), track.name.by_language)
        leave_track(transaction, actor, event, track.id, now)
        details = {"slug": track.slug, "name": dict(track.name.by_language)}
        _note(transaction, actor, event, "track.removed", track.id, details, now)
        transaction.delete(track)
        return track


def move_track(actor: Actor, event_id: UUID, track_id: UUID, step: int, *, now: datetime) -> None:
    """Put a track one place earlier (step -1) or later (+1); raises NotFound."""
    with writing() as transaction:
        event = locked_event(transaction, actor, event_id, Action.EDIT_PROGRAMME)
        track = _track(transaction, event, track_id)
        tracks = _tracks(transaction, event.id)
        for place, one in enumerate(reordered(tracks, tracks.index(track), step)):
            one.position = place
        _note(transaction, actor, event, "track.moved", track.id, {"step": step}, now)


def track_slug(name: Text, taken: set[str]) -> str:
    """Return a free slug for a track of an event."""
    wanted = slug_of(latin(name.get("en") or name.pick("zh-Hant").text))
    return free_slug(wanted, taken.__contains__, otherwise="track")


def _tracks(transaction: Transaction, event_id: UUID) -> Sequence[Track]:
    return transaction.scalars(
        sa.select(Track).where(Track.event_id == event_id).order_by(Track.position, Track.id),
    ).all()


def _track(transaction: Transaction, event: Event, track_id: UUID) -> Track:
    track = transaction.get(Track, track_id, populate_existing=True)
    if track is None or track.event_id != event.id:
        raise NotFound
    return track


def _note(
    transaction: Transaction,
    actor: Actor,
    event: Event,
    action: str,
    track_id: UUID,
    details: Mapping[str, Any],
    now: datetime,
) -> None:
    """Record a change of a track and drop the event's pages."""
    transaction.flush()
    changed(transaction, event_scope(event.id), SITE)
    thing = ("track", track_id)
    audit.record(transaction, actor, action, thing, event.organisation_id, dict(details), now)
