"""Time zones by their IANA names, however they were typed."""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from forum.core.errors import Invalid
from forum.core.i18n import sentence

COMMON_ZONES = (
    "Asia/Hong_Kong", "Asia/Macau", "Asia/Shanghai", "Asia/Taipei", "Asia/Singapore",
    "Asia/Tokyo", "Asia/Seoul", "Asia/Bangkok", "Asia/Kuala_Lumpur", "Asia/Manila",
    "Asia/Jakarta", "Asia/Kolkata", "Asia/Dubai", "Australia/Sydney", "Pacific/Auckland",
    "Europe/London", "Europe/Paris", "Europe/Berlin", "Europe/Zurich", "Africa/Johannesburg",
    "America/New_York", "America/Chicago", "America/Los_Angeles", "America/Toronto",
    "America/Sao_Paulo", "UTC",
)  # fmt: skip
"""Offered while typing; any other IANA name is taken too."""


class UnknownZone(Invalid):
    """There is no such IANA time zone."""

    code = "unknown_zone"


def zone_of(name: str) -> ZoneInfo:
    """Return an IANA zone, however its capitals and blanks were typed.

    Raises UnknownZone with the name in it.
    """
    known = _zones().get(name.strip().replace(" ", "_").casefold())
    if known is None:
        raise UnknownZone(
            sentence(
                "There is no time zone “%(name)s”. Choose one such as Asia/Hong_Kong.",
                name=name[:64],
            ),
            field="time_zone",
        )
    try:
        return ZoneInfo(known)
    except (ZoneInfoNotFoundError, ValueError):
        raise UnknownZone(field="time_zone") from None


@lru_cache(maxsize=1)
def _zones() -> dict[str, str]:
    return {name.casefold(): name for name in available_timezones()}
