"""The door's pages: the one that scans, the one that pairs, and typed codes without a script."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING
from uuid import UUID

from flask import Blueprint, current_app, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from forum.checkin import queries, service
from forum.checkin.device_of_request import (
    PATH,
    actor_of,
    device_of_request,
    forget_secret,
    keep_secret,
)
from forum.checkin.errors import (
    DeviceLocked,
    NothingToUndo,
    NotPaired,
    PairingLinkUsed,
    ReasonMissing,
)
from forum.checkin.forms import CodeForm, PairForm, ScanIdForm
from forum.checkin.rules import Way
from forum.checkin.stage_words import stage_lines
from forum.checkin.verdicts import NewScan
from forum.checkin.wording import Worded, count_as_json, day_and_time, past, worded
from forum.core import clock, dates
from forum.core.http.access import device_only, public
from forum.core.http.headers import allow_camera_and_wasm, private
from forum.core.http.i18n import LANGUAGE_COOKIE, current_language, translated
from forum.core.ids import uuid7
from forum.core.languages import by_key

if TYPE_CHECKING:
    from flask import Response as FlaskResponse

    from forum.checkin.queries import AtTheDoor

YEAR_SECONDS = 365 * 24 * 3600
LONGEST_SECRET = 100
blueprint = Blueprint("door", __name__, url_prefix="/door")


@blueprint.after_request
def _for_this_phone_alone(response: FlaskResponse) -> FlaskResponse:
    """Keep nothing in caches, and the language that was chosen in a cookie of the door's own."""
    asked = by_key(request.args.get("lang", ""))
    if asked and request.method == "GET":
        response.set_cookie(
            LANGUAGE_COOKIE,
            asked.key,
            max_age=YEAR_SECONDS,
            path=PATH,
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )
    return private(response)


@blueprint.errorhandler(NotPaired)
@blueprint.errorhandler(DeviceLocked)
def _not_a_device(error: NotPaired | DeviceLocked) -> FlaskResponse:
    """Say how a phone is paired."""
    locked = isinstance(error, DeviceLocked)
    response = make_response(
        render_template("checkin/unpaired.html", says=translated(error.says), locked=locked),
        HTTPStatus.FORBIDDEN if locked else HTTPStatus.OK,
    )
    if locked:
        forget_secret(response)
    return response


@blueprint.get("/")
@device_only
def app() -> str:
    """Show the page that scans."""
    now = clock.now()
    return _page(device_of_request(now), CodeForm(), now)


@blueprint.post("/scan")
@device_only
def scan() -> str | tuple[str, int]:
    """Take a code typed into the plain form, and show its verdict."""
    now = clock.now()
    at = device_of_request(now)
    form = CodeForm()
    scan_id = _uuid(form.scan_id.data)
    if not form.validate() or scan_id is None:
        return _page(at, form, now), HTTPStatus.UNPROCESSABLE_ENTITY
    new = NewScan(scan_id=scan_id, way=Way.TYPED, code=form.code.data or "")
    verdict = service.record_scan(actor_of(at), new, now=now)
    return _page(at, CodeForm(formdata=None), now, worded(verdict, now=now))


@blueprint.post("/undo")
@device_only
def undo() -> str | Response:
    """Take back the admission that the plain page shows, while that needs no reason."""
    now = clock.now()
    at = device_of_request(now)
    scan_id = _uuid(ScanIdForm().scan_id.data)
    if scan_id is None:
        return redirect(url_for("door.app"), HTTPStatus.SEE_OTHER)
    try:
        verdict = service.undo(actor_of(at), scan_id, now=now)
    except (NothingToUndo, ReasonMissing):
        return redirect(url_for("door.app"), HTTPStatus.SEE_OTHER)
    return _page(at, CodeForm(formdata=None), now, worded(verdict, now=now))


@blueprint.get("/pair/<secret>")
@public
def pair(secret: str) -> str:
    """Show what the link leads to; only the button uses it up."""
    return _pair_page(secret, PairForm(), clock.now())


@blueprint.post("/pair/<secret>")
@public
def use_pairing(secret: str) -> str | Response | tuple[str, int]:
    """Make this phone a device, and put its secret into it."""
    now = clock.now()
    form = PairForm()
    if not form.validate():
        return _pair_page(secret, form, now), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        paired = service.pair_device(secret[:LONGEST_SECRET], form.name.data or "", now=now)
    except PairingLinkUsed:
        if not _is_paired(now):
            raise
        return redirect(url_for("door.app"), HTTPStatus.SEE_OTHER)
    response = make_response(redirect(url_for("door.app"), HTTPStatus.SEE_OTHER))
    keep_secret(response, paired.secret, paired.expires_at)
    return response


def _page(at: AtTheDoor, form: CodeForm, now: datetime, verdict: Worded | None = None) -> str:
    allow_camera_and_wasm()
    form.scan_id.data = str(uuid7())
    language = current_language()
    return render_template(
        "checkin/door.html",
        at=at,
        checkpoint=at.checkpoint.name.pick(language.key, at.event.languages),
        title=at.event.title.pick(language.key, at.event.languages),
        count=count_as_json(service.count(at)),
        past=[past(one, now=now) for one in queries.last_of_device(at.device.id)],
        programme=stage_lines(queries.on_stage(at.event, now), at, now),
        until=day_and_time(at.device.expires_at, at.zone),
        verdict=verdict,
        form=form,
    )


def _pair_page(secret: str, form: PairForm, now: datetime) -> str:
    offer = service.pairing_offer(secret[:LONGEST_SECRET], now=now)
    event, key = offer.event, current_language().key
    return render_template(
        "checkin/pair.html",
        form=form,
        title=event.title.pick(key, event.languages),
        checkpoint=offer.checkpoint.name.pick(key, event.languages),
        when=dates.span(event.starts_at, event.ends_at, event.zone, key),
    )


def _is_paired(now: datetime) -> bool:
    try:
        device_of_request(now)
    except (NotPaired, DeviceLocked):
        return False
    return True


def _uuid(typed: str | None) -> UUID | None:
    try:
        return UUID(typed or "")
    except ValueError:
        return None
