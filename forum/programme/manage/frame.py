"""What pages on the programme share: the blueprint, its entries, the larger limits for uploads."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from flask_babel import lazy_gettext

from forum.core.http import office
from forum.core.i18n import sentence
from forum.core.permissions import Action
from forum.programme.rules import SessionState

blueprint = Blueprint("programme_manage", __name__, url_prefix="/manage")

LARGEST_UPLOAD = 10_500_000
"""Bytes of a form with a photo of 10 MB; every other form has the application's own limit."""

LARGEST_PDF_UPLOAD = 26_000_000
"""Bytes of a form with a PDF: a little more than is taken, so that the form can say so itself."""

LARGEST_PROGRAMME_UPLOAD = 21_000_000
"""Bytes of a form with a programme file: again a little more than is taken."""

UPLOADS = {
    "programme_manage.import_file": LARGEST_PROGRAMME_UPLOAD,
    "programme_manage.new_from_file": LARGEST_PROGRAMME_UPLOAD,
    "programme_manage.new_speaker": LARGEST_UPLOAD,
    "programme_manage.speaker": LARGEST_UPLOAD,
    "programme_manage.materials": LARGEST_PDF_UPLOAD,
}

office.room(
    office.Room(20, sentence("Programme"), "programme", "programme", Action.EDIT_PROGRAMME),
)
office.room(
    office.Room(
        25,
        sentence("Speakers"),
        "mic",
        "speakers",
        Action.EDIT_PROGRAMME,
        wide=True,
        also=("speaker-changes",),
    ),
)

STATE_TAGS = {
    SessionState.DRAFT: (lazy_gettext("Draft"), ""),
    SessionState.CONFIRMED: (lazy_gettext("Confirmed"), "go"),
    SessionState.CANCELLED: (lazy_gettext("Cancelled"), "stop"),
}


@blueprint.url_value_preprocessor
def _allow_uploads(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Raise the limit before the form's token is looked for in the body."""
    if limit := UPLOADS.get(endpoint or ""):
        request.max_content_length = limit
