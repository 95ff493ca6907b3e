"""Slides and hand-outs: an editor's form with the time of publishing, a speaker's without."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext, lazy_gettext
from flask_wtf.file import FileField
from wtforms import HiddenField
from wtforms.validators import Optional

from forum.core.errors import DomainError
from forum.core.http.form_parts import (
    AddressField,
    ChoiceField,
    MomentField,
    OfficeForm,
    line_in_three,
    option_list,
    shown_text,
    text_of_field,
    wall,
)
from forum.core.http.i18n import translated
from forum.core.i18n import Sentence, sentence
from forum.core.text import Text
from forum.events.rules import moment_of
from forum.programme.models import Material
from forum.programme.rules import LONGEST_TITLE, MaterialKind, Publishing
from forum.programme.service import MaterialDetails
from forum.programme.words import MATERIALS

SENT_KINDS = (MaterialKind.SLIDES, MaterialKind.HANDOUT, MaterialKind.LINK)
UNTITLED: Mapping[MaterialKind, Text] = {
    MaterialKind.SLIDES: Text({"en": "Slides", "zh-Hant": "投影片", "zh-Hans": "幻灯片"}),
    MaterialKind.HANDOUT: Text({"en": "Hand-out", "zh-Hant": "講義", "zh-Hans": "讲义"}),
    MaterialKind.RECORDING: Text({"en": "Recording", "zh-Hant": "錄影", "zh-Hans": "录像"}),
    MaterialKind.LINK: Text({"en": "Link", "zh-Hant": "連結", "zh-Hans": "链接"}),
}
"""What stands where nobody typed a title."""

PUBLISHING: Mapping[Publishing, Sentence] = {
    Publishing.AFTER: sentence("Once the session has ended"),
    Publishing.NOW: sentence("Now"),
    Publishing.AT: sentence("At a chosen time"),
    Publishing.NOT_YET: sentence("Not yet"),
}


def publishing_of(material: Material, now: datetime) -> Publishing:
    """Return when guests may have a material, as the form says it."""
    if material.after_session:
        return Publishing.AFTER
    if material.published_at is None:
        return Publishing.NOT_YET
    return Publishing.NOW if material.published_at <= now else Publishing.AT


class SentForm(OfficeForm):
    """What a speaker sends for an own session: a PDF, or a link."""

    kind = ChoiceField(lazy_gettext("What it is"))
    title = line_in_three(lazy_gettext("Title"), most=LONGEST_TITLE)
    file = FileField(
        lazy_gettext("PDF"),
        description=lazy_gettext("At most 20 MB."),
        render_kw={"accept": "application/pdf,.pdf"},
    )
    url = AddressField(
        lazy_gettext("Or a link"), [Optional()], render_kw={"type": "url", "autocomplete": "off"}
    )

    def __init__(self, *args: Any, **values: Any) -> None:  # noqa: ANN401 - WTForms' own signature
        super().__init__(*args, **values)
        self.kind.choices = option_list(
            (one.value, translated(MATERIALS[one])) for one in self.kinds()
        )

    def kinds(self) -> tuple[MaterialKind, ...]:
        """Return what can be chosen."""
        return SENT_KINDS

    @property
    def upload(self) -> Any:  # noqa: ANN401 - Werkzeug's file
        """The file that was sent, or None."""
        sent = self.file.data if self.file is not None else None
        return sent if sent and sent.filename else None

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401 - WTForms' own signature
        """Check the boxes; either a file or a link is there."""
        good = bool(super().validate(extra_validators))
        if self.file is not None and bool(self.upload) == bool(self.url.data):
            both = gettext("Choose a PDF or enter a link, not both")
            none = gettext("Choose a PDF, or enter a link")
            if not self.url.errors:
                self.file.errors = [*self.file.errors, both if self.upload else none]
                return False
        return good

    def details(self) -> MaterialDetails:
        """Return what the service asks for; an untitled one is called what it is."""
        return MaterialDetails(
            self.kind.data, self._title(), self.url.data or "", Publishing.NOT_YET
        )

    def _title(self) -> Text:
        return text_of_field(self.title) or UNTITLED[MaterialKind(self.kind.data)]


class MaterialForm(SentForm):
    """A material as its editor sees it; `seen` is the fingerprint of what the form showed."""

    seen = HiddenField()
    publishing = ChoiceField(lazy_gettext("Guests may have it"))
    at = MomentField(lazy_gettext("Chosen time"), [Optional()])

    zone: tzinfo = ZoneInfo("UTC")
    moment: datetime | None = None

    def __init__(self, *args: Any, **values: Any) -> None:  # noqa: ANN401 - WTForms' own signature
        super().__init__(*args, **values)
        self.publishing.choices = option_list(
            (one.value, translated(says)) for one, says in PUBLISHING.items()
        )

    def kinds(self) -> tuple[MaterialKind, ...]:
        """Return what can be chosen."""
        return tuple(MaterialKind)

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401 - WTForms' own signature
        """Check the boxes and the moment they make."""
        good = bool(super().validate(extra_validators))
        if self.publishing.data != Publishing.AT.value or self.at.errors:
            return good
        if self.at.data is None:
            self.at.errors = [gettext("Enter the day and the time, or choose another answer above")]
            return False
        try:
            self.moment = moment_of(self.at.data, self.zone, field="at")
        except DomainError as error:
            self.blame(error)
            return False
        return good

    def details(self) -> MaterialDetails:
        """Return what the service asks for."""
        publishing = Publishing(self.publishing.data)
        return MaterialDetails(
            self.kind.data, self._title(), self.url.data or "", publishing, self.moment
        )

    @classmethod
    def shown(cls, material: Material, zone: tzinfo, now: datetime) -> dict[str, Any]:
        """Return what the boxes show of a material."""
        publishing = publishing_of(material, now)
        at = material.published_at if publishing is Publishing.AT else None
        return {
            "kind": material.kind,
            "title": shown_text(material.title),
            "url": material.url,
            "publishing": publishing.value,
            "at": wall(at, zone),
        }
