"""Forged requests: a token in each form, and the browser's own word where the request came from."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import request
from flask_wtf.csrf import CSRFProtect

from forum.core.errors import Forbidden
from forum.core.i18n import sentence
from forum.core.urls import base_url

if TYPE_CHECKING:
    from flask import Flask

csrf = CSRFProtect()

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


class ForeignForm(Forbidden):
    """The form was sent by another site."""

    code = "foreign_form"
    says = sentence("This form was sent from another site. Open the page here and send it again.")


def init_csrf(app: Flask) -> None:
    """Check unsafe requests: Sec-Fetch-Site or Origin first, then the form's token."""

    @app.before_request
    def _same_site() -> None:
        if request.method not in UNSAFE:
            return
        site = request.headers.get("Sec-Fetch-Site")
        origin = request.headers.get("Origin")
        if site in {"cross-site", "same-site"}:
            raise ForeignForm
        if site is None and origin and origin != "null":
            ours = urlsplit(base_url())
            if urlsplit(origin).netloc not in {ours.netloc, request.host}:
                raise ForeignForm

    csrf.init_app(app)
