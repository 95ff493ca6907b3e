"""Forms for the day itself: how late a session runs, and the cues of a session."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from flask_babel import gettext, lazy_gettext
from wtforms import FieldList, Form, FormField, HiddenField, SelectMultipleField
from wtforms.validators import Optional

from forum.core.http.form_parts import (
    ChoiceField,
    CountField,
    Enter,
    LineField,
    OfficeForm,
    SaysWhat,
    option_list,
)
from forum.core.http.i18n import translated
from forum.core.ids import id_in
from forum.programme.cue_words import CUE_FOR
from forum.programme.models import Cue
from forum.programme.rules import (
    EARLIEST_CUE,
    LATEST_CUE,
    LONGEST_CUE,
    LONGEST_DELAY,
    LONGEST_SHORTEST_PAUSE,
    MOST_CUES,
    SHORTEST_PAUSE,
    Choice,
    CueFor,
    Reach,
)
from forum.programme.service import CueLine

SPARE_CUES = 3


class Way(StrEnum):
    """What a session does."""

    LATER = "later"
    WHOLE = "whole"
    EARLIER = "earlier"


class IdsField(SelectMultipleField):
    """Boxes that are ticked in a table, by the ids of its rows."""

    def __init__(self, **more: Any) -> None:  # noqa: ANN401 - WTForms' own signature
        super().__init__(choices=(), validate_choice=False, **more)

    @property
    def ids(self) -> frozenset[UUID]:
        """What is ticked; anything else than an id counts for nothing."""
        ids = (id_in(one) for one in self.data or ())
        return frozenset(one for one in ids if one is not None)


class LateForm(OfficeForm):
    """By how much a session runs late or early, who waits, and which breaks absorb it."""

    FIRST: ClassVar = ("minutes", "way", "reach", "shortest")
    minutes = CountField(
        lazy_gettext("Minutes"),
        [Enter(lazy_gettext("Enter a whole number of minutes from 1 to 240"))],
        least=1,
        most=LONGEST_DELAY,
    )
    way = ChoiceField(
        lazy_gettext("This session"),
        choices=option_list(
            (
                (Way.LATER.value, lazy_gettext("ends later")),
                (Way.WHOLE.value, lazy_gettext("begins and ends later")),
                (Way.EARLIER.value, lazy_gettext("ends earlier")),
            )
        ),
        default=Way.LATER.value,
    )
    reach = ChoiceField(
        lazy_gettext("Who waits for it"),
        choices=option_list(
            (
                (Reach.ROOM.value, lazy_gettext("What follows in the same room")),
                (Reach.PEOPLE.value, lazy_gettext("Also sessions elsewhere with the same people")),
                (Reach.ALL.value, lazy_gettext("Everything that follows, in all rooms")),
            )
        ),
        default=Reach.ROOM.value,
    )
    shortest = CountField(
        lazy_gettext("Shortest break, in minutes"),
        [Enter(lazy_gettext("Enter how many minutes of a break are left at least"))],
        least=0,
        most=LONGEST_SHORTEST_PAUSE,
        default=SHORTEST_PAUSE,
        description=lazy_gettext("A break that absorbs the delay keeps at least this much."),
    )
    absorbing = IdsField()
    staying = IdsField()
    seen = HiddenField(default="")

    @property
    def says_enough(self) -> bool:
        """Whether what it moves can be worked out."""
        asked = (self.minutes, self.way, self.reach, self.shortest)
        return bool(self.minutes.data) and not any(one.errors for one in asked)

    def choice(self) -> Choice:
        """Return what the organiser says."""
        way = Way(self.way.data)
        minutes = self.minutes.data or 0
        return Choice(
            minutes=-minutes if way is Way.EARLIER else minutes,
            whole=way is Way.WHOLE,
            reach=Reach(self.reach.data),
            absorbing=self.absorbing.ids,
            staying=self.staying.ids,
            shortest=SHORTEST_PAUSE if self.shortest.data is None else self.shortest.data,
        )


class CueForm(Form):
    """One cue; without words it goes."""

    minutes = CountField(
        lazy_gettext("Minutes from the start"),
        [Optional()],
        least=EARLIEST_CUE,
        most=LATEST_CUE,
    )
    audience = ChoiceField(
        lazy_gettext("For"), choices=option_list((one.value, CUE_FOR[one].text) for one in CueFor)
    )
    said = LineField(lazy_gettext("Cue"), [Optional(), SaysWhat(LONGEST_CUE)])


class CuesForm(OfficeForm):
    """The cues of a session, with some empty rows for more."""

    cues = FieldList(FormField(CueForm), max_entries=MOST_CUES + SPARE_CUES)
    seen = HiddenField(default="")

    @staticmethod
    def shown(cues: Iterable[Cue]) -> list[dict[str, object]]:
        """Return the rows for stored cues and some empty ones."""
        rows: list[dict[str, object]] = [
            {"minutes": one.minutes, "audience": one.audience, "said": one.said} for one in cues
        ]
        spare = min(SPARE_CUES, max(MOST_CUES - len(rows), 0))
        return rows + [{"minutes": 0, "audience": CueFor.MC.value, "said": ""}] * spare

    def name_audiences(self) -> None:
        """Say in the reader's language whom a cue is for."""
        for entry in self.cues:
            entry.form.audience.choices = option_list(
                (one.value, translated(CUE_FOR[one])) for one in CueFor
            )

    def validate(self, extra_validators: object = None) -> bool:
        """Check each row, and that there are no more than a run sheet holds."""
        good = bool(super().validate(extra_validators))
        if good and len(self.lines()) > MOST_CUES:
            says = gettext("Keep to %(most)s cues for one session", most=MOST_CUES)
            self.form_errors = [*self.form_errors, says]
            return False
        return good

    def lines(self) -> Sequence[CueLine]:
        """Return the cues that say something, by their time."""
        found = [
            CueLine(
                CueFor(entry.form.audience.data),
                entry.form.minutes.data or 0,
                entry.form.said.data,
            )
            for entry in self.cues
            if entry.form.said.data
        ]
        return sorted(found, key=lambda one: one.minutes)
