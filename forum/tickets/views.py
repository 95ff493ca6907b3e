"""What is behind a QR code, and the ticket behind a booking's personal link: page, SVG, PNG."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, make_response, render_template, request

from forum.core import qr
from forum.core.entrances import entrances_of
from forum.core.errors import Gone, NotFound
from forum.core.http.access import link_holder, public
from forum.core.http.headers import private
from forum.core.http.i18n import current_language, use_language
from forum.core.i18n import sentence
from forum.core.ids import shown
from forum.core.links import Purpose
from forum.registrations.queries import opened_by
from forum.registrations.rules import ACTIVE, STATE_WORDS, RegistrationState
from forum.tickets import queries, rules, service
from forum.tickets.cards import card_of, event_facts

if TYPE_CHECKING:
    from forum.registrations.models import Booking, Registration
    from forum.tickets.models import Ticket

blueprint = Blueprint("tickets", __name__)

PIXELS = 480


class NotOurTicket(NotFound):
    """The code is damaged, made up, or of another Forum."""

    code = "not_our_ticket"
    says = sentence(
        "This code is not a ticket from here. Scan it again, or open the newest mail from us.",
    )


class TicketCancelled(Gone):
    """The ticket was good once."""

    code = "ticket_cancelled"
    says = sentence("This ticket has been cancelled.")


class NoTicketYet(NotFound):
    """The registration is not confirmed, so no ticket was issued."""

    code = "no_ticket_yet"
    says = sentence("There is no ticket yet. It comes as soon as a place is confirmed.")


@blueprint.get("/t/<code>")
@blueprint.get("/T/<code>", endpoint="behind_upper")
@public
def behind(code: str) -> Response:
    """Say what a QR code is: the event and whether the ticket stands, never a name."""
    parsed = rules.parse(f"{rules.PATH}{code}")
    verified = service.verify(parsed) if isinstance(parsed, rules.ParsedTicket) else None
    found = queries.behind(verified.ticket.id) if verified and verified.ticket else None
    if found is None:
        raise NotOurTicket
    key = current_language().key
    kind, word = STATE_WORDS[found.state]
    if found.ticket.revoked_at is not None and found.state is RegistrationState.CONFIRMED:
        kind, word = "stop", sentence("Replaced by a newer ticket")
    page = render_template(
        "tickets/behind.html",
        event=(facts := event_facts(found.event, key)),
        stands=found.ticket.revoked_at is None and found.state is RegistrationState.CONFIRMED,
        kind=kind,
        word=word,
        theme=facts.theme,
        site_name=facts.organiser,
    )
    return private(make_response(page))


@blueprint.get("/r/<token>/ticket")
@link_holder
def ticket(token: str) -> Response:
    """Show the booking's tickets, to hold up or to print."""
    return _tickets(_booking(Purpose.BOOKING, token), f"/r/{token}")


@blueprint.get("/r/p/<token>/ticket")
@link_holder
def own_ticket(token: str) -> Response:
    """Show the ticket of one attendee alone."""
    return _tickets(_booking(Purpose.REGISTRATION, token), f"/r/p/{token}")


@blueprint.get("/r/<token>/ticket.svg")
@link_holder
def ticket_svg(token: str) -> Response:
    """Give the QR code as a drawing; `?code=` picks one of several attendees."""
    return _drawing(_booking(Purpose.BOOKING, token))


@blueprint.get("/r/p/<token>/ticket.svg")
@link_holder
def own_ticket_svg(token: str) -> Response:
    """Give one attendee's QR code as a drawing."""
    return _drawing(_booking(Purpose.REGISTRATION, token))


@blueprint.get("/r/<token>/ticket.png")
@link_holder
def ticket_png(token: str) -> Response:
    """Give the QR code as a picture of at least 480 pixels; `?code=` picks one of several."""
    return _photograph(_booking(Purpose.BOOKING, token))


@blueprint.get("/r/p/<token>/ticket.png")
@link_holder
def own_ticket_png(token: str) -> Response:
    """Give one attendee's QR code as a picture."""
    return _photograph(_booking(Purpose.REGISTRATION, token))


def _booking(purpose: Purpose, token: str) -> Booking:
    return opened_by(purpose, token).bookings[0]


def _tickets(booking: Booking, href: str) -> Response:
    use_language(booking.lang if len(booking.registrations) > 1 else booking.registrations[0].lang)
    key = current_language().key
    holders = _holders(booking)
    tickets = service.tickets_of(one.id for one in holders)
    doors = entrances_of(booking.event_id)
    cards = [card_of(one, tickets.get(one.id), booking.event, key, doors) for one in holders]
    page = render_template(
        "tickets/ticket.html",
        event=(facts := event_facts(booking.event, key)),
        cards=cards,
        booking_href=href,
        png_href=f"{href}/ticket.png",
        theme=facts.theme,
        site_name=facts.organiser,
    )
    return private(make_response(page))


def _holders(booking: Booking) -> list[Registration]:
    """Return whose tickets are shown: of several, those that have not ended."""
    standing = [one for one in booking.registrations if one.state in ACTIVE]
    return standing or booking.registrations


def _drawing(booking: Booking) -> Response:
    holder, good = _good_ticket(booking)
    drawing = qr.svg(service.qr_text(good), f"QR {shown(holder.code)}")
    return _picture(drawing.encode(), "image/svg+xml", holder, "svg")


def _photograph(booking: Booking) -> Response:
    holder, good = _good_ticket(booking)
    return _picture(qr.png(service.qr_text(good), PIXELS), "image/png", holder, "png")


def _good_ticket(booking: Booking) -> tuple[Registration, Ticket]:
    wanted = request.args.get("code", "").upper().replace("-", "")
    asked = [one for one in booking.registrations if wanted in {"", one.code}]
    confirmed = [one for one in asked if one.state is RegistrationState.CONFIRMED]
    if not confirmed:
        cancelled = any(one.state is RegistrationState.CANCELLED for one in asked)
        raise TicketCancelled if cancelled else NoTicketYet
    good = service.ticket_of(confirmed[0].id)
    if good is None or good.revoked_at is not None:
        raise NoTicketYet
    return confirmed[0], good


def _picture(body: bytes, media_type: str, holder: Registration, ending: str) -> Response:
    response = make_response(body)
    response.headers["Content-Type"] = media_type
    name = f"ticket-{shown(holder.code)}.{ending}"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return private(response)
