"""What surrounds the organiser's own words in an announcement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forum.core.i18n import sentence
from forum.messaging.rules import Kind
from forum.messaging.words.shapes import SEE, Words

if TYPE_CHECKING:
    from collections.abc import Mapping

_NOTHING = sentence("%(event)s")
SEE_YOUR_PAGE = sentence("See your page")
ANSWER = sentence("See the invitation")
"""What the button says to a speaker, and to who is invited."""

OF_ANNOUNCED: Mapping[Kind, Words] = {
    Kind.ANNOUNCEMENT: Words(sentence("Announcement"), _NOTHING, _NOTHING, act=SEE),
    Kind.ADVERTISEMENT: Words(sentence("Advertising"), _NOTHING, _NOTHING, act=SEE),
}
