"""Whether guests are told of a change, and what the organiser says of it."""

from __future__ import annotations

from flask_babel import lazy_gettext
from wtforms import BooleanField

from forum.core.http.form_parts import OfficeForm, paragraphs_in_three
from forum.events.rules import LONGEST_NOTE


class TellForm(OfficeForm):
    """The choice before a change is saved that guests would want to hear of."""

    FIRST = ("tell", "note")
    tell = BooleanField(lazy_gettext("Tell them by mail"), default=True)
    note = paragraphs_in_three(
        lazy_gettext("A word of yours"),
        most=LONGEST_NOTE,
        rows=3,
        description=lazy_gettext("Why, or what to do now. The mail says by itself what changed."),
    )
