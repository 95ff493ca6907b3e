"""The zone promises of CALENDAR.md (T01-T05): our VTIMEZONE says what IANA says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from dateutil.tz import tzical

from forum.calendar.wire import octets
from forum.calendar.writer import written
from forum.calendar.zones import Observance, is_plain_utc, observances, timezone_component
from tests.calendar.grammar import Part, parse
from tests.calendar.readers import Reader, by_ical, by_vobject
from tests.calendar.samples import a_calendar, an_event

IN_USE = sorted(
    zone for zone in available_timezones() if not is_plain_utc(zone) and zone != "localtime"
)
CLOCKS = (
    "Asia/Hong_Kong",
    "Asia/Shanghai",
    "Asia/Kolkata",
    "Europe/London",
    "Europe/Dublin",
    "America/New_York",
    "America/Sao_Paulo",
    "America/Santiago",
    "Australia/Sydney",
    "Australia/Lord_Howe",
    "Asia/Jerusalem",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Asia/Gaza",
    "America/Nuuk",
    "Pacific/Chatham",
    "Antarctica/Troll",
)
HOUR = timedelta(hours=1)


def zone_part(zone: str, first_year: int, last_year: int) -> Part:
    """Return the VTIMEZONE of a zone, strictly read."""
    return parse(octets(timezone_component(zone, first_year, last_year)))


def read_by_dateutil(zone: str, first_year: int, last_year: int) -> tzical:
    """Return the zone as dateutil reads our text."""
    return tzical(StringIO(octets(timezone_component(zone, first_year, last_year)).decode())).get(
        zone
    )


def is_certain(moment: datetime) -> bool:
    """Say whether a wall time happens exactly once."""
    unfolded = moment.replace(fold=1)
    back = moment.astimezone(UTC).astimezone(moment.tzinfo)
    return moment.utcoffset() == unfolded.utcoffset() and back.replace(
        tzinfo=None
    ) == moment.replace(tzinfo=None)


def test_every_day_of_every_zone_has_ianas_offset() -> None:
    noons = [datetime(2026, 1, 1, 12) + timedelta(days=day) for day in range(730)]  # noqa: DTZ001 - wall times
    ours: dict[tuple[Observance, ...], list[timedelta | None]] = {}
    wrong = []
    for zone in IN_USE:
        parts, iana = observances(zone, 2026, 2027), ZoneInfo(zone)
        if parts not in ours:
            read = read_by_dateutil(zone, 2026, 2027)
            ours[parts] = [noon.replace(tzinfo=read).utcoffset() for noon in noons]
        if ours[parts] != [noon.replace(tzinfo=iana).utcoffset() for noon in noons]:
            wrong.append(zone)
    assert wrong == []
    assert len(IN_USE) > 400


@pytest.mark.parametrize("zone", CLOCKS)
def test_every_hour_around_a_change_has_ianas_offset(zone: str) -> None:
    iana = ZoneInfo(zone)
    for first, last in ((2026, 2026), (2025, 2028)):
        ours = read_by_dateutil(zone, first, last)
        midnight = datetime(first, 1, 1)  # noqa: DTZ001 - a wall time
        while midnight.year <= last:
            days = [(midnight + timedelta(days=n)).replace(tzinfo=iana) for n in (-1, 2)]
            quiet = days[0].utcoffset() == days[1].utcoffset()
            for hour in (12,) if quiet else range(24):
                wall = midnight + hour * HOUR
                theirs = wall.replace(tzinfo=iana)
                if is_certain(theirs):
                    assert wall.replace(tzinfo=ours).utcoffset() == theirs.utcoffset(), wall
            midnight += timedelta(days=1)


@pytest.mark.parametrize("zone", CLOCKS)
def test_all_readers_see_each_month_at_the_right_moment(zone: str, by_ical_js: Reader) -> None:
    starts = [
        datetime(2026, month, day, 12, tzinfo=ZoneInfo(zone))
        for month in range(1, 13)
        for day in (1, 15, 28)
    ]
    events = [
        an_event(i, start=start, end=start + HOUR, zone=zone) for i, start in enumerate(starts)
    ]
    document = written(a_calendar(*events, zone=zone))
    for read in (by_vobject, by_ical, by_ical_js):
        seen = [event.start for event in read(document)]
        assert seen == [start.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") for start in starts]


def test_every_zone_is_written_in_the_form_that_clients_read() -> None:
    written_parts = {observances(zone, 2026, 2026): zone for zone in IN_USE}
    for zone in written_parts.values():
        part = zone_part(zone, 2026, 2026)
        standard, daylight = part.inside("STANDARD"), part.inside("DAYLIGHT")
        assert (len(standard), [line.name for line in part.lines]) == (1, ["TZID"]), zone
        assert len(daylight) <= 1, zone
        for observance in standard + daylight:
            names = {line.name for line in observance.lines}
            assert names <= {"DTSTART", "TZOFFSETFROM", "TZOFFSETTO", "RRULE", "TZNAME"}
            assert {len(observance.value(name)) for name in ("TZOFFSETFROM", "TZOFFSETTO")} == {
                len("+0800")
            }
            assert observance.value("DTSTART").startswith("1970")
            assert ("RRULE" in names) is bool(daylight)


def test_hong_kong_is_one_standard_part() -> None:
    part = zone_part("Asia/Hong_Kong", 2026, 2026)
    (standard,) = part.parts
    assert standard.value("DTSTART") == "19700101T000000"
    assert standard.value("TZOFFSETTO") == "+0800"
    assert standard.value("TZNAME") == "HKT"


def test_where_no_yearly_rule_fits_each_change_stands_by_itself() -> None:
    parts = observances("Africa/Casablanca", 2026, 2027)
    assert len(parts) > 2
    assert not any(part.rule for part in parts)
    assert all(a.onset < b.onset for a, b in pairwise(parts))


def test_a_zone_stands_once_before_the_events_and_only_if_used() -> None:
    document = written(
        a_calendar(
            an_event(0, zone="Europe/London"),
            an_event(1, zone="Asia/Tokyo"),
            an_event(2, zone="Europe/London"),
            an_event(
                3,
                start=datetime(2026, 12, 8, tzinfo=UTC).date(),
                end=datetime(2026, 12, 9, tzinfo=UTC).date(),
                zone="Asia/Seoul",
            ),
        ),
    )
    calendar = parse(document)
    assert [part.name for part in calendar.parts] == ["VTIMEZONE"] * 2 + ["VEVENT"] * 4
    assert [part.value("TZID") for part in calendar.inside("VTIMEZONE")] == [
        "Asia/Tokyo",
        "Europe/London",
    ]


@pytest.mark.parametrize("zone", ["UTC", "Etc/UTC", "Etc/GMT-8", "GMT"])
def test_a_zone_that_is_no_place_goes_out_as_utc(zone: str) -> None:
    calendar = parse(written(a_calendar(an_event(zone=zone))))
    (event,) = calendar.inside("VEVENT")
    (start,) = event.all("DTSTART")
    assert (start.value, start.params) == ("20261208T010000Z", {})
    assert not calendar.inside("VTIMEZONE")


def test_years_reach_from_the_first_event_to_the_last() -> None:
    london = ZoneInfo("Europe/London")
    starts = [datetime(2026, 12, 31, 23, 30, tzinfo=london), datetime(2028, 7, 1, 9, tzinfo=london)]
    document = written(
        a_calendar(
            *(
                an_event(i, start=s, end=s + HOUR, zone="Europe/London")
                for i, s in enumerate(starts)
            )
        )
    )
    assert [seen.start for seen in by_vobject(document)] == [
        "2026-12-31T23:30:00Z",
        "2028-07-01T08:00:00Z",
    ]
