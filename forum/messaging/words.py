"""What each kind of message says: a table of sentences; values come in only as %(name)s.

The values are `event` (its title), `organisation`, `date`, and where it is about a session
`session` (its title) and `session_when`; all are plain text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from forum.core.i18n import Sentence, sentence
from forum.messaging.rules import Kind, MessageState

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Words:
    """A mail's subject, its headline, what comes before and after the facts, and its one button."""

    subject: Sentence
    headline: Sentence
    before: tuple[Sentence, ...] = ()
    after: tuple[Sentence, ...] = ()
    act: Sentence | None = None
    shows_time: bool = True


_SEE = sentence("See or change your registration")
_SHOW = sentence("Show the code at the registration desk, on your phone or on paper.")
_CANT_COME = sentence(
    "If you can’t come, please cancel on that page: "
    "your seat then goes to the next guest on the wait list.",
)
_STANDS = sentence("Your registration stands, and your ticket stays good. You need do nothing.")

WORDS: Mapping[Kind, Words] = {
    Kind.CONFIRMED: Words(
        sentence("Your ticket: %(event)s"),
        sentence("You’re registered"),
        (_SHOW,),
        (_CANT_COME,),
        _SEE,
    ),
    Kind.PROMOTED: Words(
        sentence("A seat for you: %(event)s"),
        sentence("A seat has come free, and it is yours"),
        (sentence("You moved up from the wait list and are registered now."), _SHOW),
        (_CANT_COME,),
        _SEE,
    ),
    Kind.WAITLISTED: Words(
        sentence("On the wait list: %(event)s"),
        sentence("You’re on the wait list"),
        (
            sentence(
                "The event is full at the moment. As soon as a seat comes free for you, "
                "your ticket comes by mail. You need do nothing.",
            ),
        ),
        (sentence("If you no longer wish to come, leave the wait list on that page."),),
        _SEE,
    ),
    Kind.CANCELLED: Words(
        sentence("Cancelled: your registration for %(event)s"),
        sentence("Your registration is cancelled"),
        (sentence("The code on your ticket no longer opens the door."),),
        (sentence("If this is a mistake, register again on the event’s page."),),
        sentence("See the event"),
    ),
    Kind.AGAIN: Words(
        sentence("You are registered already: %(event)s"),
        sentence("You’re registered already"),
        (
            sentence(
                "Somebody, perhaps you, filled in the form again with this address. "
                "Nothing has changed: your ticket is below.",
            ),
        ),
        (_CANT_COME,),
        _SEE,
    ),
    Kind.AGAIN_WAITING: Words(
        sentence("You are on the wait list already: %(event)s"),
        sentence("You’re on the wait list already"),
        (
            sentence(
                "Somebody, perhaps you, filled in the form again with this address. "
                "Nothing has changed: you keep your place in the line.",
            ),
        ),
        (),
        _SEE,
    ),
    Kind.EVENT_CANCELLED: Words(
        sentence("Cancelled: %(event)s"),
        sentence("The event is cancelled"),
        (),
        (sentence("Your registration ends with it. You need do nothing."),),
        sentence("See the event"),
    ),
    Kind.EVENT_POSTPONED: Words(
        sentence("Postponed: %(event)s"),
        sentence("The event is postponed"),
        (sentence("The new date is not known yet. We write to you as soon as it is."),),
        (_STANDS,),
        _SEE,
        shows_time=False,
    ),
    Kind.EVENT_MOVED: Words(
        sentence("New date: %(event)s"),
        sentence("The event has a new date"),
        (sentence("It is postponed to %(date)s."),),
        (_STANDS, _CANT_COME),
        _SEE,
    ),
    Kind.EVENT_BACK: Words(
        sentence("It takes place: %(event)s"),
        sentence("The event takes place"),
        (sentence("It had been postponed. It now takes place on %(date)s."),),
        (_STANDS, _CANT_COME),
        _SEE,
    ),
    Kind.PLACE_GIVEN: Words(
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
    Kind.SIGN_IN: Words(
        sentence("Sign in to Forum"),
        sentence("Sign in to Forum"),
        (sentence("Press the button to sign in. It works once, within 10 minutes."),),
        (sentence("If you did not ask for this, do nothing: nobody gets in without this mail."),),
        sentence("Sign in"),
    ),
    Kind.INVITATION: Words(
        sentence("%(organisation)s invites you to Forum"),
        sentence("You’re invited"),
        (sentence("%(organisation)s would like you to work on its events with Forum."),),
        (sentence("The invitation works once, within 24 hours."),),
        sentence("Accept the invitation"),
    ),
    Kind.SPEAKER_ASKED: Words(
        sentence("Will you be with us? %(event)s"),
        sentence("We would like to have you on stage"),
        (
            sentence(
                "On a page of your own you see what is planned for you, say whether you come, and "
                "change how we present you.",
            ),
        ),
        (
            sentence(
                "The page is yours alone and needs no password: pass the link on to nobody but "
                "those who act for you.",
            ),
        ),
        sentence("Open your page"),
    ),
    Kind.PROGRAMME_YOURS: Words(
        sentence("Changed: sessions of yours at %(event)s"),
        sentence("Sessions of yours have changed"),
        (sentence("You have a place in them, wait for one, or have starred them."),),
        (),
        sentence("See your sessions"),
    ),
    Kind.PROGRAMME_NEWS: Words(
        sentence("New in the programme: %(event)s"),
        sentence("The programme has changed"),
        (),
        (_STANDS,),
        _SEE,
    ),
    Kind.PROGRAMME_SPEAKER: Words(
        sentence("Changed: your sessions at %(event)s"),
        sentence("Something has changed for you"),
        (sentence("This has changed in sessions in which you are on stage, or come to."),),
        (sentence("If you cannot make it, please write to us at once."),),
        sentence("Open your page"),
    ),
}

STATES: Mapping[MessageState, tuple[str, Sentence]] = {
    MessageState.QUEUED: ("info", sentence("Waiting")),
    MessageState.SENDING: ("info", sentence("Being sent")),
    MessageState.SENT: ("go", sentence("Sent")),
    MessageState.KEPT: ("look", sentence("Kept, not sent")),
    MessageState.FAILED: ("stop", sentence("Failed")),
}
"""A status word for each state of a message: its colour's class, its words."""
