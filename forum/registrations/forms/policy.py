"""What organisers type about how an event takes guests."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import BooleanField, Field, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional, ValidationError

from forum.core.http.form_parts import CountField, Enter, MomentField, OfficeForm, wall
from forum.events.rules import LARGEST_CAPACITY, moment_of
from forum.registrations.forms.types import NOT_ON_THE_LIST
from forum.registrations.models import RegistrationPolicy
from forum.registrations.service import PolicyWanted
from forum.seats.models import SeatPool
from forum.seats.rules import WaitOrder

LONGEST_OFFER_HOURS = 336
EARLIEST_ASKING_HOURS = 720
USUAL_OFFER_HOURS = 24
AT_ONCE, OFFERED = "at_once", "offered"


class PolicyForm(OfficeForm):
    """Seats and over-invitation, the wait list, what guests may change, what they are asked."""

    capacity = CountField(
        lazy_gettext("Seats in the room"),
        [Enter(lazy_gettext("Enter how many seats there are"))],
        least=1,
        most=LARGEST_CAPACITY,
    )
    over_percent = CountField(
        lazy_gettext("Invite more people than there are seats, in per cent"),
        [Enter(lazy_gettext("Enter a percentage, 0 for none"))],
        least=0,
        most=100,
        description=lazy_gettext(
            "Some who register do not come. With 10 here and 200 seats, 220 people are confirmed."
        ),
    )
    freed = RadioField(
        lazy_gettext("A seat that becomes free"),
        choices=[
            SelectChoice(AT_ONCE, lazy_gettext("is the next one’s at once, and confirmed by mail")),
            SelectChoice(
                OFFERED, lazy_gettext("is offered to the next by mail, and kept for some hours")
            ),
        ],
        default=AT_ONCE,
        invalid_choice_message=NOT_ON_THE_LIST,
    )
    offer_hours = CountField(
        lazy_gettext("Hours for which an offer is kept"),
        [],
        least=1,
        most=LONGEST_OFFER_HOURS,
        description=lazy_gettext(
            "Shorter as the event comes near: at most a quarter of the time that is left."
        ),
    )
    order = RadioField(
        lazy_gettext("Who is next on the wait list"),
        choices=[
            SelectChoice(WaitOrder.FIRST_COME.value, lazy_gettext("Who came first")),
            SelectChoice(WaitOrder.DRAW.value, lazy_gettext("Who is drawn by lot")),
        ],
        default=WaitOrder.FIRST_COME.value,
        invalid_choice_message=NOT_ON_THE_LIST,
        description=lazy_gettext(
            "Guests read it on their pages. Who waits already keeps the place."
        ),
    )
    smaller_pass = BooleanField(
        lazy_gettext("Let a smaller group pass a larger one that does not fit"),
        description=lazy_gettext("Groups always stay together."),
    )
    several_per_address = BooleanField(
        lazy_gettext("Let one email address register more than once"),
        description=lazy_gettext("For assistants who register others without their addresses."),
    )
    changes_until = MomentField(
        lazy_gettext("Guests may change their booking until"),
        [Optional()],
        description=lazy_gettext(
            "Empty: until the event begins. They can cancel until then anyway."
        ),
    )
    ask_hours = CountField(
        lazy_gettext("Ask guests whether they still come, so many hours before"),
        [Optional()],
        least=1,
        most=EARLIEST_ASKING_HOURS,
        description=lazy_gettext(
            "A mail with one button that frees the seat for the next. Empty: nobody is asked."
        ),
    )
    stand_by = BooleanField(
        lazy_gettext("Keep a stand-by queue at the door"),
        description=lazy_gettext(
            "Who comes without a seat is written down and let in by your helpers, one by one, when "
            "seats stay empty."
        ),
    )

    def validate_offer_hours(self, field: Field) -> None:
        """Ask for the hours where freed seats are offered."""
        if self.freed.data == OFFERED and field.data is None and not field.errors:
            raise ValidationError(gettext("Enter for how many hours an offer is kept, like 24"))

    def wanted(self, zone: tzinfo) -> PolicyWanted:
        """Return what was chosen; raises FarYear and NoSuchMoment."""
        return PolicyWanted(
            offer_hours=self.offer_hours.data if self.freed.data == OFFERED else None,
            order=WaitOrder(self.order.data),
            smaller_pass=self.smaller_pass.data,
            several_per_address=self.several_per_address.data,
            changes_until=self._moment("changes_until", zone),
            ask_hours=self.ask_hours.data,
            stand_by=self.stand_by.data,
            seats=self.capacity.data,
            over_percent=self.over_percent.data,
        )

    def _moment(self, name: str, zone: tzinfo) -> datetime | None:
        local = self[name].data
        return moment_of(local, zone, field=name) if local else None


def shown_policy(policy: RegistrationPolicy, pool: SeatPool, zone: tzinfo) -> dict[str, Any]:
    """Return what the boxes show of an event's rules."""
    return {
        "capacity": policy.seats,
        "over_percent": policy.over_percent,
        "freed": OFFERED if policy.offer_hours else AT_ONCE,
        "offer_hours": policy.offer_hours or USUAL_OFFER_HOURS,
        "order": pool.order.value,
        "smaller_pass": pool.smaller_pass,
        "several_per_address": policy.several_per_address,
        "changes_until": wall(policy.changes_until, zone),
        "ask_hours": policy.ask_hours,
        "stand_by": policy.stand_by,
        "revision": str(policy.revision),
    }
