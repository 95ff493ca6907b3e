"""What a form, a file or an organiser's hand brings: attendees, a party, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from forum.registrations.rules import (
    BookingSource,
    ConsentPurpose,
    ConsentSource,
    MailsTo,
    RegistrationState,
)


@dataclass(frozen=True, slots=True)
class ConsentGiven:
    """A box that was ticked, or a statement that was shown: its purpose and the very words.

    `lang` is the language of the words that were shown; without it the attendee's.
    """

    purpose: ConsentPurpose
    wording: str
    wording_id: UUID | None = None
    partner_id: UUID | None = None
    recipient: str = ""
    source: ConsentSource = ConsentSource.FORM
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A choice that was taken and has limited places: the option and its pool."""

    option_id: UUID
    pool_id: UUID


@dataclass(frozen=True, slots=True)
class AnswerGiven:
    """What was answered to which wording; `choices` are its options with limited places."""

    question_id: UUID
    version_id: UUID
    value: Sequence[Any]
    choices: Sequence[Choice] = ()


@dataclass(frozen=True, slots=True)
class Attendee:
    """What the form took, cleaned; `email_key` is the address as it is compared.

    Somebody to be named later has neither name nor address. `stars` are sessions starred on the
    device before; those that are not of the event are ignored.
    """

    name: str
    name_zh: str
    organisation: str
    email: str
    email_key: str
    lang: str
    consents: Sequence[ConsentGiven] = ()
    stars: Sequence[UUID] = ()
    answers: Sequence[AnswerGiven] = ()


@dataclass(frozen=True, slots=True)
class Contact:
    """Who registers others: name, address, the address as it is compared, who gets the mails."""

    name: str
    email: str
    email_key: str
    mails_to: MailsTo = MailsTo.ATTENDEES


@dataclass(frozen=True, slots=True)
class Party:
    """Everybody of one booking, who are seated together or wait together.

    Without `type_id` it is the first type that everybody may take. `code` is an access code,
    `by_link` says that the type's hidden link was shown, `block_id` names seats kept for them.
    `answers` are those of the booking as a whole. `is_delegate` says that who was invited names
    somebody in their place.
    """

    attendees: Sequence[Attendee]
    contact: Contact | None = None
    type_id: UUID | None = None
    code: str = ""
    by_link: bool = False
    block_id: UUID | None = None
    source: BookingSource = BookingSource.FORM
    answers: Sequence[AnswerGiven] = field(default_factory=tuple)
    is_delegate: bool = False

    @property
    def lang(self) -> str:
        """The language of the booking: its first attendee's."""
        return self.attendees[0].lang

    @property
    def choices(self) -> list[Choice]:
        """Every limited choice that is taken, once for each who takes it."""
        answers = [*self.answers, *(one for who in self.attendees for one in who.answers)]
        return [choice for answer in answers for choice in answer.choices]


class Result(StrEnum):
    """What became of a form: a new booking, the same form again, or an address already here."""

    NEW = "new"
    REPEATED = "repeated"
    KNOWN = "known"


@dataclass(frozen=True, slots=True)
class Registered:
    """The answer to a form; `state` is where the registration stands now.

    `registration_id` is the first attendee's; `registration_ids` are all that the form made.
    `by_mail` says that an address which was typed approved it, or that the organiser may: only a
    mail to it shows how it stands.
    """

    result: Result
    booking_id: UUID
    registration_id: UUID
    link_generation: int
    state: RegistrationState
    registration_ids: tuple[UUID, ...] = ()
    by_mail: bool = False
