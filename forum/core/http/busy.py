"""When the database does not answer a form: a page, drawn without it, that keeps what was typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from flask import current_app, make_response, render_template, request

from forum.core.http.headers import private

if TYPE_CHECKING:
    from flask import Response

View = TypeVar("View", bound=Callable[..., Any])

RETRY_SECONDS = 5


def keeps_answers(view: View) -> View:
    """Declare a view whose forms come back with every answer where the database is too busy."""
    view.keeps_answers = True  # type: ignore[attr-defined]  # a mark on a function
    return view


def is_kept() -> bool:
    """Say whether the present request is a form of such a view."""
    view = current_app.view_functions.get(request.endpoint or "")
    return request.method == "POST" and getattr(view, "keeps_answers", False)


def busy_page() -> Response:
    """Return the page with every posted value in hidden boxes and a button that sends it again.

    Files cannot be carried so: the page says that they must be chosen again.
    """
    files = any(one.filename for one in request.files.values())
    page = render_template(
        "errors/busy.html", fields=list(request.form.items(multi=True)), files=files
    )
    response = private(make_response(page, 503))
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response
