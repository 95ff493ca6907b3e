"""A guest's own schedule behind the personal link: sign up for sessions, leave them, star them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from flask import Blueprint, flash, make_response, redirect, render_template, request
from flask_babel import gettext, ngettext

from forum.core import clock
from forum.core.errors import DomainError, NotFound
from forum.core.http.headers import private
from forum.core.http.i18n import current_language, translated
from forum.core.ids import id_in, ids_in
from forum.core.links import Purpose
from forum.events.facts import Addresses
from forum.programme.queries import sessions_of
from forum.registrations import service
from forum.registrations.queries import own_sessions, sessions_with_places
from forum.registrations.rules import ACTIVE, PlaceClash, RegistrationState
from forum.site.booking import Sight, Ways, frame_of
from forum.site.own_day import Row, days_of, rows_of

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from forum.registrations.models import Registration
    from forum.registrations.queries import OwnSession

blueprint = Blueprint("schedule", __name__)
personal = Ways(blueprint, Purpose.BOOKING, Purpose.REGISTRATION)

ALL = "all"
GUEST = "guest"
MOST_SWAPPED = 20


@dataclass(frozen=True, slots=True)
class _Opened:
    """A booking, which of its guests the page is about, and the address of this guest's schedule.

    What a service has written makes it outdated: it is opened anew for a page afterwards.
    """

    sight: Sight
    guest: Registration
    href: str

    @property
    def to(self) -> Addresses:
        """Where public pages of the event are."""
        return Addresses(current_language(), self.sight.event.slug)


@personal.get("/schedule")
def show(sight: Sight) -> Response:
    """Show what the guest signed up for and starred, and what there is; at most five statements."""
    return _page(_open(sight))


@personal.post("/schedule/places")
def sign_up(sight: Sight) -> AnyResponse:
    """Take a place, or a turn to wait; what is at the same time is asked about first."""
    opened = _open(sight)
    wanted = _session_id("session")
    instead_of = [_uuid(typed) for typed in request.form.getlist("instead_of")[:MOST_SWAPPED]]
    try:
        done = service.take_place(
            opened.sight.actor,
            opened.guest.id,
            wanted,
            instead_of=instead_of,
            now=clock.now(),
        )
    except PlaceClash as clash:
        return _ask_to_swap(_open(sight.anew()), wanted, clash)
    except NotFound:
        raise
    except DomainError as error:
        return _page(_open(sight.anew()), problem=translated(error.says), status=error.status)
    if done.seated:
        flash(gettext("You have a place."))
    else:
        flash(gettext("You are on the wait list. A mail tells you when a place is yours."))
    return redirect(f"{opened.href}#s-{wanted}", 303)


@personal.get("/schedule/leave/<uuid:session_id>")
def ask_leave(sight: Sight, session_id: UUID) -> AnyResponse:
    """Ask before a place goes to the next; nothing has happened yet."""
    opened = _open(sight)
    row = next((one for one in _own_rows(opened) if one.id == session_id and one.signed_up), None)
    if row is None:
        return redirect(opened.href, 303)
    page = render_template(
        "registrations/leave_session.html", row=row, **_frame(opened, f"/leave/{session_id}")
    )
    return private(make_response(page))


@personal.post("/schedule/leave/<uuid:session_id>")
def leave(sight: Sight, session_id: UUID) -> AnyResponse:
    """Give up a place, which goes to the next who waits, or a turn."""
    opened = _open(sight)
    left = service.leave_place(opened.sight.actor, opened.guest.id, session_id, now=clock.now())
    if left:
        flash(gettext("Given up. It goes to the next guest."))
    return redirect(opened.href, 303)


@personal.post("/schedule/stars")
def stars(sight: Sight) -> AnyResponse:
    """Star sessions, take a star off, or keep those starred on a device."""
    opened = _open(sight)
    whole = "&" if "?" in opened.href else "?"
    back = f"{opened.href}{whole}show={ALL}" if request.form.get("show") == ALL else opened.href
    if typed := request.form.get("unstar"):
        service.take_star_off(opened.guest.id, _uuid(typed))
        return redirect(f"{back}#s-{_uuid(typed)}", 303)
    wanted = ids_in(request.form.get("star") or request.form.get("stars", ""))
    kept = service.keep_stars(opened.guest.id, wanted, now=clock.now())
    if "stars" in request.form:
        flash(ngettext("One session more is kept.", "%(num)s sessions more are kept.", kept))
        return redirect(back, 303)
    return redirect(f"{back}#s-{wanted[0]}" if wanted else back, 303)


def _open(sight: Sight) -> _Opened:
    guests, asked = sight.people, request.values.get(GUEST)
    guest = next((one for one in guests if asked is None or str(one.id) == asked), None)
    if guest is None:
        raise NotFound
    which = f"?{GUEST}={guest.id}" if len(guests) > 1 else ""
    return _Opened(sight, guest, f"{sight.base}/schedule{which}")


def _own_rows(opened: _Opened) -> tuple[Row, ...]:
    own = own_sessions(opened.guest.id)
    return rows_of(opened.sight.event, [one.session for one in own], own, opened.to, clock.now())


def _page(opened: _Opened, problem: str = "", status: int = 200) -> Response:
    event, guest, now = opened.sight.event, opened.guest, clock.now()
    own = own_sessions(guest.id)
    mine = [one.session for one in own]
    own_rows = rows_of(event, mine, own, opened.to, now)
    whole = request.args.get("show") == ALL
    more = sessions_of(event.id) if whole else sessions_with_places(event.id)
    rows = rows_of(event, more, own, opened.to, now)
    key = current_language().key
    confirmed = guest.state is RegistrationState.CONFIRMED
    page = render_template(
        "registrations/schedule.html",
        problem=problem,
        own=days_of(own_rows, key),
        current=[one for one in own_rows if one.moment in {"now", "next"} and not one.cancelled],
        clashing=[one for one in own_rows if one.signed_up and one.clashes],
        more=days_of(rows if whole else _not_yet(rows, own), key),
        whole=whole,
        confirmed=confirmed,
        starred=" ".join(str(one.session.id) for one in own if one.starred),
        active=guest.state in ACTIVE,
        **_frame(opened),
    )
    return private(make_response(page, status))


def _not_yet(rows: tuple[Row, ...], own: list[OwnSession]) -> list[Row]:
    shown = {one.session.id for one in own}
    return [one for one in rows if one.id not in shown and one.moment not in {"past", "now"}]


def _ask_to_swap(opened: _Opened, wanted: UUID, clash: PlaceClash) -> Response:
    own = own_sessions(opened.guest.id)
    event = opened.sight.event
    session = next((one for one in sessions_with_places(event.id) if one.id == wanted), None)
    if session is None:
        raise NotFound
    others = [one.session for one in own if one.session.id in clash.others]
    (row,) = rows_of(event, [session], own, opened.to, clock.now())
    page = render_template(
        "registrations/swap_session.html",
        row=row,
        others=rows_of(event, others, own, opened.to, clock.now()),
        **_frame(opened),
    )
    return private(make_response(page, 409))


def _frame(opened: _Opened, rest: str = "") -> dict[str, object]:
    return {
        "href": opened.href,
        "base": opened.sight.base,
        "registration": opened.guest,
        "guests": opened.sight.people,
        **frame_of(opened.sight, f"/schedule{rest}"),
    }


def _session_id(name: str) -> UUID:
    return _uuid(request.form.get(name, ""))


def _uuid(typed: str) -> UUID:
    found = id_in(typed)
    if found is None:
        raise NotFound
    return found
