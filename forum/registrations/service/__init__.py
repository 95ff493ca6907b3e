"""What one can do with registrations: register, decide, change, move, cancel, sign up, star."""

from forum.registrations.service.answer_files import (
    FileGone,
    answer_folder,
    sweep_answer_files,
)
from forum.registrations.service.answering import (
    Filled,
    change_answers,
    change_booking_answers,
)
from forum.registrations.service.cancelling import cancel, cancel_all
from forum.registrations.service.changing import NameForms, change_name, put_in_place, renew_link
from forum.registrations.service.choosing import ChoiceFull
from forum.registrations.service.coming import ask_who_comes, say_coming
from forum.registrations.service.consenting import Agreed, WordingChanged
from forum.registrations.service.deciding import (
    LONGEST_MESSAGE,
    Decided,
    approve,
    decline,
    take_declining_back,
)
from forum.registrations.service.entering import open_desk
from forum.registrations.service.joining import add_person
from forum.registrations.service.lost_links import ask_for_links
from forum.registrations.service.moving import change_type, seat_by_hand
from forum.registrations.service.offering import take_offer, take_offers
from forum.registrations.service.options import OptionDetails
from forum.registrations.service.parties import (
    AnswerGiven,
    Attendee,
    Choice,
    ConsentGiven,
    Contact,
    Party,
    Registered,
    Result,
)
from forum.registrations.service.places import (
    SignedUp,
    leave_place,
    make_stars,
    seat,
    take_place,
)
from forum.registrations.service.question_list import (
    ask_again,
    delete_question,
    move_question,
    put_in_order,
    withdraw_question,
)
from forum.registrations.service.questions import (
    QuestionDetails,
    add_question,
    change_question,
    take_over,
)
from forum.registrations.service.registering import register, register_party
from forum.registrations.service.settling import PolicyWanted, set_capacity, set_policy
from forum.registrations.service.speaker_seats import (
    AddressOfAnother,
    Came,
    SeatGiven,
    cancel_speaker_seat,
    give_speaker_seat,
)
from forum.registrations.service.starring import keep_stars, take_star_off

__all__ = [
    "LONGEST_MESSAGE",
    "AddressOfAnother",
    "Agreed",
    "AnswerGiven",
    "Attendee",
    "Came",
    "Choice",
    "ChoiceFull",
    "ConsentGiven",
    "Contact",
    "Decided",
    "FileGone",
    "Filled",
    "NameForms",
    "OptionDetails",
    "Party",
    "PolicyWanted",
    "QuestionDetails",
    "Registered",
    "Result",
    "SeatGiven",
    "SignedUp",
    "WordingChanged",
    "add_person",
    "add_question",
    "answer_folder",
    "approve",
    "ask_again",
    "ask_for_links",
    "ask_who_comes",
    "cancel",
    "cancel_all",
    "cancel_speaker_seat",
    "change_answers",
    "change_booking_answers",
    "change_name",
    "change_question",
    "change_type",
    "decline",
    "delete_question",
    "give_speaker_seat",
    "keep_stars",
    "leave_place",
    "make_stars",
    "move_question",
    "open_desk",
    "put_in_order",
    "put_in_place",
    "register",
    "register_party",
    "renew_link",
    "say_coming",
    "seat",
    "seat_by_hand",
    "set_capacity",
    "set_policy",
    "sweep_answer_files",
    "take_declining_back",
    "take_offer",
    "take_offers",
    "take_over",
    "take_place",
    "take_star_off",
    "withdraw_question",
]
