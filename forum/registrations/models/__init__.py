"""Tables of registrations: types, bookings, guests, questions, invitations, consents, places."""

from forum.registrations.models.consents import Consent, ConsentWording, OptOut
from forum.registrations.models.files import GuestFile
from forum.registrations.models.guests import (
    ADDRESS_HELD_ONCE,
    HOLDS_ADDRESS,
    Booking,
    Registration,
    RegistrationPolicy,
    SearchWord,
)
from forum.registrations.models.invitations import GuestList, Invitation
from forum.registrations.models.office import (
    RegistrationNote,
    RegistrationTag,
    SavedView,
    StandBy,
)
from forum.registrations.models.places import SessionPlace, SpeakerSeat, Star
from forum.registrations.models.questions import (
    Answer,
    AnswerFile,
    ChoicePlace,
    Option,
    Question,
    QuestionType,
    QuestionVersion,
)
from forum.registrations.models.types import AccessCode, ApprovalRule, TicketType

__all__ = [
    "ADDRESS_HELD_ONCE",
    "HOLDS_ADDRESS",
    "AccessCode",
    "Answer",
    "AnswerFile",
    "ApprovalRule",
    "Booking",
    "ChoicePlace",
    "Consent",
    "ConsentWording",
    "GuestFile",
    "GuestList",
    "Invitation",
    "OptOut",
    "Option",
    "Question",
    "QuestionType",
    "QuestionVersion",
    "Registration",
    "RegistrationNote",
    "RegistrationPolicy",
    "RegistrationTag",
    "SavedView",
    "SearchWord",
    "SessionPlace",
    "SpeakerSeat",
    "StandBy",
    "Star",
    "TicketType",
]
