"""Forms on events: a new one, its details, place, rooms, partners, and the moves of its state."""

from __future__ import annotations

from forum.events.forms.dates import DatesForm
from forum.events.forms.details import SUBJECT_WORDS, DetailsForm, LanguagesField, NewEventForm
from forum.events.forms.parts import PartnerForm, PickVenueForm, RoomForm, VenueForm
from forum.events.forms.states import CancelForm, PostponeForm, PublishForm

__all__ = [
    "SUBJECT_WORDS",
    "CancelForm",
    "DatesForm",
    "DetailsForm",
    "LanguagesField",
    "NewEventForm",
    "PartnerForm",
    "PickVenueForm",
    "PostponeForm",
    "PublishForm",
    "RoomForm",
    "VenueForm",
]
