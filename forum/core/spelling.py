"""A short code as it is said on the telephone: letters by the words that aviation uses."""

from __future__ import annotations

from forum.core.ids import shown

_WORDS = (
    "Alfa", "Bravo", "Charlie", "Delta", "Echo", "Foxtrot", "Golf", "Hotel", "India", "Juliett",
    "Kilo", "Lima", "Mike", "November", "Oscar", "Papa", "Quebec", "Romeo", "Sierra", "Tango",
    "Uniform", "Victor", "Whiskey", "X-ray", "Yankee", "Zulu",
)  # fmt: skip
SPELLED = {word[0]: word for word in _WORDS}
"""The spelling alphabet (ICAO Annex 10, Volume II, 5.2.1.3); figures are said as they are."""


def spelled(code: str, key: str) -> str:
    """Return a short code to be read out, in its two groups: "Kilo 7 Papa, 2 3 Hotel".

    In Chinese the letters stand by themselves, as they are said between two languages.
    """
    groups = shown(code).split("-")
    if key == "en":
        return ", ".join(" ".join(SPELLED.get(one, one) for one in group) for group in groups)
    return "，".join("、".join(group) for group in groups)
