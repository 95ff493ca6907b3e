"""What guests and speakers are told of the event itself and its programme."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forum.core.i18n import sentence
from forum.messaging.rules import Kind
from forum.messaging.words.shapes import CANT_COME, SEE, STANDS, Words

if TYPE_CHECKING:
    from collections.abc import Mapping

OF_EVENTS: Mapping[Kind, Words] = {
    Kind.EVENT_CANCELLED: Words(
        sentence("Event cancelled"),
        sentence("Cancelled: %(event)s"),
        sentence("The event is cancelled"),
        (),
        (sentence("Your registration ends with it. You need do nothing."),),
        sentence("See the event"),
    ),
    Kind.EVENT_POSTPONED: Words(
        sentence("Event postponed"),
        sentence("Postponed: %(event)s"),
        sentence("The event is postponed"),
        (sentence("The new date is not known yet. We write to you as soon as it is."),),
        (STANDS,),
        SEE,
        shows_time=False,
    ),
    Kind.EVENT_MOVED: Words(
        sentence("New date"),
        sentence("New date: %(event)s"),
        sentence("The event has a new date"),
        (sentence("It is postponed to %(date)s."),),
        (STANDS, CANT_COME),
        SEE,
    ),
    Kind.EVENT_BACK: Words(
        sentence("Event takes place"),
        sentence("It takes place: %(event)s"),
        sentence("The event takes place"),
        (sentence("It had been postponed. It now takes place on %(date)s."),),
        (STANDS, CANT_COME),
        SEE,
    ),
    Kind.SPEAKER_CANCELLED: Words(
        sentence("Event cancelled, speakers"),
        sentence("Cancelled: %(event)s"),
        sentence("The event is cancelled"),
        (sentence("You were to be on stage at this event."),),
        (sentence("You need do nothing."),),
        sentence("Open your page"),
    ),
    Kind.SPEAKER_POSTPONED: Words(
        sentence("Event postponed, speakers"),
        sentence("Postponed: %(event)s"),
        sentence("The event is postponed"),
        (
            sentence("You are to be on stage at this event."),
            sentence("The new date is not known yet. We write to you as soon as it is."),
        ),
        (),
        sentence("Open your page"),
        shows_time=False,
    ),
    Kind.SPEAKER_MOVED: Words(
        sentence("New date, speakers"),
        sentence("New date: %(event)s"),
        sentence("The event has a new date"),
        (
            sentence("You are to be on stage at this event."),
            sentence("It is postponed to %(date)s."),
        ),
        (sentence("If you cannot make it, please write to us at once."),),
        sentence("Open your page"),
    ),
    Kind.SPEAKER_BACK: Words(
        sentence("Event takes place, speakers"),
        sentence("It takes place: %(event)s"),
        sentence("The event takes place"),
        (
            sentence("You are to be on stage at this event."),
            sentence("It had been postponed. It now takes place on %(date)s."),
        ),
        (sentence("If you cannot make it, please write to us at once."),),
        sentence("Open your page"),
    ),
    Kind.SPEAKER_ASKED: Words(
        sentence("Speaker asked"),
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
    Kind.SPEAKER_SLOT: Words(
        sentence("Slot on stage"),
        sentence("Your slot: %(event)s"),
        sentence("You are on stage"),
        (sentence("This is planned for you."),),
        (sentence("If you cannot make it, please write to us at once."),),
        sentence("Open your page"),
    ),
    Kind.PROGRAMME_YOURS: Words(
        sentence("Programme, own sessions"),
        sentence("Changed: sessions of yours at %(event)s"),
        sentence("Sessions of yours have changed"),
        (sentence("You have a place in them, wait for one, or have starred them."),),
        (),
        sentence("See your sessions"),
    ),
    Kind.PROGRAMME_NEWS: Words(
        sentence("Programme, all guests"),
        sentence("New in the programme: %(event)s"),
        sentence("The programme has changed"),
        (),
        (STANDS,),
        SEE,
    ),
    Kind.PROGRAMME_SPEAKER: Words(
        sentence("Programme, speakers"),
        sentence("Changed: your sessions at %(event)s"),
        sentence("Something has changed for you"),
        (sentence("This has changed in sessions in which you are on stage, or come to."),),
        (sentence("If you cannot make it, please write to us at once."),),
        sentence("Open your page"),
    ),
}
