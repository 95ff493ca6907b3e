"""What people read around the day itself, and when something of it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forum.core.i18n import sentence
from forum.messaging.rules import Kind
from forum.messaging.words.shapes import CANT_COME, SEE, SHOW, STANDS, Words

if TYPE_CHECKING:
    from collections.abc import Mapping

AROUND: Mapping[Kind, Words] = {
    Kind.EVENT_CHANGED: Words(
        sentence("Event changed"),
        sentence("Changed: %(event)s"),
        sentence("Something has changed"),
        (),
        (STANDS, CANT_COME),
        SEE,
    ),
    Kind.SPEAKER_EVENT: Words(
        sentence("Event changed, speakers"),
        sentence("Changed: %(event)s"),
        sentence("Something has changed"),
        (sentence("You are to be on stage at this event."),),
        (sentence("If you cannot make it, please write to us at once."),),
        sentence("Open your page"),
    ),
    Kind.REMINDER: Words(
        sentence("Reminder before the event"),
        sentence("A reminder: %(event)s"),
        sentence("We look forward to seeing you"),
        (sentence("You are registered for %(date)s."), SHOW),
        (CANT_COME,),
        SEE,
    ),
    Kind.DOORS_OPEN: Words(
        sentence("Doors open"),
        sentence("The doors are open: %(event)s"),
        sentence("The doors are open"),
        (SHOW,),
        (),
        SEE,
    ),
    Kind.THANKS: Words(
        sentence("Thank you after the event"),
        sentence("Thank you for coming: %(event)s"),
        sentence("Thank you for coming"),
        (sentence("It was good to have you with us."),),
        (sentence("What speakers share afterwards stands with their sessions in the programme."),),
        sentence("See the programme"),
    ),
}
