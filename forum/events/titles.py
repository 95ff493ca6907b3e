"""A title in two halves: what is said loudly, and what explains it."""

from __future__ import annotations

from dataclasses import dataclass

from forum.core.text import Fragment

COLONS = ":："


@dataclass(frozen=True, slots=True)
class Title:
    """A title's loud half, its colon included, and the quiet rest."""

    loud: str
    quiet: str
    lang: str

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """The whole title in one line."""
        gap = " " if self.loud.endswith(":") and self.quiet else ""
        return f"{self.loud}{gap}{self.quiet}"

    @property
    def name(self) -> str:
        """The loud half without its colon: what the event is called in passing."""
        return self.loud.rstrip(COLONS)


def title_of(fragment: Fragment) -> Title:
    """Split a title behind its first colon; one without a colon is loud as a whole."""
    at = next((place for place, sign in enumerate(fragment.text) if sign in COLONS), -1)
    if at <= 0 or at == len(fragment.text) - 1:
        return Title(fragment.text, "", fragment.lang)
    quiet = fragment.text[at + 1 :].strip()
    return Title(fragment.text[: at + 1], quiet, fragment.lang)
