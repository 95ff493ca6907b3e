"""What one can do with registrations: register, change, cancel, sign up for sessions, star them."""

from forum.registrations.service.cancelling import cancel, set_capacity
from forum.registrations.service.changing import NameForms, change_name, renew_link
from forum.registrations.service.places import (
    SignedUp,
    leave_place,
    make_stars,
    seat,
    take_place,
)
from forum.registrations.service.registering import (
    Attendee,
    ConsentGiven,
    Registered,
    Result,
    open_desk,
    register,
)
from forum.registrations.service.speaker_seats import (
    AddressOfAnother,
    Came,
    SeatGiven,
    cancel_speaker_seat,
    give_speaker_seat,
)
from forum.registrations.service.starring import keep_stars, take_star_off

__all__ = [
    "AddressOfAnother",
    "Attendee",
    "Came",
    "ConsentGiven",
    "NameForms",
    "Registered",
    "Result",
    "SeatGiven",
    "SignedUp",
    "cancel",
    "cancel_speaker_seat",
    "change_name",
    "give_speaker_seat",
    "keep_stars",
    "leave_place",
    "make_stars",
    "open_desk",
    "register",
    "renew_link",
    "seat",
    "set_capacity",
    "take_place",
    "take_star_off",
]
