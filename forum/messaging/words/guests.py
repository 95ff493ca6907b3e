"""What guests are told of their registration, from the request to the day itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forum.core.i18n import sentence
from forum.messaging.rules import Kind
from forum.messaging.words.shapes import CANT_COME, SEE, SHOW, Words

if TYPE_CHECKING:
    from collections.abc import Mapping

_TICKET = sentence("Your ticket: %(event)s")
_REGISTERED = sentence("You’re registered")
_ON_THE_LIST = sentence("On the wait list: %(event)s")
_WAITING = sentence("You’re on the wait list")
_FULL = sentence(
    "The event is full at the moment. As soon as a seat comes free for you, "
    "your ticket comes by mail. You need do nothing.",
)
_LEAVE = sentence("If you no longer wish to come, leave the wait list on that page.")
_CANCELLED = sentence("Cancelled: your registration for %(event)s")
_IS_CANCELLED = sentence("Your registration is cancelled")
_NO_DOOR = sentence("The code on your ticket no longer opens the door.")
_SEE_EVENT = sentence("See the event")
_AGAIN = sentence(
    "Somebody, perhaps you, filled in the form again with this address. Nothing has changed.",
)
_DECIDES = sentence("The organiser looks at each request. A mail tells you what was decided.")
_NO_TICKET_YET = sentence("This is not a ticket yet.")
_UNTIL = sentence("The seat is kept for you until %(until)s. After that it goes to the next guest.")
_TAKE = sentence("Take the seat")

OF_GUESTS: Mapping[Kind, Words] = {
    Kind.CONFIRMED: Words(sentence("Ticket"), _TICKET, _REGISTERED, (SHOW,), (CANT_COME,), SEE),
    Kind.PROMOTED: Words(
        sentence("Ticket, moved up"),
        sentence("A seat for you: %(event)s"),
        sentence("A seat has come free, and it is yours"),
        (sentence("You moved up from the wait list and are registered now."), SHOW),
        (CANT_COME,),
        SEE,
    ),
    Kind.APPROVED: Words(
        sentence("Ticket, approved"),
        _TICKET,
        sentence("Your request is approved"),
        (sentence("You are registered now."), SHOW),
        (CANT_COME,),
        SEE,
    ),
    Kind.REQUESTED: Words(
        sentence("Request received"),
        sentence("We have your request: %(event)s"),
        sentence("We have your request"),
        (_DECIDES, _NO_TICKET_YET),
        (sentence("If you no longer wish to come, take your request back on that page."),),
        sentence("See or change your request"),
    ),
    Kind.APPROVED_WAITING: Words(
        sentence("Wait list, approved"),
        _ON_THE_LIST,
        sentence("Your request is approved, and you’re on the wait list"),
        (_FULL,),
        (_LEAVE,),
        SEE,
    ),
    Kind.DECLINED: Words(
        sentence("Request declined"),
        sentence("Your request: %(event)s"),
        sentence("We cannot offer you a seat"),
        (sentence("Thank you for your request. It was not approved this time."),),
        (sentence("You need do nothing. Your request holds no seat."),),
        _SEE_EVENT,
    ),
    Kind.WAITLISTED: Words(sentence("Wait list"), _ON_THE_LIST, _WAITING, (_FULL,), (_LEAVE,), SEE),
    Kind.OFFERED: Words(
        sentence("Seat offered"),
        sentence("A seat for you until %(until)s: %(event)s"),
        sentence("A seat has come free for you"),
        (_UNTIL, _NO_TICKET_YET),
        (sentence("If you no longer wish to come, leave it to the next guest on that page."),),
        _TAKE,
        path="/offer",
    ),
    Kind.OFFER_EXPIRED: Words(
        sentence("Offer expired"),
        sentence("The offer has expired: %(event)s"),
        sentence("The offer has expired"),
        (
            sentence(
                "The seat that was kept for you was not taken in time and has gone to the next "
                "guest.",
            ),
        ),
        (sentence("If you still wish to come, register again on the event’s page."),),
        _SEE_EVENT,
    ),
    Kind.CANCELLED: Words(
        sentence("Cancelled by the guest"),
        _CANCELLED,
        _IS_CANCELLED,
        (_NO_DOOR,),
        (sentence("If this is a mistake, register again on the event’s page."),),
        _SEE_EVENT,
    ),
    Kind.LEFT: Words(
        sentence("Left before having a seat"),
        _CANCELLED,
        _IS_CANCELLED,
        (sentence("You hold no seat and wait for none any more."),),
        (sentence("If this is a mistake, register again on the event’s page."),),
        _SEE_EVENT,
    ),
    Kind.CANCELLED_BY_OFFICE: Words(
        sentence("Cancelled by the organiser"),
        _CANCELLED,
        _IS_CANCELLED,
        (
            sentence("The organiser has cancelled it."),
            sentence(
                "You hold no seat any more, and the code on a ticket you may have no longer opens "
                "the door.",
            ),
        ),
        (sentence("If you think this is a mistake, answer this mail."),),
        _SEE_EVENT,
    ),
    Kind.NOT_COMING: Words(
        sentence("Seat freed by the guest"),
        sentence("Your seat is free: %(event)s"),
        sentence("Thank you for telling us"),
        (sentence("Your seat goes to somebody who waits for one."), _NO_DOOR),
        (sentence("If this is a mistake, register again on the event’s page."),),
        _SEE_EVENT,
    ),
    Kind.NAMED: Words(
        sentence("Ticket, in another’s place"),
        _TICKET,
        sentence("A seat is yours"),
        (sentence("Whoever registered has given this seat to you."), SHOW),
        (CANT_COME,),
        SEE,
    ),
    Kind.NAMED_WAITING: Words(
        sentence("Registration, in another’s place"),
        sentence("Your registration: %(event)s"),
        sentence("A registration is yours"),
        (
            sentence("Whoever registered has put you in this place."),
            _NO_TICKET_YET,
            sentence("Your page shows how it stands."),
        ),
        (),
        SEE,
    ),
    Kind.TYPE_CHANGED: Words(
        sentence("Ticket, of another type"),
        sentence("Your new ticket: %(event)s"),
        sentence("Your ticket has changed"),
        (
            sentence("It is of the type “%(type)s” now."),
            sentence("The code you had before no longer opens the door. This is your new one."),
            SHOW,
        ),
        (CANT_COME,),
        SEE,
    ),
    Kind.TYPE_CHANGED_WAITING: Words(
        sentence("Type changed"),
        sentence("Your registration has changed: %(event)s"),
        sentence("Your registration has changed"),
        (
            sentence("It is for a ticket of the type “%(type)s” now."),
            _NO_TICKET_YET,
            sentence("Your page shows how it stands."),
        ),
        (),
        SEE,
    ),
    Kind.AGAIN: Words(
        sentence("Registered already"),
        sentence("You are registered already: %(event)s"),
        sentence("You’re registered already"),
        (
            sentence(
                "Somebody, perhaps you, filled in the form again with this address. "
                "Nothing has changed: your ticket is below.",
            ),
        ),
        (CANT_COME,),
        SEE,
    ),
    Kind.AGAIN_WAITING: Words(
        sentence("On the wait list already"),
        sentence("You are on the wait list already: %(event)s"),
        sentence("You’re on the wait list already"),
        (
            sentence(
                "Somebody, perhaps you, filled in the form again with this address. "
                "Nothing has changed: you keep your place in the line.",
            ),
        ),
        (),
        SEE,
    ),
    Kind.AGAIN_PENDING: Words(
        sentence("Request known already"),
        sentence("We have your request already: %(event)s"),
        sentence("We have your request already"),
        (_AGAIN, _DECIDES),
        (),
        sentence("See or change your request"),
    ),
    Kind.AGAIN_OFFERED: Words(
        sentence("Seat offered already"),
        sentence("A seat for you until %(until)s: %(event)s"),
        sentence("A seat is offered to you already"),
        (_AGAIN, _UNTIL),
        (),
        _TAKE,
        path="/offer",
    ),
    Kind.LINKS: Words(
        sentence("Links asked for"),
        sentence("Your registration: %(event)s"),
        sentence("Here is your link again"),
        (
            sentence(
                "Somebody, perhaps you, asked for it on the event’s page. If it was not you, do "
                "nothing: the link reaches this address alone.",
            ),
        ),
        (),
        SEE,
    ),
    Kind.ASK_COMING: Words(
        sentence("Still coming?"),
        sentence("Are you still coming? %(event)s"),
        sentence("Are you still coming?"),
        (
            sentence(
                "Tell us with one button, so that no seat stays empty while others wait for one.",
            ),
        ),
        (sentence("If you come, your ticket stays as it is."),),
        sentence("Yes or no"),
        path="/coming",
    ),
    Kind.PLACE_GIVEN: Words(
        sentence("Place in a session"),
        sentence("A place for you: %(session)s"),
        sentence("A place has come free, and it is yours"),
        (
            sentence(
                "You moved up from the wait list of “%(session)s”, %(session_when)s. "
                "You have a place there now.",
            ),
        ),
        (
            sentence(
                "If you no longer want it, please give it up under “My sessions” on your page: "
                "it then goes to the next guest.",
            ),
        ),
        sentence("See your sessions"),
    ),
    Kind.PLACE_LEFT: Words(
        sentence("Place given up"),
        sentence("Given up: %(session)s"),
        sentence("You no longer have a place there"),
        (
            sentence(
                "Your place in “%(session)s”, %(session_when)s, is given up. "
                "Your calendar is asked to take it out again.",
            ),
        ),
        (),
        sentence("See your sessions"),
    ),
}
