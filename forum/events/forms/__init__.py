"""Forms on events: a new one, its details, place, rooms, partners, its state, who is told."""

from __future__ import annotations

from forum.events.forms.dates import DatesForm
from forum.events.forms.details import SUBJECT_WORDS, DetailsForm, LanguagesField, NewEventForm
from forum.events.forms.parts import PartnerForm, PickVenueForm, RoomForm, VenueForm
from forum.events.forms.states import CancelForm, PostponeForm, PublishForm
from forum.events.forms.telling import TellForm

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
    "TellForm",
    "VenueForm",
]
