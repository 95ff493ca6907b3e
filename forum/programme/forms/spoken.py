"""Which languages a session is held in: boxes to tick, and one more from a list."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext
from wtforms import SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from forum.core.http.form_parts import ChoiceField, option_list
from forum.programme.rules import SPOKEN
from forum.programme.words import language_name

OF_HONG_KONG = ("en", "yue", "cmn", "sgn")
"""What most sessions here are held in: each has a box of its own."""


class TicksField(SelectMultipleField):
    """Boxes to tick; what is not offered is dropped."""

    data: Any
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def pre_validate(self, form: object) -> None:
        """Drop what is not on the list."""
        del form
        offered = {value for value, *_ in self.iter_choices()}
        self.data = [value for value in self.data or [] if value in offered]


def offer_languages(ticks: TicksField, more: ChoiceField, key: str) -> None:
    """Offer those of Hong Kong and those chosen already as boxes, all others in the list."""
    chosen = [code for code in ticks.data or [] if code in SPOKEN]
    if more.data in SPOKEN and more.data not in chosen:
        chosen.append(more.data)
    boxes = [*OF_HONG_KONG, *(code for code in chosen if code not in OF_HONG_KONG)]
    others = {code: _named(code, key) for code in SPOKEN if code not in boxes}
    ticks.choices = option_list((code, _named(code, key)) for code in boxes)
    ticks.data = chosen
    listed = sorted(others, key=lambda code: others[code])
    more.choices = option_list(((code, others[code]) for code in listed), gettext("None"))
    more.data = ""


def in_kept_order(chosen: Iterable[str], kept: Iterable[str]) -> list[str]:
    """Return what is chosen: in the order it had before, then what is new."""
    wanted = list(dict.fromkeys(chosen))
    before = [one for one in kept if one in wanted]
    return [*before, *(one for one in wanted if one not in before)]


def _named(code: str, key: str) -> str:
    """Return a language's name as it stands alone: with a capital."""
    name = language_name(code, key)
    return name[:1].upper() + name[1:]
