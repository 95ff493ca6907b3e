"""What guests read after their calendar has answered for them: it takes a click to make it so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forum.core.i18n import sentence
from forum.messaging.rules import Kind
from forum.messaging.words.shapes import Words

if TYPE_CHECKING:
    from collections.abc import Mapping

_HEARD_NO = sentence("Your calendar says no")
_NOTHING_YET = sentence("Nothing has changed yet.")

OF_CALENDARS: Mapping[Kind, Words] = {
    Kind.CALENDAR_NO: Words(
        sentence("Calendar says no"),
        sentence("Do you give up your seat? %(event)s"),
        _HEARD_NO,
        (
            sentence("You, or your calendar, declined “%(event)s”."),
            _NOTHING_YET,
            sentence("If you can’t come, give your seat to the next guest with one button."),
        ),
        (sentence("If you do come, you need do nothing: your ticket stays as it is."),),
        sentence("Yes or no"),
        path="/coming",
    ),
    Kind.CALENDAR_NO_PLACE: Words(
        sentence("Calendar says no, session"),
        sentence("Do you give up your place? %(session)s"),
        _HEARD_NO,
        (
            sentence("You, or your calendar, declined “%(session)s”, %(session_when)s."),
            _NOTHING_YET,
            sentence("If you can’t come to it, leave it in your schedule: others wait."),
        ),
        (sentence("If you do come, you need do nothing: your place stays yours."),),
        sentence("Open my schedule"),
        path="/schedule",
    ),
    Kind.CALENDAR_INVITED_NO: Words(
        sentence("Calendar says no, invited"),
        sentence("Can’t you come? %(event)s"),
        _HEARD_NO,
        (
            sentence("You, or your calendar, declined the invitation of %(organisation)s."),
            sentence("Tell them with one button, so that they know it is you who says so."),
        ),
        (),
        sentence("Yes or no"),
    ),
    Kind.CALENDAR_INVITED_YES: Words(
        sentence("Calendar says yes, invited"),
        sentence("One more click for your seat: %(event)s"),
        sentence("Your calendar says yes"),
        (
            sentence("You, or your calendar, accepted the invitation of %(organisation)s."),
            sentence("You get your seat and your ticket with one button."),
        ),
        (),
        sentence("I accept"),
    ),
}
