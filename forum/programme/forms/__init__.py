"""Forms on the programme: sessions, speakers, tracks, how it is kept, what is released."""

from __future__ import annotations

from forum.programme.forms.cast import FARTHEST_PLACE, OnStageForm, PanelPartForm
from forum.programme.forms.engagement import ANSWERS, AnswerForm, ConsentForm, TimesForm
from forum.programme.forms.keeping import KeepingForm, ReleaseForm, SeenForm
from forum.programme.forms.late import CuesForm, LateForm, Way
from forum.programme.forms.material import (
    PUBLISHING,
    MaterialForm,
    SentForm,
    publishing_of,
)
from forum.programme.forms.move import MoveForm, moment_as_it_stands
from forum.programme.forms.session import DRAFT, SessionForm
from forum.programme.forms.speaker import AskForm, ContactForm, OwnProfileForm, SpeakerForm
from forum.programme.forms.track import TrackForm

__all__ = [
    "ANSWERS",
    "DRAFT",
    "FARTHEST_PLACE",
    "PUBLISHING",
    "AnswerForm",
    "AskForm",
    "ConsentForm",
    "ContactForm",
    "CuesForm",
    "KeepingForm",
    "LateForm",
    "MaterialForm",
    "MoveForm",
    "OnStageForm",
    "OwnProfileForm",
    "PanelPartForm",
    "ReleaseForm",
    "SeenForm",
    "SentForm",
    "SessionForm",
    "SpeakerForm",
    "TimesForm",
    "TrackForm",
    "Way",
    "moment_as_it_stands",
    "publishing_of",
]
