"""What the door tells of guests to rooms below: their readings, who is in, who came before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from forum.checkin.models import Admission, Checkpoint, Device, Scan
from forum.checkin.rules import WORDING, Kind, Reason
from forum.core.i18n import Sentence, sentence
from forum.core.presence import Attendance, knows_who_came, knows_who_is_in
from forum.core.stories import Told, tells_story
from forum.events.models import Event
from forum.events.rules import EventState
from forum.registrations.models import Registration
from forum.registrations.rules import RegistrationState

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

KINDS = {Kind.ADMIT: "go", Kind.LOOK: "look", Kind.STOP: "stop", Kind.NEUTRAL: ""}


@knows_who_is_in
def admitted(event_id: UUID) -> sa.Select[Any]:
    """Return a select of the ids of registrations that were let into the event and not undone."""
    return sa.select(Admission.registration_id).where(
        Admission.place_id == event_id, Admission.undone_at.is_(None)
    )


@knows_who_came
def came_before(
    session: Session, organisation_id: UUID, email_keys: Sequence[str], now: datetime
) -> Mapping[str, Attendance]:
    """Count, by address, past events where a seat was kept: came, or did not; one statement.

    Events where nobody at all was let in say nothing of anybody: no door was kept there.
    """
    door_was_kept = sa.exists().where(
        Admission.place_id == Event.id, Admission.event_id == Event.id
    )
    there = sa.exists().where(
        Admission.registration_id == Registration.id, Admission.undone_at.is_(None)
    )
    rows = session.execute(
        sa.select(
            Registration.email_key,
            sa.func.count().filter(there),
            sa.func.count().filter(~there),
        )
        .join(Event, Event.id == Registration.event_id)
        .where(
            Registration.email_key.in_(email_keys),
            Registration.state == RegistrationState.CONFIRMED,
            Event.organisation_id == organisation_id,
            Event.state != EventState.CANCELLED,
            Event.ends_at < now,
            door_was_kept,
        )
        .group_by(Registration.email_key)
    ).all()
    return {row[0]: Attendance(row[1], row[2]) for row in rows}


@tells_story("registration")
def read_at_the_door(session: Session, registration_id: UUID, most: int) -> Sequence[Told]:
    """Tell of each reading of a guest's ticket; one statement."""
    rows = session.execute(
        sa.select(Scan, Checkpoint.name, Device.name)
        .join(Checkpoint, Checkpoint.id == Scan.checkpoint_id)
        .join(Device, Device.id == Scan.device_id)
        .where(Scan.registration_id == registration_id)
        .order_by(Scan.scanned_at.desc(), Scan.id.desc())
        .limit(most)
    ).all()
    return [_told(scan, str(where.pick("en")), device) for scan, where, device in rows]


def _told(scan: Scan, where: str, device: str) -> Told:
    if scan.undone_at is not None:
        says = sentence("Let in at the door, then undone: %(door)s", door=where)
        return Told(scan.scanned_at, says, device, scan.undone_because)
    wording = WORDING[scan.reason]
    if scan.reason is Reason.ADMITTED:
        says = sentence("Let in at the door: %(door)s", door=where)
    elif scan.reason is Reason.ALREADY_IN:
        says = sentence("Shown again at the door, already in: %(door)s", door=where)
    else:
        about: Sentence = wording.about or wording.title
        says = sentence("At the door %(door)s: %(verdict)s", door=where, verdict=about)
    return Told(scan.scanned_at, says, device, kind=KINDS[wording.kind])
