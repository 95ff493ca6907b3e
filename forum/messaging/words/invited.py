"""What invited guests read: the invitation with its two buttons, and a reminder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forum.core.i18n import sentence, sentences
from forum.messaging.rules import Kind
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
