"""What one can do with registrations: register, change, cancel, give freed seats, set capacity."""

from forum.registrations.service.cancelling import cancel, set_capacity
from forum.registrations.service.changing import NameForms, change_name, renew_link
from forum.registrations.service.registering import (
    Attendee,
    ConsentGiven,
    Registered,
    Result,
    open_desk,
    register,
)

__all__ = [
    "Attendee",
    "ConsentGiven",
    "NameForms",
    "Registered",
    "Result",
    "cancel",
    "change_name",
    "open_desk",
    "register",
    "renew_link",
    "set_capacity",
]
