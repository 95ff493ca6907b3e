"""What organisers type to write to many: to whom, what, about what, and when it goes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, time, tzinfo
from typing import TYPE_CHECKING, Any

from flask_babel import gettext, lazy_gettext
from wtforms import HiddenField, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from forum.core.errors import Invalid
from forum.core.http.form_parts import (
    NAME_OF_KEY,
    ChoiceField,
    ClockField,
    CountField,
    LineField,
    MomentField,
    OfficeForm,
    SaysWhat,
    line_in_three,
    option_list,
    paragraphs_in_three,
    shown_text,
    text_of_field,
    wall,
)
from forum.core.http.i18n import translated
from forum.core.text import Text, whole_number
from forum.messaging.placeholders import check, check_subject, names_for
from forum.messaging.rules import LONGEST_SUBJECT
from forum.messaging.rules.announcements import (
    LONGEST_ANNOUNCEMENT_NAME,
    LONGEST_WORDS,
    Anchor,
    Timing,
)
from forum.messaging.rules.segments import NoSuchSegment, Segment, read_segment
from forum.messaging.rules.timing import When, when_of
from forum.messaging.service.announcing import Wording
from forum.programme.forms.spoken import TicksField
from forum.registrations.rules.invitations import INVITATION_WORDS, InvitationState

if TYPE_CHECKING:
    from forum.messaging.models import Announcement

BEGINNINGS = Text({"en": "Dear {name},", "zh-Hant": "{name}：", "zh-Hans": "{name}："})
"""How the words begin, until somebody writes more."""

KEPT = "kept"
LONGEST_KEPT = 250_000
OWN_PLACE, OTHER = "place", "other"
DAYS, HOURS = "days", "hours"
MINUTES_IN_AN_HOUR = 60

Options = Mapping[str, list[tuple[str, str]]]


class AnnouncementForm(OfficeForm):
    """An announcement, all of it; `kept` is a segment that came from the list of guests."""

    segment = ChoiceField(lazy_gettext("Who gets it"))
    kept = HiddenField(default="")
    states = TicksField(lazy_gettext("Of invited guests, those whose invitation is"), [Optional()])
    about = RadioField(
        lazy_gettext("What the mail is about"),
        choices=option_list(
            [
                (OWN_PLACE, lazy_gettext("Their own place at this event")),
                (OTHER, lazy_gettext("Something else, such as another event or an offer")),
            ]
        ),
        default=OWN_PLACE,
    )
    subject = line_in_three(
        lazy_gettext("Subject"),
        most=LONGEST_SUBJECT,
        needed=lazy_gettext("Enter a subject in at least one language"),
    )
    words = paragraphs_in_three(
        lazy_gettext("Words"),
        most=LONGEST_WORDS,
        needed=lazy_gettext("Enter the words in at least one language"),
        rows=12,
    )
    timing = RadioField(
        lazy_gettext("When it goes"),
        choices=option_list(
            [
                (Timing.NOW.value, lazy_gettext("At once, when you confirm")),
                (Timing.AT.value, lazy_gettext("At a day and time")),
                (Timing.RELATIVE.value, lazy_gettext("Before or after the event")),
            ]
        ),
        default=Timing.NOW.value,
    )
    at = MomentField(lazy_gettext("Day and time"), [Optional()])
    number = CountField(lazy_gettext("How long"), [Optional()], most=366)
    unit = ChoiceField(
        lazy_gettext("Unit"),
        choices=option_list([(DAYS, lazy_gettext("days")), (HOURS, lazy_gettext("hours"))]),
        default=DAYS,
    )
    side = ChoiceField(
        lazy_gettext("Counted"),
        choices=option_list(
            [
                ("before-start", lazy_gettext("before the event starts")),
                ("after-start", lazy_gettext("after the event starts")),
                ("before-end", lazy_gettext("before the event ends")),
                ("after-end", lazy_gettext("after the event ends")),
            ]
        ),
        default="before-start",
    )
    clock = ClockField(lazy_gettext("At the time of day"), [Optional()])
    name = LineField(
        lazy_gettext("Name in your list"),
        [Optional(), SaysWhat(LONGEST_ANNOUNCEMENT_NAME)],
        description=lazy_gettext("Guests do not see it. Without one the subject stands there."),
    )

    def __init__(self, zone: tzinfo, options: Options, **more: Any) -> None:  # noqa: ANN401 - WTForms' own signature
        """Offer these recipients; moments are in the event's own time."""
        super().__init__(**more)
        self.zone = zone
        self.offer(options)
        self.states.choices = option_list(
            (state.value, translated(says)) for state, (_, says) in INVITATION_WORDS.items()
        )

    def offer(self, options: Options) -> None:
        """Offer these recipients, in groups."""
        self.segment.choices = [
            SelectChoice(value, label, optgroup=group)
            for group, pairs in options.items()
            for value, label in pairs
        ]

    def validate(self, extra_validators: Mapping[str, Any] | None = None) -> bool:
        """Check every box, naming each unknown placeholder where it stands, and the moment."""
        good = bool(super().validate(extra_validators))
        allowed = names_for(None)
        for box in self.subject.form:
            good &= _is_known(box, lambda said: check_subject(said, allowed))
        for box in self.words.form:
            good &= _is_known(box, lambda said: check(said, allowed))
        timing = self.timing.data
        if timing == Timing.AT and self.at.data is None and not self.at.errors:
            self.at.errors = [gettext("Enter a day and a time")]
            good = False
        if timing == Timing.RELATIVE and self.number.data is None and not self.number.errors:
            self.number.errors = [gettext("Enter how many days or hours")]
            good = False
        return good and self._is_told_when(timing)

    def _is_told_when(self, timing: str) -> bool:
        """Refuse a moment that was typed where another way to say it is chosen."""
        if timing == Timing.NOW and self.at.data is not None:
            says = gettext("Choose “At a day and time”, or empty the day")
        elif timing == Timing.NOW and self.number.data is not None:
            says = gettext("Choose “Before or after the event”, or empty how long")
        else:
            return True
        self.timing.errors = [*self.timing.errors, says]
        return False

    def blame(self, error: Any) -> None:  # noqa: ANN401 - any refusal
        """Show a refusal of one language at its box, and how far the moment is at the number."""
        name, _, key = (error.field or "").partition(":")
        if name in {"days", "hours"}:
            self.number.errors = [*self.number.errors, translated(error.says)]
        elif key in NAME_OF_KEY:
            box = self[name].form[NAME_OF_KEY[key]]
            box.errors = [*box.errors, translated(error.says)]
        else:
            super().blame(error)

    def wording(self, chosen: Segment) -> Wording:
        """Return what was typed, for a segment that was read from its value."""
        return Wording(
            name=self.name.data or "",
            segment=chosen,
            subject=text_of_field(self.subject),
            words=self._words(),
            about_booking=self.about.data != OTHER,
            when=self.when(),
        )

    def _words(self) -> Text:
        """Return the words but for languages in which nothing stands but the beginning."""
        typed = text_of_field(self.words).by_language
        return Text({key: said for key, said in typed.items() if said != BEGINNINGS.get(key)})

    def when(self) -> When:
        """Return the moment that was chosen."""
        timing = Timing(self.timing.data)
        if timing is Timing.AT:
            at = self.at.data
            return When(timing, at=at.replace(tzinfo=self.zone).astimezone(UTC) if at else None)
        if timing is Timing.NOW:
            return When(timing)
        side, _, anchor = self.side.data.partition("-")
        number = (self.number.data or 0) * (-1 if side == "before" else 1)
        if self.unit.data == HOURS:
            return When(timing, anchor=Anchor(anchor), minutes=number * MINUTES_IN_AN_HOUR)
        clock: time | None = self.clock.data
        return When(timing, anchor=Anchor(anchor), days=number, clock=clock)

    def invitation_states(self) -> tuple[InvitationState, ...]:
        """Return the states that were ticked."""
        return tuple(InvitationState(one) for one in self.states.data or ())

    def kept_segment(self) -> Segment:
        """Return the segment that came from the list; raises NoSuchSegment."""
        if len(self.kept.data or "") > LONGEST_KEPT:
            raise NoSuchSegment
        try:
            found = json.loads(self.kept.data or "")
        except (ValueError, RecursionError):
            raise NoSuchSegment from None
        return read_segment(found if isinstance(found, dict) else {})


