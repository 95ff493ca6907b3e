"""What helpers and organisers type about the door."""

from __future__ import annotations

from datetime import datetime, tzinfo
from uuid import UUID

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional, StopValidation
from wtforms.widgets import CheckboxInput

from forum.checkin.rules import LONGEST_HELPER, CheckpointKind, Hours
from forum.core.http.form_parts import (
    ChoiceField,
    Enter,
    LineField,
    MomentField,
    OfficeForm,
    SaysWhat,
    line_in_three,
)
from forum.events.rules import moment_of
from forum.registrations.rules import LONGEST_NAME, LONGEST_ORGANISATION

LONGEST_CHECKPOINT = 60
LONGEST_CODE = 500
LONGEST_REASON = 200


class PairForm(FlaskForm):
    """The helper's name, on the phone that becomes a device."""

    name = LineField(
        lazy_gettext("Your name"),
        [
            Enter(lazy_gettext("Enter your name, so that others see who checked a guest in")),
            SaysWhat(LONGEST_HELPER),
        ],
        description=lazy_gettext(
            "Colleagues see it when a ticket is shown twice: “09:12, Main door, by Mei”.",
        ),
    )


class CodeForm(FlaskForm):
    """A code typed where no script runs; the hidden id keeps it from counting twice."""

    code = LineField(
        lazy_gettext("Code on the ticket"),
        [
            Enter(lazy_gettext("Enter the code on the ticket, like T9M2-PR4K")),
            SaysWhat(LONGEST_CODE),
        ],
        description=lazy_gettext("Eight letters and figures, like T9M2-PR4K."),
    )
    scan_id = HiddenField()


class ScanIdForm(FlaskForm):
    """Which scan is to be undone."""

    scan_id = HiddenField()


class TypesField(SelectMultipleField):
    """Ticket types to tick, all of them unless some were left out."""

    option_widget = CheckboxInput()
    data: list[str] | None

    def pre_validate(self, form: object) -> None:
        """Refuse a type that is not there, and none at all."""
        del form
        offered = {str(value) for value, *_ in self.iter_choices()}
        if self.choices and not set(self.data or ()) & offered:
            raise StopValidation(gettext("Tick at least one ticket type"))
        self.data = [one for one in self.data or () if one in offered]


class CheckpointForm(OfficeForm):
    """A place where tickets are scanned; hours on the event's clock."""

    name = line_in_three(
        lazy_gettext("Name of the checkpoint"),
        most=LONGEST_CHECKPOINT,
        needed=lazy_gettext("Enter a name that helpers will know, like Main door"),
    )
    kind = RadioField(
        lazy_gettext("What it lets into"),
        choices=[
            SelectChoice(
                CheckpointKind.ENTRANCE.value,
                lazy_gettext("The event: who is in by one entrance is in by all of them"),
            ),
            SelectChoice(
                CheckpointKind.ROOM.value,
                lazy_gettext("A room of its own: it counts who is in for itself"),
            ),
        ],
        default=CheckpointKind.ENTRANCE.value,
    )
    opens_at = MomentField(lazy_gettext("Lets in from"), [Optional()])
    closes_at = MomentField(lazy_gettext("Lets in until"), [Optional()])
    types = TypesField(
        lazy_gettext("Ticket types that may enter"),
        description=lazy_gettext(
            "With all of them ticked, types that you add later may enter too."
        ),
    )

    def hours(self, zone: tzinfo) -> Hours:
        """Return the bounds in UTC; raises FarYear and NoSuchMoment, which name their box."""
        return Hours(self._bound("opens_at", zone), self._bound("closes_at", zone))

    def only(self) -> list[UUID]:
        """Return the only types that may enter, none where all of them were ticked."""
        offered, ticked = self.types.choices or [], self.types.data or []
        return [] if len(ticked) == len(offered) else [UUID(one) for one in ticked]

    def _bound(self, name: str, zone: tzinfo) -> datetime | None:
        local = self[name].data
        return moment_of(local, zone, field=name) if local else None


class PairingForm(OfficeForm):
    """For which checkpoint a phone is to be paired, and what it may do."""

    checkpoint = ChoiceField(lazy_gettext("Where the phone is used"))
    may_search = BooleanField(lazy_gettext("May search guests by name"), default=True)


class UndoForm(OfficeForm):
    """Why an admission is taken back."""

    reason = LineField(
        lazy_gettext("Why"),
        [Enter(lazy_gettext("Say why this is undone")), SaysWhat(LONGEST_REASON)],
    )


class StandByForm(OfficeForm):
    """Somebody who waits at the door without a seat."""

    person = LineField(
        lazy_gettext("Full name"),
        [Enter(lazy_gettext("Enter the name of who waits")), SaysWhat(LONGEST_NAME)],
    )
    organisation = LineField(
        lazy_gettext("Organisation"), [Optional(), SaysWhat(LONGEST_ORGANISATION)]
    )
