"""What organisers type about ticket types, and about what approves a request by itself."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, tzinfo
from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import BooleanField, Field, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional, StopValidation, ValidationError

from forum.core.addresses import BadAddress, address_key, normalised_email
from forum.core.http.form_parts import (
    ChoiceField,
    CountField,
    Enter,
    LineField,
    MomentField,
    OfficeForm,
    line_in_three,
    paragraphs_in_three,
    shown_text,
    wall,
)
from forum.core.money import Money, money_of
from forum.events.rules import LARGEST_CAPACITY, moment_of
from forum.registrations.models import TicketType
from forum.registrations.rules import (
    LONGEST_DESCRIPTION,
    LONGEST_TYPE_NAME,
    MOST_PER_BOOKING,
    Access,
    Attendance,
    SeatsFrom,
)

CURRENCY = re.compile("[A-Z]{3}")
NOT_ON_THE_LIST = lazy_gettext("Choose one from the list")


class NameOfTypeForm(OfficeForm):
    """What a type is called, in three languages."""

    name = line_in_three(
        lazy_gettext("Name of the ticket type"),
        most=LONGEST_TYPE_NAME,
        needed=lazy_gettext("Enter the name of the ticket type in one language at least"),
    )
    description = paragraphs_in_three(
        lazy_gettext("What it is, and for whom"),
        most=LONGEST_DESCRIPTION,
        description=lazy_gettext("One or two sentences that guests read beside the name."),
        rows=3,
    )


class TypeForm(NameOfTypeForm):
    """A ticket type: for whom, which seats, when, how many at once."""

    access = RadioField(
        lazy_gettext("For whom"),
        choices=[
            SelectChoice(Access.OPEN.value, lazy_gettext("Everybody")),
            SelectChoice(
                Access.APPROVAL.value, lazy_gettext("Everybody may ask; you approve each request")
            ),
            SelectChoice(
                Access.INVITATION.value, lazy_gettext("Guests you invite by a personal link")
            ),
            SelectChoice(Access.CODE.value, lazy_gettext("Who has an access code")),
            SelectChoice(Access.LINK.value, lazy_gettext("Who has the hidden link")),
            SelectChoice(
                Access.OFFICE.value, lazy_gettext("Nobody by themselves: organisers add the guests")
            ),
        ],
        default=Access.OPEN.value,
        invalid_choice_message=NOT_ON_THE_LIST,
    )
    holds_while_pending = BooleanField(
        lazy_gettext("Keep a seat for each request until you decide"),
        description=lazy_gettext(
            "For types by approval. With it, an approved guest always has a seat, and requests "
            "that wait keep seats from others. Without it, an approved guest may come to the wait "
            "list. The form tells guests which it is."
        ),
    )
    seats_from = RadioField(
        lazy_gettext("Seats"),
        choices=[
            SelectChoice(SeatsFrom.EVENT.value, lazy_gettext("The event’s seats")),
            SelectChoice(
                SeatsFrom.LIMITED.value,
                lazy_gettext("The event’s seats, but at most the number below"),
            ),
            SelectChoice(
                SeatsFrom.OWN.value,
                lazy_gettext("Seats of its own, beside the event’s: the number below"),
            ),
        ],
        default=SeatsFrom.EVENT.value,
        invalid_choice_message=NOT_ON_THE_LIST,
    )
    capacity = CountField(
        lazy_gettext("How many"),
        least=1,
        most=LARGEST_CAPACITY,
    )
    opens_at = MomentField(
        lazy_gettext("Can be taken from"),
        [Optional()],
        description=lazy_gettext("Empty: as soon as registration opens."),
    )
    closes_at = MomentField(
        lazy_gettext("Can be taken until"),
        [Optional()],
        description=lazy_gettext("Empty: until registration closes."),
    )
    most_per_booking = CountField(
        lazy_gettext("People in one booking, at most"),
        [Enter(lazy_gettext("Enter how many people one booking may hold"))],
        least=1,
        most=MOST_PER_BOOKING,
        default=1,
    )
    attendance = RadioField(
        lazy_gettext("Guests take part"),
        choices=[
            SelectChoice(Attendance.ON_SITE.value, lazy_gettext("On site")),
            SelectChoice(Attendance.ONLINE.value, lazy_gettext("Online")),
        ],
        default=Attendance.ON_SITE.value,
        invalid_choice_message=NOT_ON_THE_LIST,
    )
    price = LineField(
        lazy_gettext("Price"),
        default="0",
        description=lazy_gettext("Forum cannot take payments yet, so every ticket is free: 0."),
    )
    currency = LineField(
        lazy_gettext("Currency"),
        default="HKD",
        description=lazy_gettext("Three letters, like HKD."),
    )

    money: Money = Money(0)

    def validate_capacity(self, field: Field) -> None:
        """Ask for the number where there must be one."""
        if (
            self.seats_from.data != SeatsFrom.EVENT.value
            and field.data is None
            and not field.errors
        ):
            raise ValidationError(gettext("Enter how many seats this type has"))

    def validate_currency(self, field: Field) -> None:
        """Take three letters, as ISO 4217 has them."""
        field.data = (field.data or "HKD").upper()
        if not CURRENCY.fullmatch(field.data):
            raise ValidationError(gettext("Enter the three letters of a currency, like HKD"))

    def validate_price(self, field: Field) -> None:
        """Take 0 in any form; say why nothing else can be had."""
        currency = (self.currency.data or "HKD").upper()
        if not CURRENCY.fullmatch(currency):
            return
        try:
            self.money = money_of(field.data or "0", currency)
        except ValueError:
            raise ValidationError(gettext("Enter an amount in figures, like 0")) from None
        if not self.money.is_free:
            raise ValidationError(
                gettext("Forum cannot take payments yet, so nobody could pay this. Enter 0")
            )

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401 - WTForms' own signature
        """Check the fields, and that it closes after it opens."""
        good = bool(super().validate(extra_validators))
        opens, closes = self.opens_at, self.closes_at
        if good and opens.data and closes.data and opens.data >= closes.data:
            closes.errors = [gettext("Enter a time after the one from which it can be taken")]
            return False
        return good

    def moment(self, name: str, zone: tzinfo) -> datetime | None:
        """Return a bound in UTC; raises FarYear and NoSuchMoment, which name their box."""
        local = self[name].data
        return moment_of(local, zone, field=name) if local else None


def shown_type(
    one: TicketType, seats_from: SeatsFrom, capacity: int | None, zone: tzinfo
) -> dict[str, Any]:
    """Return what the boxes of a type show."""
    return {
        "name": shown_text(one.name),
        "description": shown_text(one.description),
        "access": one.access.value,
        "holds_while_pending": one.holds_while_pending,
        "seats_from": seats_from.value,
        "capacity": capacity,
        "opens_at": wall(one.opens_at, zone),
        "closes_at": wall(one.closes_at, zone),
        "most_per_booking": one.most_per_booking,
        "attendance": one.attendance.value,
        "price": one.price.written(),
        "currency": one.currency,
        "revision": str(one.revision),
    }


class DomainField(LineField):
    """The part of addresses after @: example.com; a whole address gives its own."""

    def pre_validate(self, form: object) -> None:
        """Refuse what no address can end with."""
        del form
        if not self.data:
            return
        typed = unicodedata.normalize("NFKC", self.data).rpartition("@")[2]
        try:
            self.data = address_key(normalised_email(f"someone@{typed}")).rpartition("@")[2]
        except BadAddress:
            raise StopValidation(
                gettext("Enter what stands after @ in the addresses, like example.com")
            ) from None


class DomainRuleForm(OfficeForm):
    """Approve everybody whose address ends so."""

    domain = DomainField(
        lazy_gettext("Addresses that end with"),
        [Enter(lazy_gettext("Enter what stands after @ in the addresses, like example.com"))],
        description=lazy_gettext("Like example.com; its sub-domains are taken too."),
    )


class ListRuleForm(OfficeForm):
    """Approve everybody who stands on a guest list."""

    guest_list = ChoiceField(lazy_gettext("Addresses on the guest list"))


class AnswerRuleForm(OfficeForm):
    """Approve everybody who answers a question so."""

    answer = ChoiceField(lazy_gettext("The answer to a question"))
