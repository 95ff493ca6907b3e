"""What those are called whom cues are for."""

from __future__ import annotations

from collections.abc import Mapping

from forum.core.i18n import Sentence, sentence
from forum.programme.rules import CueFor

CUE_FOR: Mapping[CueFor, Sentence] = {
    CueFor.MC: sentence("MC"),
    CueFor.AV: sentence("AV"),
    CueFor.INTERPRETERS: sentence("Interpreters"),
    CueFor.STAGE: sentence("Stage"),
}
