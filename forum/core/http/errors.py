"""Error pages: every refusal as a calm page, or JSON for programs, in the reader's language."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import jsonify, make_response, render_template, request
from flask_babel import lazy_gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from werkzeug.exceptions import HTTPException

from forum.core.db import db
from forum.core.errors import DomainError, NotFound
from forum.core.http.busy import busy_page, is_kept
from forum.core.http.i18n import translated

if TYPE_CHECKING:
    from flask import Flask, Response

log = logging.getLogger("forum.errors")

WORDS = {
    400: (
        lazy_gettext("This request cannot be read"),
        lazy_gettext(
            "Something in the address or the form is not as it should be. Go back and try again."
        ),
    ),
    403: (
        lazy_gettext("Not for your role"),
        lazy_gettext("Your role does not include this. Ask an owner of the organisation."),
    ),
    404: (
        lazy_gettext("Nothing here"),
        lazy_gettext("Check the address, or start from the front page."),
    ),
    405: (
        lazy_gettext("Not in this way"),
        lazy_gettext("Open the page first, then use its buttons."),
    ),
    409: (
        lazy_gettext("It changed meanwhile"),
        lazy_gettext("Load the page again to see how it stands now."),
    ),
    410: (
        lazy_gettext("No longer here"),
        lazy_gettext("What stood at this address has been removed."),
    ),
    413: (
        lazy_gettext("That is too large"),
        lazy_gettext("Send less text, a picture of at most 10 MB, or a PDF of at most 20 MB."),
    ),
    422: (
        lazy_gettext("This cannot be taken as it is"),
        lazy_gettext("Go back and check what was typed."),
    ),
    429: (lazy_gettext("Too many tries"), lazy_gettext("Wait a few minutes, then try again.")),
    500: (
        lazy_gettext("Forum made a mistake"),
        lazy_gettext("It has been noted. Go back and try again; if it stays, tell the organiser."),
    ),
    503: (
        lazy_gettext("Busy for a moment"),
        lazy_gettext("Nothing was changed. Try again in a few seconds."),
    ),
}
PERSONAL = ("/r/", "/i/")
LOST_LINK = lazy_gettext(
    "This link does not work, or no longer. Open the event’s page; there: Get your link again."
)
RETRY_SECONDS = {429: "900", 503: "5"}


def init_errors(app: Flask) -> None:
    """Map refusals, HTTP errors, a database that is away, and the unforeseen."""
    app.register_error_handler(DomainError, _refused)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(DBAPIError, _database)
    app.register_error_handler(NoConnection, _no_connection)
    app.register_error_handler(Exception, _unforeseen)


def error_page(status: int, says: str | None = None, code: str | None = None) -> Response:
    """Return the error page of a status, with a sentence of one's own where there is one."""
    title, text = WORDS.get(status, WORDS[400 if status < 500 else 500])  # noqa: PLR2004 - HTTP's own number
    nothing_there = status == HTTPStatus.NOT_FOUND and code in {None, NotFound.code}
    lost = nothing_there and request.path.startswith(PERSONAL)
    sentence = str(LOST_LINK) if lost else says or str(text)
    if _wants_json():
        response = jsonify(error=code or str(status), message=sentence)
    else:
        response = make_response(
            render_template("errors/error.html", status=status, title=title, sentence=sentence),
        )
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    if status in RETRY_SECONDS:
        response.headers["Retry-After"] = RETRY_SECONDS[status]
    return response


def _wants_json() -> bool:
    asked = request.accept_mimetypes.best == "application/json"
    return asked or request.path.startswith(("/api/", "/door/api/"))


def _refused(error: DomainError) -> Response:
    return error_page(error.status, translated(error.says), error.code)


def _stale_form(error: CSRFError) -> Response:
    log.info("form token refused: %s", error.description)
    says = lazy_gettext(
        "This form is too old, or cookies are off. Go back, load the page again and send it."
    )
    return error_page(400, str(says), "stale_form")


def _http(error: HTTPException) -> Response:
    code = error.code or 500
    if code < 400:  # noqa: PLR2004 - HTTP's own number
        return error.get_response()  # type: ignore[return-value]  # Flask takes either
    response = error_page(code)
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            response.headers[name] = value
    return response


def _database(error: DBAPIError) -> Response:
    db.session.rollback()
    if isinstance(error, OperationalError):
        log.warning("the database did not answer: %s", type(error.orig).__name__)
        return _unavailable()
    if isinstance(error, DataError):
        log.warning("the database cannot hold what was sent: %s", type(error.orig).__name__)
        return error_page(400)
    return _unforeseen(error)


def _no_connection(_error: NoConnection) -> Response:
    db.session.rollback()
    log.warning("every connection to the database is in use")
    return _unavailable()


def _unavailable() -> Response:
    return busy_page() if is_kept() else error_page(503, code="unavailable")


def _unforeseen(error: Exception) -> Response:
    db.session.rollback()
    log.error("unforeseen %s at %s", type(error).__name__, request.endpoint, exc_info=error)
    return error_page(500)
