"""What only public pages call by name."""

from __future__ import annotations

from collections.abc import Mapping

from forum.core.i18n import Sentence, sentence

MATERIALS: Mapping[str, Sentence] = {
    "slides": sentence("Slides"),
    "handout": sentence("Hand-out"),
    "recording": sentence("Recording"),
    "link": sentence("Link"),
}
