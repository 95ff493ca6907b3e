"""What organisers type about access codes."""

from __future__ import annotations

from datetime import datetime, tzinfo

from flask_babel import lazy_gettext
from wtforms.validators import Optional

from forum.core.http.form_parts import (
    ChoiceField,
    CountField,
    Enter,
    LineField,
    MomentField,
    OfficeForm,
    SaysWhat,
)
from forum.events.rules import LARGEST_CAPACITY, moment_of
from forum.registrations.rules import LONGEST_LABEL_OF_CODES, MOST_CODES, MOST_USES


class CodesForm(OfficeForm):
    """So many codes for a type, how often each can be used, until when, and what is kept."""

    ticket_type = ChoiceField(lazy_gettext("Ticket type"))
    number = CountField(
        lazy_gettext("How many codes"),
        [Enter(lazy_gettext("Enter how many codes you need"))],
        least=1,
        most=MOST_CODES,
        default=1,
    )
    uses = CountField(
        lazy_gettext("How many people can use each code"),
        [Enter(lazy_gettext("Enter how many people can use each code"))],
        least=1,
        most=MOST_USES,
        default=1,
    )
    expires_at = MomentField(
        lazy_gettext("Can be used until"),
        [Optional()],
        description=lazy_gettext("Empty: as long as registration is open."),
    )
    label = LineField(
        lazy_gettext("For whom, in your own words"),
        [Optional(), SaysWhat(LONGEST_LABEL_OF_CODES)],
        description=lazy_gettext("Only organisers see it, like “Members of the association”."),
    )
    kept = CountField(
        lazy_gettext("Seats kept aside for them"),
        [Optional()],
        least=0,
        most=LARGEST_CAPACITY,
        description=lazy_gettext(
            "Kept out of the type’s seats for whoever comes by one of these codes. What is left "
            "goes back to everybody once all of them are revoked or their time is over."
        ),
    )

    def until(self, zone: tzinfo) -> datetime | None:
        """Return when they expire, in UTC; raises FarYear and NoSuchMoment."""
        local = self.expires_at.data
        return moment_of(local, zone, field="expires_at") if local else None
