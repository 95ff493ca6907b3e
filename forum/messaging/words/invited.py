"""What invited guests read: the invitation with its two buttons, and a reminder."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from forum.core.i18n import sentence, sentences
from forum.messaging.rules import Kind
from forum.messaging.words.around import AROUND
from forum.messaging.words.events import OF_EVENTS
from forum.messaging.words.guests import OF_GUESTS
from forum.messaging.words.shapes import Words

if TYPE_CHECKING:
    from collections.abc import Mapping

_COMPANIONS = sentences(
    "You may bring one more person.", "You may bring up to %(companions)s more people.", 0
)
_REPLY = sentence("Let us know by %(reply_until)s.")
_YOURS = sentence("These buttons are meant for you alone: whoever has them can answer for you.")
_ACCEPT = sentence("I accept")
_DECLINE = sentence("I decline")

OF_INVITED: Mapping[Kind, Words] = {
    Kind.GUEST_INVITATION: Words(
        sentence("Invitation"),
        sentence("Invitation: %(event)s"),
        sentence("We invite you"),
        (
            sentence("%(organisation)s would be glad to welcome you as a guest."),
            _COMPANIONS,
            _REPLY,
        ),
        (_YOURS,),
        _ACCEPT,
        other_act=_DECLINE,
    ),
    Kind.GUEST_REMINDER: Words(
        sentence("Invitation, reminder"),
        sentence("A reminder of your invitation: %(event)s"),
        sentence("Will you come?"),
        (
            sentence("%(organisation)s has invited you and has not heard from you yet."),
            _COMPANIONS,
            _REPLY,
        ),
        (_YOURS,),
        _ACCEPT,
        other_act=_DECLINE,
    ),
}

_STILL = (
    sentence("You are still invited. The organiser has not heard from you yet."),
    _YOURS,
)
_SEE_EVENT = sentence("See the event")


def _still(words: Words) -> Words:
    return replace(words, after=_STILL, act=_ACCEPT, other_act=_DECLINE)


TO_INVITED: Mapping[Kind, Words] = {
    Kind.EVENT_CANCELLED: replace(
        OF_EVENTS[Kind.EVENT_CANCELLED],
        after=(sentence("Your invitation ends with it. You need do nothing."),),
    ),
    Kind.EVENT_POSTPONED: _still(OF_EVENTS[Kind.EVENT_POSTPONED]),
    Kind.EVENT_MOVED: _still(OF_EVENTS[Kind.EVENT_MOVED]),
    Kind.EVENT_BACK: _still(OF_EVENTS[Kind.EVENT_BACK]),
    Kind.EVENT_CHANGED: _still(AROUND[Kind.EVENT_CHANGED]),
    Kind.NOT_COMING: Words(
        OF_GUESTS[Kind.NOT_COMING].name,
        sentence("You have declined: %(event)s"),
        sentence("Thank you for telling us"),
        (
            sentence(
                "You have declined the invitation. "
                "Your calendar is asked to take the event out again.",
            ),
        ),
        (sentence("If you can come after all, the link in the invitation still works."),),
        _SEE_EVENT,
    ),
    Kind.CANCELLED_BY_OFFICE: Words(
        OF_GUESTS[Kind.CANCELLED_BY_OFFICE].name,
        sentence("Invitation withdrawn: %(event)s"),
        sentence("The invitation is withdrawn"),
        (
            sentence(
                "%(organisation)s has withdrawn it. "
                "Your calendar is asked to take the event out again.",
            ),
        ),
        (sentence("If you think this is a mistake, answer this mail."),),
        _SEE_EVENT,
    ),
}
"""What kinds say to who was only invited, in place of what they say to who is registered."""
