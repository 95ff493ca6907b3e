"""Sessions for which guests sign up: how many places, who has one, who waits."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext

from forum.core import audit, clock, dates
from forum.core.db import writing
from forum.core.errors import DomainError, NotFound
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.i18n import current_language
from forum.core.ids import shown
from forum.core.permissions import Action, can
from forum.events.queries import managed_event
from forum.programme import service as programme
from forum.programme.queries import planned_session
from forum.registrations.forms import NoPlacesForm, PlacesForm
from forum.registrations.manage.frame import blueprint, spreadsheet
from forum.registrations.queries import guests_of_session

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from forum.events.models import Event
    from forum.programme.queries import Planned

ONE_SESSION = "/<slug>/programme/<uuid:session_id>"


@blueprint.route(f"{ONE_SESSION}/places", methods=["GET", "POST"])
@permits(Action.EDIT_PROGRAMME)
def places(slug: str, session_id: UUID) -> AnyResponse | tuple[str, int]:
    """Show and set how many places a session has; new ones go to those who wait."""
    event, session = _open(slug, session_id, Action.EDIT_PROGRAMME)
    form = PlacesForm(data={"places": session.pool.capacity if session.pool else None})
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                moved_up = programme.set_places(
                    current_actor(), event.id, session_id, form.places.data, now=clock.now()
                )
            except DomainError as error:
                form.blame(error)
                status = error.status
                event, session = _open(slug, session_id, Action.EDIT_PROGRAMME)
            else:
                flash(
                    ngettext(
                        "The session has one place. Guests must sign up for it.",
                        "The session has %(num)s places. Guests must sign up for them.",
                        form.places.data,
                    ),
                    "go",
                )
                _say_moved_up(moved_up)
                return redirect(url_for(".places", slug=slug, session_id=session_id), 303)
    may_see = can(current_actor(), Action.SEE_REGISTRATIONS, event.organisation_id)
    page = render_template(
        "programme/places.html",
        event=event,
        session=session,
        form=form,
        guests=guests_of_session(session_id) if may_see and session.pool else None,
    )
    return page, status


@blueprint.route(f"{ONE_SESSION}/places/remove", methods=["GET", "POST"])
@permits(Action.EDIT_PROGRAMME)
def remove_places(slug: str, session_id: UUID) -> AnyResponse | tuple[str, int]:
    """Ask, naming how many lose a place or a turn; then let everybody come without one."""
    event, session = _open(slug, session_id, Action.EDIT_PROGRAMME)
    form, status = NoPlacesForm(), 200
    if request.method == "POST" and form.validate():
        try:
            programme.remove_places(
                current_actor(), event.id, session_id, losing=form.named, now=clock.now()
            )
        except DomainError as error:
            form.blame(error)
            status = error.status
            event, session = _open(slug, session_id, Action.EDIT_PROGRAMME)
        else:
            flash(gettext("Nobody needs to sign up for this session any more."), "go")
            return redirect(url_for(".places", slug=slug, session_id=session_id), 303)
    if session.pool is None:
        return redirect(url_for(".places", slug=slug, session_id=session_id), 303)
    form.put("losing", session.pool.taken + session.pool.waiting)
    page = render_template(
        "programme/remove_places.html", event=event, session=session, form=form, pool=session.pool
    )
    return page, status


@blueprint.get(f"{ONE_SESSION}/places/guests")
@permits(Action.SEE_REGISTRATIONS)
def session_guests(slug: str, session_id: UUID) -> str:
    """List who has a place and who waits, to be read or printed."""
    event, session = _open(slug, session_id, Action.SEE_REGISTRATIONS)
    if session.pool is None:
        raise NotFound
    return render_template(
        "programme/session_guests.html",
        event=event,
        session=session,
        when=_when(event, session),
        guests=guests_of_session(session_id),
    )


@blueprint.get(f"{ONE_SESSION}/places.csv")
@permits(Action.SEE_REGISTRATIONS)
def export_places(slug: str, session_id: UUID) -> Response:
    """Give who has a place and who waits as CSV."""
    event, session = _open(slug, session_id, Action.SEE_REGISTRATIONS)
    if session.pool is None:
        raise NotFound
    guests = guests_of_session(session_id)
    cells = [
        [
            gettext("Reference"),
            gettext("Full name"),
            gettext("Name in Chinese"),
            gettext("Organisation"),
            gettext("Email"),
            gettext("Place"),
            gettext("Signed up"),
        ],
    ]
    for one in guests:
        who, asked = one.registration, one.asked_at.astimezone(event.zone)
        place = gettext("has a place")
        if one.position:
            place = gettext("number %(number)s on the wait list", number=one.position)
        cells.append(
            [
                shown(who.code),
                who.name,
                who.name_zh,
                who.organisation,
                who.email,
                place,
                asked.strftime("%Y-%m-%d %H:%M"),
            ]
        )
    with writing() as transaction:
        audit.record(
            transaction,
            current_actor(),
            "session.places_exported",
            ("session", session.id),
            event.organisation_id,
            {"rows": len(guests)},
            clock.now(),
        )
    return spreadsheet(cells, f"{event.slug}-session-{str(session.id)[:8]}.csv")


def _open(slug: str, session_id: UUID, action: Action) -> tuple[Event, Planned]:
    event = managed_event(current_actor(), slug, action)
    return event, planned_session(event.id, session_id)


def _when(event: Event, session: Planned) -> str:
    if session.starts_at is None or session.ends_at is None:
        return ""
    return dates.span(session.starts_at, session.ends_at, event.zone, current_language().key)


def _say_moved_up(number: int) -> None:
    if number:
        flash(
            ngettext(
                "%(num)s guest moved up from the wait list and gets a mail.",
                "%(num)s guests moved up from the wait list and get a mail.",
                number,
            ),
            "go",
        )
