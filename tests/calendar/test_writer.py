"""What a written calendar holds (CALENDAR.md, C01-C10 and E01-E22)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from forum.calendar.rules import marked_title
from forum.calendar.shapes import Conference, EventStatus, FeedEvent, Picture
from forum.calendar.writer import written
from tests.calendar.grammar import Part, parse
from tests.calendar.readers import Reader, by_ical, by_vobject
from tests.calendar.samples import HONG_KONG, LONG_AGO, PARENT, a_calendar, a_uid, an_event


def the_event(event: FeedEvent, language: str = "en") -> Part:
    """Return the one VEVENT of a calendar with this event."""
    (part,) = parse(written(a_calendar(event, language=language))).inside("VEVENT")
    return part


def test_the_calendar_says_its_name_zone_and_how_often_to_look() -> None:
    calendar = parse(
        written(a_calendar(an_event(), name="Forum, the 3rd; 2026", refresh=timedelta(minutes=15)))
    )
    assert calendar.value("VERSION") == "2.0"
    assert calendar.value("PRODID").startswith("-//")
    assert calendar.value("PRODID").endswith("//EN")
    assert calendar.value("NAME") == calendar.value("X-WR-CALNAME") == "Forum\\, the 3rd\\; 2026"
    assert calendar.value("DESCRIPTION") == calendar.value("X-WR-CALDESC") == "A sample."
    assert calendar.value("X-WR-TIMEZONE") == "Asia/Hong_Kong"
    assert calendar.value("X-PUBLISHED-TTL") == calendar.value("REFRESH-INTERVAL") == "PT15M"
    assert calendar.all("REFRESH-INTERVAL")[0].params == {"VALUE": "DURATION"}
    assert calendar.value("SOURCE") == "https://forum.example.com/e/sample/sample.ics"
    assert calendar.all("SOURCE")[0].params == {"VALUE": "URI"}
    assert calendar.value("URL") == "https://forum.example.com/en/e/sample/"
    assert calendar.value("LAST-MODIFIED") == "20261102T030405Z"


def test_the_calendar_has_no_uid_which_would_cost_a_client_its_events() -> None:
    assert not parse(written(a_calendar(an_event()))).all("UID")


def test_it_is_published_only_if_each_event_names_its_organiser() -> None:
    assert parse(written(a_calendar(an_event()))).value("METHOD") == "PUBLISH"
    assert not parse(written(a_calendar(an_event(0), an_event(1, organizer=None)))).all("METHOD")


def test_an_empty_feed_is_a_valid_calendar() -> None:
    octets = written(a_calendar(last_modified=None))
    calendar = parse(octets)
    assert not calendar.parts
    assert not calendar.all("METHOD")
    assert not calendar.all("LAST-MODIFIED")
    assert by_vobject(octets) == by_ical(octets) == []


def test_an_event_has_each_property_once_and_right() -> None:
    part = the_event(
        an_event(sequence=3, last_modified=LONG_AGO + timedelta(days=1, microseconds=5))
    )
    assert part.value("UID") == str(a_uid(0))
    assert part.value("DTSTAMP") == part.value("LAST-MODIFIED") == "20261103T030405Z"
    assert part.value("CREATED") == "20261102T030405Z"
    assert part.value("SEQUENCE") == "3"
    assert part.value("STATUS") == "CONFIRMED"
    assert part.value("TRANSP") == "OPAQUE"
    assert part.value("CLASS") == "PUBLIC"
    assert part.value("SUMMARY") == "Sample talk 0"
    assert part.value("LOCATION") == "Hall 1\\, Sample Centre\\, 1 Sample Road\\, Hong Kong"
    assert part.value("CATEGORIES") == "Talk,Factories"
    assert part.value("URL") == "https://forum.example.com/en/e/sample/"
    assert part.value("RELATED-TO") == str(PARENT)
    assert part.all("RELATED-TO")[0].params == {"RELTYPE": "PARENT"}
    start, end = part.all("DTSTART")[0], part.all("DTEND")[0]
    assert (start.value, end.value) == ("20261208T090000", "20261208T100000")
    assert start.params == end.params == {"TZID": "Asia/Hong_Kong"}
    assert not part.all("ATTENDEE")
    assert not part.parts
    assert len({line.name for line in part.lines}) == len(part.lines)


def test_the_organiser_is_a_role_mailbox_with_its_name_quoted() -> None:
    (line,) = the_event(an_event()).all("ORGANIZER")
    assert line.value == "mailto:events@example.com"
    assert line.params == {"CN": '"Sample Forum"'}


def test_pictures_meetings_and_places_carry_their_value_types() -> None:
    part = the_event(
        an_event(
            geo=(22.2829, -114.1730001),
            picture=Picture("https://forum.example.com/p/展.png", "image/png"),
            conference=Conference("https://forum.example.com/join", "Join: the stream"),
        ),
    )
    assert part.value("GEO") == "22.282900;-114.173000"
    (place,) = part.all("X-APPLE-STRUCTURED-LOCATION")
    assert place.value == "geo:22.282900,-114.173000"
    assert place.params == {
        "VALUE": "URI",
        "X-TITLE": '"Hall 1, Sample Centre, 1 Sample Road, Hong Kong"',
    }
    (picture,) = part.all("IMAGE")
    assert picture.params == {"VALUE": "URI", "DISPLAY": "BADGE", "FMTTYPE": "image/png"}
    assert picture.value.isascii()
    (meeting,) = part.all("CONFERENCE")
    assert meeting.params == {
        "VALUE": "URI",
        "LABEL": '"Join: the stream"',
        "FEATURE": "AUDIO,VIDEO",
    }


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("en", "CANCELLED: Sample talk 0"),
        ("zh-Hant", "已取消：Sample talk 0"),
        ("zh-Hans", "已取消：Sample talk 0"),
    ],
)
def test_a_cancelled_event_stays_and_says_so_in_the_feeds_language(
    language: str, title: str
) -> None:
    part = the_event(an_event(status=EventStatus.CANCELLED), language)
    assert part.value("SUMMARY") == title
    assert part.value("STATUS") == "CANCELLED"
    assert part.value("TRANSP") == "TRANSPARENT"


def test_only_cancelled_titles_are_marked() -> None:
    assert marked_title("Talk", EventStatus.TENTATIVE, "en") == "Talk"


def test_an_all_day_event_has_dates_and_an_exclusive_end(by_ical_js: Reader) -> None:
    event = an_event(start=date(2026, 12, 8), end=date(2026, 12, 10), transparent=True)
    part = the_event(event)
    assert [(line.value, line.params) for line in (*part.all("DTSTART"), *part.all("DTEND"))] == [
        ("20261208", {"VALUE": "DATE"}),
        ("20261210", {"VALUE": "DATE"}),
    ]
    assert part.value("TRANSP") == "TRANSPARENT"
    for read in (by_vobject, by_ical, by_ical_js):
        (seen,) = read(written(a_calendar(event)))
        assert (seen.start, seen.end) == ("2026-12-08", "2026-12-10")


def test_events_stand_in_order_of_start_and_uid_however_they_were_given() -> None:
    nine = datetime(2026, 12, 8, 9, tzinfo=HONG_KONG)
    events = [
        an_event(2),
        an_event(1),
        an_event(0, start=nine + timedelta(minutes=30)),
        an_event(3, start=date(2026, 12, 8), end=date(2026, 12, 9)),
    ]
    octets = written(a_calendar(*events))
    assert [seen.uid for seen in by_vobject(octets)] == [str(a_uid(n)) for n in (3, 1, 2, 0)]
    assert written(a_calendar(*reversed(events))) == octets


def test_the_same_values_are_the_same_octets_and_one_change_is_one_event() -> None:
    before = [an_event(n) for n in range(5)]
    after = [*before[:2], an_event(2, title="Renamed", sequence=1), *before[3:]]
    first, second = written(a_calendar(*before)), written(a_calendar(*after))
    assert first == written(a_calendar(*before))
    pieces = [octets.split(b"BEGIN:VEVENT") for octets in (first, second)]
    assert [n for n, (a, b) in enumerate(zip(*pieces, strict=True)) if a != b] == [3]


def test_an_event_without_a_title_still_has_one() -> None:
    assert the_event(an_event(title=" \x00\n")).value("SUMMARY") == "–"


def test_what_no_calendar_can_show_is_refused() -> None:
    nine = datetime(2026, 12, 8, 9, tzinfo=UTC)
    with pytest.raises(ValueError, match="after the start"):
        an_event(start=nine, end=nine)
    with pytest.raises(ValueError, match="without a zone"):
        an_event(start=nine.replace(tzinfo=None), end=nine)
    with pytest.raises(ValueError, match="one kind"):
        an_event(start=nine.date(), end=nine)
