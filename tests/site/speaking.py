"""A speaker with a personal link, for tests of what the link opens."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Any
from uuid import UUID

from flask import Flask
from PIL import Image
from werkzeug.test import TestResponse

from forum.calendar.rules.personal import FeedKind
from forum.core.actor import SYSTEM
from forum.core.db import writing
from forum.core.links import Purpose, derive
from forum.programme import service
from forum.programme.models import Programme, SpeakerContact
from tests import factories
from tests.calendar.own_calendars import made_calendar
from tests.events.browsing import Member, SeenForm, forms_of
from tests.factories import NOW

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\nstartxref\n9\n%%EOF\n"


class Holder(Member):
    """Somebody with a link and a browser, and no account."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()

    def send(self, path: str, seen: SeenForm, **typed: Any) -> TestResponse:
        return super().send(path, seen, **typed)

    def all_forms(self, path: str) -> list[SeenForm]:
        page = self.client.get(path)
        assert page.status_code == 200, (path, page.status_code)
        return forms_of(page)


@dataclass
class Speaking:
    """A speaker at an event: the ids, the slug, the personal link, the calendar's own token."""

    organisation: Any
    event_id: UUID
    slug: str
    speaker_id: UUID
    speaker_slug: str
    session_id: UUID
    engagement_id: UUID
    href: str
    feed: str


def speaking(*, nod: bool = True, lang: str = "en", event: Any = None, **given: Any) -> Speaking:
    """Store a speaker in a panel with another, and open the personal page for them."""
    event = event or factories.make_event()
    organisation_id = event.organisation_id
    speaker = factories.make_speaker(
        organisation_id,
        **{
            "name": "Ada Wong",
            "name_zh": "黃雅達",
            "biography": factories.text("Builds."),
            **given,
        },
    )
    room = factories.make_room(event, name=factories.text("Hall One"))
    session = factories.make_session(event, title=factories.text("Robots at work"), room_id=room.id)
    factories.make_appearance(session, speaker)
    factories.make_appearance(
        session, factories.make_speaker(organisation_id, name="Ben Beside"), position=1
    )
    with writing() as transaction:
        transaction.add(SpeakerContact(speaker_id=speaker.id, email="ada@example.com", lang=lang))
        transaction.merge(
            Programme(
                event_id=event.id, strict=[], turnaround=0, nod=nod, version=0,
                preview_generation=0,
            )
        )  # fmt: skip
    stands = service.engage(SYSTEM, event.id, speaker.id, now=NOW)
    return Speaking(
        organisation_id,
        event.id,
        event.slug,
        speaker.id,
        speaker.slug,
        session.id,
        stands.id,
        f"/s/{derive(Purpose.SPEAKER, stands.id, 0)}",
        made_calendar(FeedKind.SPEAKER, stands.id, event.slug),
    )


def picture(colour: str = "#225588") -> tuple[BytesIO, str]:
    """Return a small PNG as an upload."""
    file = BytesIO()
    Image.new("RGB", (60, 80), colour).save(file, "PNG")
    file.seek(0)
    return file, "me.png"


def pdf(body: bytes = PDF, name: str = "slides.pdf") -> tuple[BytesIO, str]:
    """Return a PDF as an upload."""
    return BytesIO(body), name


def fetch(client: Any, path: str) -> TestResponse:
    """Ask for a file, read it whole and close it."""
    with client.get(path) as answer:
        assert answer.data is not None
        return answer


def post_pdf(member: Member, path: str, seen: SeenForm, body: bytes) -> TestResponse:
    """Send a form with a large file; Werkzeug's own client would leave its copy open."""
    mark = b"sample-mark"
    parts = [
        b'Content-Disposition: form-data; name="%s"\r\n\r\n%s' % (name.encode(), value.encode())
        for name, value in seen.values
    ]
    head = b'Content-Disposition: form-data; name="file"; filename="a.pdf"\r\n'
    parts.append(head + b"Content-Type: application/pdf\r\n\r\n" + body)
    sent = b"".join(b"--%s\r\n%s\r\n" % (mark, part) for part in parts) + b"--%s--\r\n" % mark
    return member.client.post(
        seen.action or path,
        data=sent,
        content_type=f"multipart/form-data; boundary={mark.decode()}",
    )
