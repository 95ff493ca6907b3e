"""Forms of the back office are taken once: a second press leads where the first one led."""

from __future__ import annotations

import hashlib
import logging
from time import sleep
from typing import TYPE_CHECKING

from flask import g, redirect, request
from sqlalchemy.exc import DBAPIError

from forum.core import clock, sent_forms
from forum.core.db import db
from forum.core.errors import Conflict
from forum.core.http.actor_of_request import current_actor
from forum.core.i18n import sentence
from forum.core.keys import instance_key

if TYPE_CHECKING:
    from flask import Flask, Response
    from werkzeug.wrappers import Response as AnyResponse

log = logging.getLogger("forum.once")

BACK_OFFICE = "/manage/"
"""Only here: elsewhere an answer may lead to a guest's own link, a secret that is never stored."""

FIELD = "once"
LONGEST_TOKEN = 64
NAP_SECONDS = 0.1
NAPS = 50
LEADS_ON = {302, 303}


class BeingSaved(Conflict):
    """The same form was sent a moment ago and is not yet done."""

    code = "being_saved"
    says = sentence("This form is being saved. Look in the list before you send it again.")


def init_once(app: Flask) -> None:
    """Take each form of a signed-in member once; to be called after `init_csrf`.

    A form is the same if its token, its address, its sender and all that was typed are the same.
    """
    app.before_request(_take)
    app.after_request(_note)


def _take() -> AnyResponse | None:
    token = _token()
    if not token:
        return None
    actor = current_actor()
    if not actor.is_user:
        return None
    digest = _digest(f"{actor.id}")
    for _ in range(NAPS):
        sent, now = sent_forms.find(digest), clock.now()
        if sent is None or sent.left_behind(now):
            mine = sent_forms.claim(digest, now)
            if mine is not None:
                g.sent_form = mine
                return None
        elif sent.leads_to is not None:
            return redirect(sent.leads_to, 303)
        sleep(NAP_SECONDS)
    raise BeingSaved


def _token() -> str:
    # CSRFProtect leaves this mark where it has found the form's own token good.
    if not g.get("csrf_valid") or not request.path.startswith(BACK_OFFICE):
        return ""
    token = request.form.get(FIELD, "")
    return token if len(token) <= LONGEST_TOKEN else ""


def _digest(sender: str) -> bytes:
    digest = hashlib.blake2b(digest_size=32, key=instance_key().derived("sent form"))

    def _add(*parts: bytes) -> None:
        for part in parts:
            digest.update(len(part).to_bytes(8) + part)

    _add(sender.encode(), request.full_path.encode())
    for name, value in request.form.items(multi=True):
        if name != "csrf_token":
            _add(name.encode(), value.encode())
    for name, file in request.files.items(multi=True):
        _add(name.encode(), (file.filename or "").encode(), file.stream.read())
        file.stream.seek(0)
    return digest.digest()


def _note(response: Response) -> Response:
    mine: sent_forms.Sent | None = g.pop("sent_form", None)
    if mine is None:
        return response
    way = response.headers.get("Location", "")
    try:
        if response.status_code in LEADS_ON and 0 < len(way) <= sent_forms.LONGEST_WAY:
            sent_forms.settle(mine, way)
        else:
            sent_forms.release(mine)
    except DBAPIError as error:
        # What the form asked for is done: its answer must not turn into an error.
        db.session.rollback()
        log.warning("a sent form could not be noted: %s", type(error.orig).__name__)
    return response
