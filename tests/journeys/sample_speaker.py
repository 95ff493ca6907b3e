"""One on the panel who was asked, has sent changes and slides, and holds a ticket: their pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa

from forum.core import clock
from forum.core.actor import SYSTEM, Actor, ActorKind
from forum.core.db import db
from forum.core.links import Purpose, derive
from forum.core.revisions import fingerprint
from forum.core.text import Text
from forum.events.models import Event
from forum.programme import service
from forum.programme.models import Appearance, Speaker
from forum.programme.rules import EngagementState, Publishing
from forum.programme.service import ConsentWording, ContactDetails, MaterialDetails, Photo
from forum.registrations.service import give_speaker_seat


@dataclass(frozen=True)
class SpeakerPages:
    """Addresses behind the personal link, and those of the back office about the same speaker."""

    personal: Sequence[str]
    member: Sequence[str]


def speaker_pages(event: Event, session_id: UUID) -> SpeakerPages:
    """Let somebody of a session do everything that a speaker can, and return every page of it."""
    now = clock.now()
    speaker = db.session.scalars(
        sa.select(Speaker)
        .join(Appearance, Appearance.speaker_id == Speaker.id)
        .where(Appearance.session_id == session_id)
        .order_by(Appearance.position.desc())
    ).first()
    assert speaker is not None
    contact = ContactDetails("speaker@example.com", "+852 5550 0000", "Sample Assistant", "", "en")
    seen = fingerprint(asdict(service.contact_details(None)))
    service.keep_contact(SYSTEM, speaker.organisation_id, speaker.id, seen, contact, now=now)
    stands = service.engage(SYSTEM, event.id, speaker.id, now=now)
    holder = Actor(ActorKind.LINK, id=stands.id, name=speaker.shown_name, event_id=event.id)
    for says in (EngagementState.DECLINED, EngagementState.CONFIRMED):
        stands = service.answer(holder, stands.id, stands.revision, says, "A lectern.", now=now)
    later = event.starts_at + timedelta(hours=2)
    service.add_unavailable(holder, stands.id, event.starts_at, later, now=now)
    asked = [ConsentWording("photo", "Sample words", given=True)]
    service.keep_consents(holder, stands.id, asked, "en", now=now)
    sent = MaterialDetails(
        "slides", Text({"en": "Sample slides"}), "https://example.com/s", Publishing.NOT_YET
    )
    service.send_material(holder, stands.id, session_id, sent, None, now=now)
    kept = service.add_material(SYSTEM, event.id, session_id, sent, None, now=now)
    values = {one: getattr(speaker, one) for one in service.SpeakerDetails.__dataclass_fields__}
    values["biography"] = Text({"en": "Sample words.\n\nMore of them.", "zh-Hant": "示例文字。"})
    values["links"] = [{"title": "Sample page", "url": "https://example.com/me"}]
    wish = service.change_own_profile(
        holder,
        stands.id,
        service.Seen(speaker.revision),
        service.SpeakerDetails(**values),
        Photo(Path(), focus=(50, 40)),
        now=now,
    )
    assert wish is not None
    give_speaker_seat(SYSTEM, stands.id, now=now)
    own = f"/s/{derive(Purpose.SPEAKER, stands.id, stands.link_generation)}"
    manage = f"/manage/{event.slug}"
    one, materials = f"{manage}/speakers/{speaker.slug}", f"{manage}/programme/{session_id}"
    return SpeakerPages(
        personal=(own, f"{own}/profile", f"{own}/times", f"{own}/sessions/{session_id}/slides"),
        member=(
            f"{manage}/speakers?view=all",
            f"{manage}/speakers?q=nobody-at-all",
            f"{one}/contact",
            f"{one}/event",
            f"{one}/remove",
            f"{manage}/speaker-changes",
            f"{manage}/speaker-changes/{wish.id}",
            f"{materials}/materials",
            f"{materials}/materials/{kept.id}",
            f"{materials}/materials/{kept.id}/remove",
        ),
    )
