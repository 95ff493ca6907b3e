"""Forms on the programme: a session with who appears in it, and a speaker's profile."""

from __future__ import annotations

from forum.programme.forms.session import DRAFT, FARTHEST_PLACE, PartForm, SessionForm
from forum.programme.forms.speaker import AskForm, SpeakerForm

__all__ = [
    "DRAFT",
    "FARTHEST_PLACE",
    "AskForm",
    "PartForm",
    "SessionForm",
    "SpeakerForm",
]
