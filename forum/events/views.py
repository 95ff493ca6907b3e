"""Uploaded pictures, as guests' pages ask for them."""

from __future__ import annotations

import re
from pathlib import Path

from flask import Blueprint, current_app, make_response, request
from werkzeug.wrappers import Response

from forum.core.errors import NotFound
from forum.core.http.access import public

blueprint = Blueprint("events", __name__)

FILE_NAME = re.compile(r"[0-9a-f]{32}(-\d{1,3}-\d{1,3})?\.webp")
FOR_EVER = "public, max-age=31536000, immutable"
SANDBOX = "default-src 'none'; sandbox"


def uploads() -> Path:
    """Return the folder of uploaded pictures."""
    return Path(current_app.config["FORUM_INSTANCE"]) / "uploads"


@blueprint.get("/uploads/<file_name>")
@public
def upload(file_name: str) -> Response:
    """Answer a picture that Forum wrote itself, with our own type, for ever."""
    if not FILE_NAME.fullmatch(file_name):
        raise NotFound
    file = uploads() / file_name
    if not file.is_file():
        raise NotFound
    response = make_response(file.read_bytes())
    response.content_type = "image/webp"
    response.headers["Cache-Control"] = FOR_EVER
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    # Mails show logos, and a mail is read on other sites' pages.
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.set_etag(file.stem)
    return response.make_conditional(request)
