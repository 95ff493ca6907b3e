"""Checkpoints, phones, the last scans, and taking them back."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from forum.checkin import queries, service
from forum.checkin.errors import NoSuchCheckpoint, NoSuchScan
from forum.checkin.forms import CheckpointForm, PairingForm, UndoForm
from forum.checkin.rules import CheckpointKind
from forum.checkin.wording import past
from forum.core import clock
from forum.core.db import db
from forum.core.errors import DomainError
from forum.core.http import office
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.form_parts import shown_text, text_of_field, wall
from forum.core.http.headers import private
from forum.core.http.i18n import current_language
from forum.core.i18n import sentence
from forum.core.permissions import Action, can
from forum.core.qr import svg
from forum.core.urls import absolute
from forum.events.queries import managed_event
from forum.registrations.queries.stand_by import stands_by
from forum.registrations.queries.types import types_of

if TYPE_CHECKING:
    from flask import Response as FlaskResponse

    from forum.events.models import Event

SCANS_A_PAGE = 50
blueprint = Blueprint("door_manage", __name__, url_prefix="/manage")
office.room(office.Room(40, sentence("Door"), "door", "door", Action.RUN_DOOR, also=("stand-by",)))


@blueprint.get("/<slug>/door")
@permits(Action.RUN_DOOR)
def overview(slug: str) -> str:
    """Show who is in where, which phones work, and the last scans; seven statements."""
    event = managed_event(current_actor(), slug, Action.RUN_DOOR)
    now = clock.now()
    before = _moment(request.args.get("before", ""))
    verdicts = queries.last_of_event(event.id, SCANS_A_PAGE + 1, before)
    older = verdicts[SCANS_A_PAGE - 1].received_at if len(verdicts) > SCANS_A_PAGE else None
    return render_template(
        "checkin/overview.html",
        event=event,
        checkpoints=queries.checkpoints(event.id),
        count=queries.count(db.session(), event.id, event.id),
        devices=queries.devices(event.id),
        scans=[(verdict, past(verdict, now=now)) for verdict in verdicts[:SCANS_A_PAGE]],
        older=older,
        stand_by=stands_by(event.id),
        before=before,
        may_pair=can(current_actor(), Action.PAIR_DEVICES, event.organisation_id),
        now=now,
    )


@blueprint.get("/<slug>/door/pair")
@permits(Action.PAIR_DEVICES)
def pair(slug: str) -> str:
    """Ask where the phone will be used."""
    event = managed_event(current_actor(), slug, Action.PAIR_DEVICES)
    return render_template("checkin/pair_form.html", event=event, form=_pairing_form(event))


@blueprint.post("/<slug>/door/pair")
@permits(Action.PAIR_DEVICES)
def make_pairing(slug: str) -> FlaskResponse | tuple[str, int]:
    """Make a pairing link and show it with its QR code, this once."""
    event = managed_event(current_actor(), slug, Action.PAIR_DEVICES)
    form = _pairing_form(event)
    if not form.validate():
        page = render_template("checkin/pair_form.html", event=event, form=form)
        return page, HTTPStatus.UNPROCESSABLE_ENTITY
    actor, now = current_actor(), clock.now()
    chosen = form.checkpoint.data
    checkpoint_id = UUID(chosen) if chosen else service.main_checkpoint(actor, event, now=now)
    link = service.make_pairing_link(
        actor,
        event,
        checkpoint_id,
        now=now,
        may_search=form.may_search.data,
    )
    checkpoint = queries.checkpoint_of(db.session(), event.id, checkpoint_id)
    if checkpoint is None:
        raise NoSuchCheckpoint
    address = absolute(url_for("door.pair", secret=link.secret))
    page = render_template(
        "checkin/pair_code.html",
        event=event,
        link=link,
        address=address,
        checkpoint=checkpoint.name.pick(current_language().key, event.languages),
        code=svg(address, gettext("QR code of the pairing link")),
    )
    return private(make_response(page))


@blueprint.post("/<slug>/door/devices/<uuid:device_id>/lock")
@permits(Action.PAIR_DEVICES)
def lock(slug: str, device_id: UUID) -> Response:
    """Lock a phone from its next request on."""
    event = managed_event(current_actor(), slug, Action.PAIR_DEVICES)
    name = service.lock_device(current_actor(), event, device_id, now=clock.now())
    flash(gettext("The phone of %(name)s is locked.", name=name))
    return _overview(event)


@blueprint.get("/<slug>/door/checkpoints/new")
@permits(Action.PAIR_DEVICES)
def new_checkpoint(slug: str) -> str:
    """Show an empty form for a checkpoint."""
    event = managed_event(current_actor(), slug, Action.PAIR_DEVICES)
    form = _checkpoint_form(event, formdata=None)
    return render_template("checkin/checkpoint.html", event=event, form=form, checkpoint=None)


@blueprint.post("/<slug>/door/checkpoints/new")
@permits(Action.PAIR_DEVICES)
def add_checkpoint(slug: str) -> Response | tuple[str, int]:
    """Add a checkpoint."""
    event = managed_event(current_actor(), slug, Action.PAIR_DEVICES)
    form = _checkpoint_form(event)
    if form.validate():
        try:
            service.add_checkpoint(
                current_actor(),
                event,
                text_of_field(form.name),
                CheckpointKind(form.kind.data),
                now=clock.now(),
                hours=form.hours(event.zone),
                types=form.only(),
            )
        except DomainError as error:
            form.blame(error)
        else:
            flash(gettext("The checkpoint is there. Pair a phone with it."))
            return _overview(event)
    page = render_template("checkin/checkpoint.html", event=event, form=form, checkpoint=None)
    return page, HTTPStatus.UNPROCESSABLE_ENTITY


@blueprint.get("/<slug>/door/checkpoints/<uuid:checkpoint_id>")
@permits(Action.PAIR_DEVICES)
def checkpoint(slug: str, checkpoint_id: UUID) -> str:
    """Show a checkpoint's form."""
    event = managed_event(current_actor(), slug, Action.PAIR_DEVICES)
    row = queries.checkpoint_of(db.session(), event.id, checkpoint_id)
    if row is None:
        raise NoSuchCheckpoint
    only = [str(one) for one in queries.types_entering(row.id)]
    shown = {
        "name": shown_text(row.name),
        "kind": row.kind.value,
        "opens_at": wall(row.opens_at, event.zone),
        "closes_at": wall(row.closes_at, event.zone),
    }
    form = _checkpoint_form(event, formdata=None, data=shown | ({"types": only} if only else {}))
    return render_template("checkin/checkpoint.html", event=event, form=form, checkpoint=row)


