"""What the door's page asks the server, in JSON: state, scan, undo, search, sign off."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask import Blueprint, jsonify, request

from forum.checkin import queries, service
from forum.checkin.device_of_request import actor_of, device_of_request, forget_secret
from forum.checkin.errors import BadRequest, DeviceLocked, ForeignRequest, NotPaired
from forum.checkin.rules import Way
from forum.checkin.stage_words import stage_lines
from forum.checkin.verdicts import NewScan
from forum.checkin.wording import count_as_json, found_as_json, past, worded
from forum.core import clock
from forum.core.http.access import device_only
from forum.core.http.csrf import csrf
from forum.core.http.errors import error_page
from forum.core.http.i18n import translated

if TYPE_CHECKING:
    from flask import Response

    from forum.checkin.queries import AtTheDoor
    from forum.checkin.verdicts import Verdict

OWN_HEADER = "X-Forum-Door"
blueprint = Blueprint("door_api", __name__, url_prefix="/door/api")
csrf.exempt(blueprint)


@blueprint.before_request
def _only_our_page() -> None:
    """Take only what a script of ours can have sent: no form of another site sets this header."""
    if request.headers.get(OWN_HEADER) != "1":
        raise ForeignRequest
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        raise ForeignRequest
    if request.method == "POST" and request.mimetype != "application/json":
        raise ForeignRequest


@blueprint.errorhandler(NotPaired)
@blueprint.errorhandler(DeviceLocked)
def _locked(error: NotPaired | DeviceLocked) -> Response:
    response = error_page(error.status, translated(error.says), error.code)
    forget_secret(response)
    return response


@blueprint.get("/state")
@device_only
def state() -> Response:
    """Answer the count, this phone's last readings and what is on; five statements."""
    now = clock.now()
    return _state(device_of_request(now), now)


@blueprint.post("/hello")
@device_only
def hello() -> Response:
    """Note that the phone is there, and answer as `state` does."""
    now = clock.now()
    at = device_of_request(now)
    service.hello(actor_of(at), now=now)
    return _state(at, now)


@blueprint.post("/scan")
@device_only
def scan() -> Response:
    """Take a reading and answer its verdict with the new count."""
    now = clock.now()
    at = device_of_request(now)
    new = _new_scan(_body())
    return _verdict(at, service.record_scan(actor_of(at), new, now=now), now)


@blueprint.post("/undo")
@device_only
def undo() -> Response:
    """Take back an admission of this phone."""
    now = clock.now()
    at = device_of_request(now)
    body = _body()
    verdict = service.undo(
        actor_of(at), _uuid(body, "scan_id"), now=now, reason=_text(body, "reason")
    )
    return _verdict(at, verdict, now)


@blueprint.post("/search")
@device_only
def search() -> Response:
    """Answer guests by name, organisation or code; a POST, so that no name stands in a log."""
    now = clock.now()
    at = device_of_request(now)
    finding = service.search(actor_of(at), _text(_body(), "text"), now=now)
    return jsonify(found_as_json(finding, at.zone))


@blueprint.post("/sign-off")
@device_only
def sign_off() -> tuple[Response, int]:
    """Lock this phone, at its own wish."""
    now = clock.now()
    service.sign_off(actor_of(device_of_request(now)), now=now)
    response = jsonify({})
    forget_secret(response)
    return response, HTTPStatus.OK


def _state(at: AtTheDoor, now: datetime) -> Response:
    last = [past(verdict, now=now).as_json() for verdict in queries.last_of_device(at.device.id)]
    programme = stage_lines(queries.on_stage(at.event, now), at, now)
    return jsonify(count=count_as_json(service.count(at)), past=last, programme=programme.as_json())


def _verdict(at: AtTheDoor, verdict: Verdict, now: datetime) -> Response:
    return jsonify(
        verdict=worded(verdict, now=now).as_json(), count=count_as_json(service.count(at))
    )


def _body() -> dict[str, Any]:
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise BadRequest
    return body


def _new_scan(body: dict[str, Any]) -> NewScan:
    chosen = "registration" in body
    way = Way.SEARCH if chosen else _way(_text(body, "way"))
    return NewScan(
        scan_id=_uuid(body, "scan_id"),
        way=way,
        code="" if chosen else _text(body, "code"),
        registration_id=_uuid(body, "registration") if chosen else None,
        scanned_at=_moment(body, "scanned_at"),
        sent_at=_moment(body, "sent_at"),
    )


def _way(value: str) -> Way:
    if value not in {Way.CAMERA, Way.SCANNER, Way.TYPED}:
        raise BadRequest
    return Way(value)


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name, "")
    if not isinstance(value, str):
        raise BadRequest
    return value


def _uuid(body: dict[str, Any], name: str) -> UUID:
    try:
        return UUID(_text(body, name))
    except ValueError:
        raise BadRequest from None


def _moment(body: dict[str, Any], name: str) -> datetime | None:
    value = _text(body, name)
    if not value:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise BadRequest from None
    if moment.tzinfo is None:
        raise BadRequest
    return moment
