"""Slides and hand-outs as guests ask for them: only while they are published."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flask import Blueprint, send_from_directory

from forum.core import clock
from forum.core.errors import NotFound
from forum.core.http.access import public
from forum.core.http.i18n import current_language
from forum.events.views import uploads
from forum.programme import queries

if TYPE_CHECKING:
    from flask import Response

    from forum.programme.models import Material

blueprint = Blueprint("programme", __name__)

FILE_NAME = re.compile(r"[0-9a-f]{32}\.pdf")
NOT_IN_NAME = re.compile(r"[^\w. -]")
SANDBOX = "default-src 'none'; sandbox"


@blueprint.get("/uploads/materials/<file_name>")
@public
def material(file_name: str) -> Response:
    """Answer a published PDF; any other name, and one that is not published, is not there."""
    if not FILE_NAME.fullmatch(file_name):
        raise NotFound
    found = queries.public_file(file_name, clock.now())
    response = as_pdf(send_from_directory(uploads(), file_name), found)
    response.headers["Cache-Control"] = "no-cache"
    return response


def as_pdf(response: Response, material: Material) -> Response:
    """Mark a file as a PDF to be downloaded under its title, and as nothing else."""
    title = material.title.pick(current_language().key).text
    plain = " ".join(NOT_IN_NAME.sub(" ", title).split())[:80] or "slides"
    response.content_type = "application/pdf"
    response.headers.set("Content-Disposition", "attachment", filename=f"{plain}.pdf")
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