def shown_of(announcement: Announcement, chosen: str, zone: tzinfo) -> dict[str, Any]:
    """Return the values of the boxes for an announcement."""
    when, segment = when_of(announcement), read_segment(announcement.segment)
    before = when.days < 0 or when.minutes < 0
    relative = when.timing is Timing.RELATIVE
    in_hours = relative and not when.days and when.clock is None
    return {
        "revision": str(announcement.revision),
        "segment": chosen,
        "kept": json.dumps(announcement.segment) if chosen == KEPT else "",
        "states": [one.value for one in segment.states],
        "about": OWN_PLACE if announcement.about_booking else OTHER,
        "subject": shown_text(announcement.subject),
        "words": shown_text(announcement.words),
        "timing": when.timing.value,
        "at": wall(when.at, zone),
        "number": _number(when, in_hours=in_hours),
        "unit": HOURS if in_hours else DAYS,
        "side": f"{'before' if before or not relative else 'after'}-{when.anchor.value}",
        "clock": when.clock,
        "name": announcement.name,
    }


def _number(when: When, *, in_hours: bool) -> int | None:
    if when.timing is not Timing.RELATIVE:
        return None
    return abs(when.minutes) // MINUTES_IN_AN_HOUR if in_hours else abs(when.days)


class SureForm(OfficeForm):
    """That so many people are to be written to; `named` is the number that the page said."""

    named = HiddenField(default="0")

    @property
    def number(self) -> int:
        """How many the page named; 0 for nonsense."""
        return whole_number(self.named.data) or 0


class TryForm(OfficeForm):
    """To whom an announcement is tried, and in which language."""

    who = ChoiceField(lazy_gettext("Written to"), default="")

    def offer(self, people: Iterable[tuple[str, str]]) -> None:
        """Offer these people; without any, a sample."""
        self.who.choices = option_list(people, gettext("A guest without a name"))


def _is_known(box: Any, checks: Any) -> bool:  # noqa: ANN401 - a field of WTForms, a check
    try:
        checks(box.data or "")
    except Invalid as unknown:
        box.errors = [*box.errors, translated(unknown.says)]
        return False
    return True
