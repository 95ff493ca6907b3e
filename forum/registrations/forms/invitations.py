"""What organisers type about guest lists and invitations, and what invited guests answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from uuid import UUID

from flask_babel import gettext, lazy_gettext
from wtforms import BooleanField, Field, FieldList, HiddenField, SelectMultipleField
from wtforms.validators import Optional
from wtforms.widgets import CheckboxInput

from forum.core.http.form_parts import (
    ChoiceField,
    CountField,
    Enter,
    LineField,
    MailField,
    MomentField,
    OfficeForm,
    ParagraphsField,
    SaysWhat,
    option_list,
)
from forum.core.languages import LANGUAGES
from forum.core.text import whole_number
from forum.events.rules import LARGEST_CAPACITY, moment_of
from forum.registrations.models import Invitation
from forum.registrations.rules import (
    LAST_PRECEDENCE,
    LONGEST_JOB_TITLE,
    LONGEST_LIST_NAME,
    LONGEST_NAME,
    LONGEST_NAME_ZH,
    LONGEST_NOTE,
    LONGEST_ORGANISATION,
    LONGEST_PHONE,
    LONGEST_POST_NOMINALS,
    LONGEST_SALUTATION,
    LONGEST_SEATING,
    MOST_COMPANIONS,
    RegistrationState,
    ReplyBy,
)
from forum.registrations.service.guest_lists import ListWanted
from forum.registrations.service.inviting import InvitedGuest
from forum.registrations.service.parties import AnswerGiven
from forum.registrations.service.replying import Named, Reply

BY_WORDS = {
    ReplyBy.LETTER: lazy_gettext("By letter"),
    ReplyBy.PHONE: lazy_gettext("By phone"),
    ReplyBy.MAIL: lazy_gettext("By email"),
    ReplyBy.IN_PERSON: lazy_gettext("In person"),
}
"""How a reply came that a member enters."""

_MAIL_SAYS = lazy_gettext("Enter an email address in the correct format, like name@example.com")


class GuestListForm(OfficeForm):
    """A guest list: its name and type, who comes along, seats kept, dates."""

    FIRST = ("name",)

    name = LineField(
        lazy_gettext("Name of the list"),
        [
            Enter(lazy_gettext("Enter a name for the list, like VIP or Media")),
            SaysWhat(LONGEST_LIST_NAME),
        ],
        description=lazy_gettext("Guests never see it."),
    )
    type_id = ChoiceField(lazy_gettext("Ticket type"))
    companions = CountField(
        lazy_gettext("Companions each guest may bring"),
        [Enter(lazy_gettext("Enter a number, 0 for none"))],
        most=MOST_COMPANIONS,
        default=0,
    )
    reply_until = MomentField(
        lazy_gettext("Reply until"),
        [Optional()],
        description=lazy_gettext("After that the link says that the time has passed."),
    )
    kept = CountField(
        lazy_gettext("Seats kept aside"),
        [Enter(lazy_gettext("Enter a number, 0 for none"))],
        most=LARGEST_CAPACITY,
        default=0,
        description=lazy_gettext("Nobody else gets these seats until they are released."),
    )
    kept_until = MomentField(
        lazy_gettext("Released on"),
        [Optional()],
        description=lazy_gettext("Seats that are left then go to everybody. Empty: by hand only."),
    )
    greet = BooleanField(lazy_gettext("Tell the greeter when one of them comes in"))
    zone: tzinfo

    def wanted(self) -> ListWanted:
        """Return what the service asks for; raises NoSuchMoment, which names its box."""
        return ListWanted(
            name=self.name.data,
            type_id=UUID(self.type_id.data),
            companions=self.companions.data,
            greet=bool(self.greet.data),
            kept=self.kept.data,
            kept_until=self._moment("kept_until"),
            reply_until=self._moment("reply_until"),
        )

    def _moment(self, name: str) -> datetime | None:
        local = self[name].data
        return moment_of(local, self.zone, field=name) if local else None


class InvitedForm(OfficeForm):
    """All that is known of an invited guest."""

    FIRST = ("list_id", "salutation", "name", "name_zh")

    list_id = ChoiceField(lazy_gettext("Guest list"))
    salutation = LineField(
        lazy_gettext("Salutation"),
        [SaysWhat(LONGEST_SALUTATION)],
        description=lazy_gettext("As the invitation greets them, like Dr, The Honourable or H.E."),
    )
    name = LineField(lazy_gettext("Full name"), [SaysWhat(LONGEST_NAME)])
    name_zh = LineField(lazy_gettext("Name in Chinese"), [SaysWhat(LONGEST_NAME_ZH)])
    post_nominals = LineField(
        lazy_gettext("Post-nominals"),
        [SaysWhat(LONGEST_POST_NOMINALS)],
        description=lazy_gettext("Like GBS, JP"),
    )
    job_title = LineField(lazy_gettext("Job title"), [SaysWhat(LONGEST_JOB_TITLE)])
    organisation = LineField(lazy_gettext("Organisation"), [SaysWhat(LONGEST_ORGANISATION)])
    email = MailField(
        lazy_gettext("Email"),
        description=lazy_gettext("Leave it empty for guests who are invited by letter."),
    )
    phone = LineField(lazy_gettext("Phone"), [SaysWhat(LONGEST_PHONE)])
    lang = ChoiceField(
        lazy_gettext("Language of the invitation"),
        choices=option_list((one.key, one.name) for one in LANGUAGES),
    )
    companions = CountField(
        lazy_gettext("Companions they may bring"),
        [Enter(lazy_gettext("Enter a number, 0 for none"))],
        most=MOST_COMPANIONS,
        default=0,
    )
    precedence = CountField(
        lazy_gettext("Precedence"),
        [Optional()],
        most=LAST_PRECEDENCE,
        description=lazy_gettext("Place in the protocol list: the lowest number comes first."),
    )
    seating = LineField(
        lazy_gettext("Row, table or seat"),
        [SaysWhat(LONGEST_SEATING)],
        description=lazy_gettext("The greeter sees it at the door."),
    )
    greet = BooleanField(lazy_gettext("Tell the greeter when this guest comes in"))
    note = ParagraphsField(
        lazy_gettext("Note"),
        [SaysWhat(LONGEST_NOTE)],
        description=lazy_gettext("For your team only."),
        render_kw={"rows": 3},
    )

    def validate_name(self, field: LineField) -> None:
        """Ask for a name in either script."""
        if not field.data and not self.name_zh.data:
            field.errors = [*field.errors, gettext("Enter the guest’s name")]

    def validate(self, extra_validators: object = None) -> bool:
        """Say no where a name is missing too."""
        return bool(super().validate(extra_validators)) and not self.errors

    def guest(self) -> InvitedGuest:
        """Return what the service asks for."""
        names = (
            "salutation", "name", "name_zh", "post_nominals", "job_title", "organisation", "email",
            "phone", "lang", "companions", "precedence", "seating", "note",
        )  # fmt: skip
        return InvitedGuest(
            **{name: self[name].data for name in names}, greet=bool(self.greet.data)
        )

    @staticmethod
    def shown(found: Invitation) -> dict[str, object]:
        """Return the values of the boxes for a stored invitation."""
        names = (
            "salutation", "name", "name_zh", "post_nominals", "job_title", "organisation", "email",
            "phone", "lang", "companions", "precedence", "seating", "note", "greet", "revision",
        )  # fmt: skip
        return {name: getattr(found, name) for name in names} | {"list_id": str(found.list_id)}


class EarlierEventForm(OfficeForm):
    """Which guests of which earlier event go on which list."""

    FIRST = ("source",)
    source = ChoiceField(lazy_gettext("Earlier event"))
    states = SelectMultipleField(
        lazy_gettext("Guests who were"),
        [Enter(lazy_gettext("Choose at least one"))],
        choices=option_list(
            (
                (RegistrationState.CONFIRMED.value, lazy_gettext("Confirmed")),
                (RegistrationState.WAITLISTED.value, lazy_gettext("On the wait list")),
                (RegistrationState.CANCELLED.value, lazy_gettext("Cancelled")),
            )
        ),
        default=[RegistrationState.CONFIRMED.value],
        option_widget=CheckboxInput(),
    )
    list_id = ChoiceField(lazy_gettext("Onto the list"))


class MailingForm(OfficeForm):
    """A button that mails many; it carries the number that the question named."""

    guests = HiddenField(default="0")

    @property
    def named(self) -> int:
        """How many are mailed, as the page said."""
        return whole_number(self.guests.data) or 0


class AskForm(OfficeForm):
    """Nothing to type: the button is the answer."""


def place_of(box: Field) -> int:
    """Return for which companion a box is, from 0, by its own name."""
    return int(box.name.rpartition("-")[2])


class _RepliesForm(OfficeForm):
    """What a yes may say: companions by number and name, or somebody in the guest's place."""

    companions = CountField(lazy_gettext("Companions"), [Optional()], most=MOST_COMPANIONS)
    names = FieldList(LineField(lazy_gettext("Companion’s name"), [SaysWhat(LONGEST_NAME)]))
    delegate_name = LineField(lazy_gettext("Their full name"), [SaysWhat(LONGEST_NAME)])
    delegate_organisation = LineField(
        lazy_gettext("Their organisation"), [SaysWhat(LONGEST_ORGANISATION)]
    )
    delegate_email = MailField(lazy_gettext("Their email"))

    @property
    def has_delegate(self) -> bool:
        """Whether somebody else was named."""
        typed = (self.delegate_name, self.delegate_organisation, self.delegate_email)
        return any(field.data for field in typed)

    def ask_names(self, number: int) -> None:
        """Show so many boxes for companions' names."""
        while len(self.names.entries) < number:
            self.names.append_entry()

    def people(self, answers: Sequence[Sequence[AnswerGiven]] = ()) -> tuple[Named, ...]:
        """Return the companions: as many as chosen, or as were named where those are more.

        `answers` are what each one answered, by the place of the box for the name.
        """
        given = dict(enumerate(answers))
        named = [
            Named(one.data, answers=given.get(place_of(one), ()))
            for one in self.names.entries
            if one.data
        ]
        number = max(self.companions.data or 0, len(named))
        return (*named, *[Named()] * (number - len(named)))

    def delegate(self) -> Named | None:
        """Return who comes in the guest's place, if somebody does."""
        if not self.has_delegate:
            return None
        return Named(
            self.delegate_name.data, self.delegate_organisation.data, self.delegate_email.data
        )


