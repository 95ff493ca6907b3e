"""What an invited guest is asked on accepting: nothing, unless the type has an answer to be given.

Who comes in the first place answers for themselves, each companion that is named for their own,
and all for the booking. Who is named later is asked then. Who is registered already has answered:
only somebody in their place is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import request
from wtforms import Field

from forum.core import clock
from forum.registrations.asking import Sheet, ask, keep_files, sender_of
from forum.registrations.forms.invitations import GuestReplyForm, place_of
from forum.registrations.queries.questions import questions_for
from forum.registrations.rules import AskedPer
from forum.registrations.service import ChoiceFull
from forum.registrations.service.replying import has_come

if TYPE_CHECKING:
    from forum.core.errors import DomainError
    from forum.registrations.models import Invitation
    from forum.registrations.service.replying import Reply


@dataclass(slots=True)
class Accepting:
    """A guest's answer with the questions that go with it; without sheets nothing is asked."""

    form: GuestReplyForm
    own: Sheet | None = None
    companions: Sequence[Sheet] = ()
    booking: Sheet | None = None
    has_come: bool = False

    @property
    def sheets(self) -> list[Sheet]:
        """Everything that is asked, in the order of the page."""
        single = [one for one in (self.own, self.booking) if one is not None]
        return [*self.companions, *single]

    @property
    def has_files(self) -> bool:
        """Whether a file is asked for."""
        return any(one.type == "FileAnswer" for sheet in self.sheets for one in sheet.fields)

    def of_companion(self, box: Field) -> Sheet | None:
        """Return what the companion is asked whose name stands in a box."""
        return dict(enumerate(self.companions)).get(place_of(box))

    def validate(self) -> bool:
        """Say at each box what is wrong; companions who are not named are asked nothing."""
        named = {place_of(one) for one in self.form.names.entries if one.data}
        for place, sheet in enumerate(self.companions):
            if place not in named:
                sheet.leave_out()
        if self.has_come and not self.form.has_delegate:
            for unasked in filter(None, (self.own, self.booking)):
                unasked.leave_out()
        good = [self.form.validate_on_submit()]
        if self.form.has_delegate:
            good.append(self.form.wants_delegate())
        return all(good)

    def reply(self) -> Reply:
        """Return the yes with its answers."""
        return self.form.answered(
            self.own.answers() if self.own else (),
            [one.answers() for one in self.companions],
            self.booking.answers() if self.booking else (),
        )

    def blame(self, error: DomainError) -> None:
        """Show a refusal at its box, else above the form."""
        lost = [isinstance(error, ChoiceFull) and one.blame(error) for one in self.sheets]
        if not any(lost):
            self.form.blame(error)


def accepting(invitation: Invitation, form: GuestReplyForm, link: str) -> Accepting:
    """Return a guest's answer with what their type asks; four statements, more for files."""
    form.ask_names(invitation.companions)
    event, type_id = invitation.event, invitation.guest_list.ticket_type_id
    questions = questions_for(event.id, type_id)
    if not any(one.required for one in questions):
        return Accepting(form)
    order = event.languages
    asked = Accepting(
        form,
        companions=[
            ask(form, questions, order=order, type_id=type_id, prefix=f"companion-{place}-")
            for place in range(invitation.companions)
        ],
        own=ask(form, questions, order=order, type_id=type_id),
        booking=ask(
            form, questions, order=order, per=AskedPer.BOOKING, type_id=type_id, prefix="all-"
        ),
        has_come=has_come(invitation),
    )
    if request.method == "POST":
        keep_files(event.id, asked.sheets, sender=sender_of(event.id, link), now=clock.now())
    return asked
