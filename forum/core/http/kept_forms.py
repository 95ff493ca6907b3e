"""Forms that anybody may open: kept as bytes like pages, with each visitor's own marks put in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

from flask import current_app, make_response, request
from flask_wtf.csrf import generate_csrf

from forum.core.http.conditional import Rendition, render
from forum.core.http.headers import private
from forum.core.http.pages import address_of, keep

if TYPE_CHECKING:
    from flask import Response

View = TypeVar("View", bound=Callable[..., Any])

# No address of a request begins so: the bytes with the gaps are never an answer by themselves.
KEPT_AT = "form:"
GAP = "forum.gap.{}.gap.forum"
CSRF = "csrf_token"


def gap(name: str) -> str:
    """Return what a rendered form shows in place of a visitor's own mark."""
    return GAP.format(name)


def kept_form(
    own_marks: Callable[[], Mapping[str, str]], *, also: Callable[[], str] = str
) -> Callable[[View], View]:
    """Keep the form that a view renders after `depends_on`, and put in each visitor's marks.

    The view renders `gap(name)` for each of the marks, and `gap(CSRF)`; it must use nothing else
    of the visitor's, and no query but `lang` and what `also` returns of it, in one spelling: forms
    that differ by that are kept apart. An answer without these gaps is passed on as it is.
    """

    def _decorate(view: View) -> View:
        @wraps(view)
        def _view(*args: Any, **values: Any) -> Any:  # noqa: ANN401 - as the view's own
            query = request.query_string.decode("latin-1")
            address = KEPT_AT + address_of(request.path, query) + also()
            page: Rendition | None = current_app.extensions["forum_pages"].page(address)
            if page is not None:
                return _filled(page.body, own_marks())
            response = make_response(view(*args, **values))
            body = response.get_data()
            if gap(CSRF).encode() not in body:
                return response
            keep(render(body, [], gzip_from=len(body) + 1), address)
            return _filled(body, own_marks())

        return _view  # type: ignore[return-value]  # wraps keeps its shape

    return _decorate


def _filled(body: bytes, marks: Mapping[str, str]) -> Response:
    for name, mark in {CSRF: generate_csrf(), **marks}.items():
        body = body.replace(gap(name).encode(), mark.encode())
    return private(make_response(body, {"Content-Type": "text/html; charset=utf-8"}))