class GuestReplyForm(_RepliesForm):
    """An invited guest's own answer."""

    FIRST = ("companions", "names")
    LAST = ("delegate_name", "delegate_organisation", "delegate_email")

    def __iter__(self) -> Iterator[Field]:
        boxes = list(super().__iter__())
        last = [one for one in boxes if one.name in self.LAST]
        return iter([*(one for one in boxes if one not in last), *last])

    def wants_delegate(self) -> bool:
        """Say whether the delegate is named well enough, and ask for what is missing."""
        if not self.delegate_name.data:
            self.delegate_name.errors = [gettext("Enter the name of who comes in your place")]
        if not self.delegate_email.data and not self.delegate_email.errors:
            self.delegate_email.errors = [str(_MAIL_SAYS)]
        return not (self.delegate_name.errors or self.delegate_email.errors)

    def answered(
        self,
        own: Sequence[AnswerGiven],
        companions: Sequence[Sequence[AnswerGiven]],
        booking: Sequence[AnswerGiven],
    ) -> Reply:
        """Return a yes by the link, with what was answered."""
        people = self.people(companions)
        return Reply(people, self.delegate(), answers=own, booking_answers=booking)


class EnteredReplyForm(_RepliesForm):
    """A reply that came otherwise than by the link, as a member enters it."""

    FIRST = ("answer", "by")
    answer = ChoiceField(
        lazy_gettext("The guest"),
        choices=option_list(
            (("accept", lazy_gettext("accepts")), ("decline", lazy_gettext("declines")))
        ),
    )
    by = ChoiceField(
        lazy_gettext("How the reply came"),
        choices=option_list((one.value, says) for one, says in BY_WORDS.items()),
    )
    companions_named = ParagraphsField(
        lazy_gettext("Companions’ names"),
        [SaysWhat(LONGEST_NOTE)],
        description=lazy_gettext("One a line; leave out who is not known yet."),
        render_kw={"rows": 3},
    )
    note = ParagraphsField(
        lazy_gettext("Note"),
        [SaysWhat(LONGEST_NOTE)],
        description=lazy_gettext("Like “letter of 21 November”."),
        render_kw={"rows": 2},
    )

    def reply(self) -> Reply:
        """Return a yes as it was entered."""
        named = [one.strip() for one in self.companions_named.data.split("\n") if one.strip()]
        number = max(self.companions.data or 0, len(named))
        people = tuple(
            Named(name[:LONGEST_NAME]) for name in (*named, *[""] * (number - len(named)))
        )
        return Reply(people, self.delegate(), ReplyBy(self.by.data), self.note.data)
