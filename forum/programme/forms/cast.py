"""Rows of the session's form: people on stage, parts of a panel, and the buttons that move them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import Form
from wtforms.validators import Optional

from forum.core.http.form_parts import (
    ChoiceField,
    CountField,
    LineField,
    SaysWhat,
    line_in_three,
    text_of_field,
)
from forum.core.text import Text, whole_number
from forum.programme.rules import LONGEST_CALLED, LONGEST_NAME, LONGEST_TITLE, AppearanceRole

FARTHEST_PLACE = 999
LONGEST_PART = 24 * 60
"""Minutes of one part of a panel."""

Row = dict[str, Any]


class OnStageForm(Form):
    """One person in one role: somebody known, or somebody named here."""

    speaker = ChoiceField(lazy_gettext("Person"), [Optional()])
    new_name = LineField(
        lazy_gettext("Somebody new"),
        [Optional(), SaysWhat(LONGEST_NAME)],
        render_kw={"autocomplete": "off"},
    )
    role = ChoiceField(lazy_gettext("Role"))
    place = CountField(lazy_gettext("Order"), [Optional()], least=1, most=FARTHEST_PLACE)
    called = line_in_three(lazy_gettext("The role in words"), most=LONGEST_CALLED)
    part = ChoiceField(lazy_gettext("Part"), [Optional()], default="")

    @property
    def is_empty(self) -> bool:
        """Whether nobody is named."""
        return not self.speaker.data and not self.new_name.data

    @property
    def own_role(self) -> Text:
        """The role in words, where it is one of the organiser's own."""
        own = self.role.data == AppearanceRole.OTHER.value
        return text_of_field(self.called) if own else Text()

    def check(self) -> bool:
        """Say whether one person and one role are named, with a sentence at what is not."""
        good = True
        if self.speaker.data and self.new_name.data:
            self.new_name.errors = [gettext("Choose somebody or name somebody new, not both")]
            good = False
        own = self.role.data == AppearanceRole.OTHER.value
        if own and not self.is_empty and not self.own_role and not self.called.errors:
            first = next(iter(self.called.form))
            first.errors = [gettext("Enter what the role is called, in one language at least")]
            good = False
        return good

    def row(self) -> Row:
        """Return what stands in the boxes, for rows that are put in another order."""
        names = ("speaker", "new_name", "role", "place", "called", "part")
        return {name: self[name].data for name in names}


class PanelPartForm(Form):
    """One part of a panel."""

    title = line_in_three(lazy_gettext("Title of the part"), most=LONGEST_TITLE)
    minutes = CountField(lazy_gettext("Minutes"), [Optional()], least=1, most=LONGEST_PART)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is said of it."""
        return not text_of_field(self.title) and self.minutes.data is None

    def check(self) -> bool:
        """Say whether the part has a title, with a sentence where it has none."""
        if self.is_empty or text_of_field(self.title) or self.title.errors or self.minutes.errors:
            return True
        first = next(iter(self.title.form))
        first.errors = [gettext("Enter the title of the part, in one language at least")]
        return False

    def row(self) -> Row:
        """Return what stands in the boxes."""
        return {"title": self.title.data, "minutes": self.minutes.data}


def rearranged(number_of_rows: int, verb: str, at: str, *, most: int) -> list[int | None]:
    """Return the old places of rows in their new order after a button; None for an empty row.

    `verb` is add, up, down or remove, `at` the place from 0 as it stands in the form; nonsense
    changes nothing.
    """
    order: list[int | None] = list(range(number_of_rows))
    place = whole_number(at)
    here = -1 if place is None else place
    if verb == "add" and number_of_rows < most:
        return [*order, None]
    if verb in {"up", "down", "remove"} and 0 <= here < number_of_rows:
        order.pop(here)
        if verb != "remove":
            there = min(max(here + (-1 if verb == "up" else 1), 0), len(order))
            order.insert(there, here)
    return order


def with_parts(rows: Sequence[Row], order: Sequence[int | None]) -> list[Row]:
    """Return rows of people with the parts they belong to counted anew after a rearrangement."""
    new_place = {str(old): str(new) for new, old in enumerate(order) if old is not None}
    return [{**row, "part": new_place.get(row.get("part") or "", "")} for row in rows]