@blueprint.post("/<slug>/door/checkpoints/<uuid:checkpoint_id>")
@permits(Action.PAIR_DEVICES)
def change_checkpoint(slug: str, checkpoint_id: UUID) -> Response | tuple[str, int]:
    """Change a checkpoint's name and hours."""
    event = managed_event(current_actor(), slug, Action.PAIR_DEVICES)
    row = queries.checkpoint_of(db.session(), event.id, checkpoint_id)
    if row is None:
        raise NoSuchCheckpoint
    form = _checkpoint_form(event)
    form.kind.data = row.kind.value
    if form.validate():
        try:
            service.change_checkpoint(
                current_actor(),
                event,
                checkpoint_id,
                text_of_field(form.name),
                form.hours(event.zone),
                now=clock.now(),
                types=form.only(),
            )
        except DomainError as error:
            form.blame(error)
        else:
            flash(gettext("The checkpoint is saved."))
            return _overview(event)
    page = render_template("checkin/checkpoint.html", event=event, form=form, checkpoint=row)
    return page, HTTPStatus.UNPROCESSABLE_ENTITY


@blueprint.get("/<slug>/door/scans/<uuid:scan_id>/undo")
@permits(Action.RUN_DOOR)
def undo_form(slug: str, scan_id: UUID) -> str:
    """Ask why an admission is taken back."""
    event = managed_event(current_actor(), slug, Action.RUN_DOOR)
    return _undo_page(event, scan_id, UndoForm(formdata=None))


@blueprint.post("/<slug>/door/scans/<uuid:scan_id>/undo")
@permits(Action.RUN_DOOR)
def undo(slug: str, scan_id: UUID) -> Response | tuple[str, int]:
    """Take an admission back."""
    event = managed_event(current_actor(), slug, Action.RUN_DOOR)
    form = UndoForm()
    if form.validate():
        try:
            verdict = service.undo_by_organiser(
                current_actor(),
                event,
                scan_id,
                reason=form.reason.data or "",
                now=clock.now(),
            )
        except NoSuchScan:
            raise
        except DomainError as error:
            form.blame(error)
        else:
            name = verdict.guest.name if verdict.guest else ""
            flash(gettext("%(name)s is not checked in any more.", name=name))
            return _overview(event)
    return _undo_page(event, scan_id, form), HTTPStatus.UNPROCESSABLE_ENTITY


def _undo_page(event: Event, scan_id: UUID, form: UndoForm) -> str:
    verdict = queries.verdict_of_event(event.id, scan_id)
    if verdict is None:
        raise NoSuchScan
    line = past(verdict, now=clock.now())
    return render_template("checkin/undo.html", event=event, verdict=verdict, line=line, form=form)


def _checkpoint_form(event: Event, **given: Any) -> CheckpointForm:  # noqa: ANN401 - as the form takes it
    """Return the form with the event's types to tick, all of them unless told otherwise."""
    key = current_language().key
    choices = [
        SelectChoice(str(one.id), str(one.name.pick(key, event.languages)))
        for one in types_of(event.id)
    ]
    if "formdata" in given:
        given["data"] = {"types": [one.value for one in choices]} | given.get("data", {})
    form = CheckpointForm(**given)
    form.types.choices = choices
    return form


def _pairing_form(event: Event) -> PairingForm:
    form = PairingForm()
    key = current_language().key
    rows = queries.checkpoints(event.id)
    form.checkpoint.choices = [
        SelectChoice(str(row.checkpoint.id), str(row.checkpoint.name.pick(key, event.languages)))
        for row in rows
    ] or [SelectChoice("", gettext("Main door"))]
    return form


def _overview(event: Event) -> Response:
    return redirect(url_for("door_manage.overview", slug=event.slug), HTTPStatus.SEE_OTHER)


def _moment(typed: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(typed)
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None
