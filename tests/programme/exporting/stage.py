"""A programme with everything in it that a file must tell, and one of any size."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from forum.core.db import writing
from forum.core.text import Text
from forum.events.models import Event, Room
from forum.people.models import Organisation
from forum.programme.models import Appearance, Engagement, Material, Session, SpeakerConsent, Track
from forum.programme.rules import AppearanceRole, SessionKind, SessionState
from tests import factories
from tests.factories import NOW, text

EVENING = datetime(2026, 12, 8, 1, 0, tzinfo=UTC)
"""Nine in the morning in Hong Kong, on the first of two days."""


@dataclass(frozen=True)
class Stage:
    """The event and what tests ask for by name."""

    event: Event
    hall: Room
    gallery: Room
    panel: Session
    night: Session
    relayed: Session
    untold: tuple[str, ...]


def stored(row: Any) -> Any:
    """Store a row."""
    with writing() as session:
        session.add(row)
    return row


def two_days(organisation: Organisation | None = None, **given: Any) -> Stage:
    """Store two days: a panel in parts, a night, a session in two rooms, one of 26 hours."""
    ours = organisation or factories.make_organisation()
    event = factories.make_event(
        ours,
        **{
            "slug": "sample-days",
            "starts_at": EVENING,
            "ends_at": EVENING + timedelta(days=1, hours=9),
            "venue_id": factories.make_venue(ours).id,
        }
        | given,
    )
    hall = factories.make_room(event, name=text("Hall"), capacity=300)
    gallery = factories.make_room(event, name=text("Gallery"), capacity=None)
    twin = factories.make_room(event, name=text("Gallery"), capacity=20)
    track = stored(
        Track(event_id=event.id, slug="making", name=text("Making"), colour="#0b5563", position=1)
    )
    speakers = [factories.make_speaker(ours.id, biography=text("A life")) for _ in range(4)]
    panel = factories.make_session(
        event,
        after=60,
        minutes=90,
        kind=SessionKind.PANEL,
        title=Text({"en": "A <panel> & its “parts”", "zh-Hant": "專題討論"}),
        abstract=Text({"en": "One.\n\nTwo ]]> three."}),
        room_id=hall.id,
        track_id=track.id,
        delivered_in=["yue", "en"],
        interpreted_into=["cmn"],
        parts=[{"title": {"en": "First"}, "minutes": 20}, {"title": {"en": "Second"}}],
    )
    roles = (AppearanceRole.MODERATOR, *[AppearanceRole.PANELLIST] * 3)
    for place, (speaker, role) in enumerate(zip(speakers, roles, strict=True)):
        stored(
            Appearance(
                session_id=panel.id,
                speaker_id=speaker.id,
                role=role,
                position=place,
                part=place - 2 if place > 1 else None,
            )
        )
    night = factories.make_session(
        event,
        after=15 * 60 + 30,
        minutes=60,
        title=text("After midnight"),
        room_id=twin.id,
        day=EVENING.date(),
    )
    factories.make_appearance(night, speakers[0])
    factories.make_appearance(night, speakers[0], AppearanceRole.MC, 1)
    relayed = factories.make_session(
        event,
        after=25 * 60,
        minutes=45,
        kind=SessionKind.KEYNOTE,
        title=text("Shown in two rooms"),
        room_id=hall.id,
        also_in=[str(gallery.id)],
    )
    factories.make_session(event, after=30, minutes=26 * 60, title=text("Hackathon"))
    factories.make_session(event, title=text("Cancelled talk"), state=SessionState.CANCELLED)
    factories.make_session(event, title=text("Draft talk"), state=SessionState.DRAFT)
    factories.make_session(
        event, title=text("Untimed talk"), starts_at=None, ends_at=None, day=None
    )
    _materials(panel)
    engagement = stored(Engagement(event_id=event.id, speaker_id=speakers[0].id, created_at=NOW))
    stored(
        SpeakerConsent(
            engagement_id=engagement.id,
            purpose="recording",
            wording="Sample",
            lang="en",
            given_at=NOW,
            withdrawn_at=NOW,
        )
    )
    return Stage(
        event,
        hall,
        gallery,
        panel,
        night,
        relayed,
        ("Cancelled talk", "Draft talk", "Untimed talk", "Secret slides", "Waiting slides"),
    )


def _materials(session: Session) -> None:
    for place, (title, url, given) in enumerate(
        (
            ("Shown slides", "https://example.com/slides.pdf", {"published_at": NOW}),
            ("Shown link", "https://example.com/read", {"published_at": NOW, "kind": "link"}),
            ("Secret slides", "https://example.com/secret.pdf", {"published_at": None}),
            (
                "Waiting slides",
                "https://example.com/later.pdf",
                {"published_at": NOW + timedelta(hours=2)},
            ),
            (
                "Secret slides",
                "https://example.com/no-nod.pdf",
                {"published_at": NOW, "accepted": False},
            ),
        )
    ):
        values = {"kind": "slides", "accepted": True} | given
        stored(
            Material(
                session_id=session.id,
                title=Text({"en": title}),
                url=url,
                position=place,
                created_at=NOW,
                **values,
            )
        )


def programme_of(size: int, **given: Any) -> Event:
    """Store an event of four days with this many sessions in twenty rooms, two people in each."""
    organisation = factories.make_organisation()
    event = factories.make_event(
        organisation,
        **{"slug": f"sample-size-{size}", "ends_at": EVENING + timedelta(days=3, hours=9)} | given,
    )
    rooms = [factories.make_room(event) for _ in range(20)]
    speakers = [factories.make_speaker(organisation.id) for _ in range(max(2, size // 3))]
    sessions, parts = [], []
    for number in range(size):
        day, slot = divmod(number // 20, 13)
        starts_at = event.starts_at + timedelta(days=day, minutes=40 * slot)
        session = Session(
            event_id=event.id,
            kind=SessionKind.TALK,
            state=SessionState.CONFIRMED,
            title=text(f"Sample talk {number}"),
            abstract=text("What it is about. " * 12),
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=30),
            day=starts_at.astimezone(event.zone).date(),
            room_id=rooms[number % 20].id,
            created_at=NOW,
            changed_at=NOW,
        )
        sessions.append((session, number))
    with writing() as transaction:
        transaction.add_all(one for one, _ in sessions)
        transaction.flush()
        for session, number in sessions:
            parts += [
                Appearance(
                    session_id=session.id,
                    speaker_id=speakers[(number + more) % len(speakers)].id,
                    role=AppearanceRole.PRESENTER,
                    position=more,
                )
                for more in (0, 1)
            ]
        transaction.add_all(parts)
    return event
