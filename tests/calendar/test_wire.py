"""The wire promises of CALENDAR.md (W01-W12), for any text at all."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forum.calendar.shapes import Conference, Mailbox
from forum.calendar.wire import ascii_url, folded, one_line, paragraphs
from forum.calendar.writer import written
from tests.calendar.grammar import parse, wire_faults
from tests.calendar.readers import Reader, by_ical, by_vobject
from tests.calendar.samples import a_calendar, an_event

NASTY = [
    "\\",
    "\\\\",
    "\\n",
    "\\N",
    "C:\\New",
    "^",
    "^n",
    "^^",
    '"',
    ";",
    ",",
    ":",
    "\n",
    "\r",
    "\r\n",
    "\t",
    " ",
    "  ",
    "\x00",
    "\x0b",
    "\x1b",
    "\x85",
    "\u2028",
    "\u2029",
    "\ufeff",
    "\ud800",
    "\uffff",
    "é",
    "e\u0301",
    "香",
    "𠮷",
    "👩‍🏭",
    "\u202e",
    "\u200b",
    "שלום",
    "BEGIN:VEVENT",
    "END:VCALENDAR",
    "X" * 74,
    "香" * 30,
    "=",
    "<b>",
]
ANY_TEXT = st.lists(st.one_of(st.sampled_from(NASTY), st.text(max_size=20)), max_size=30).map(
    "".join
)
MANY = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


@MANY
@given(title=ANY_TEXT, description=ANY_TEXT, location=ANY_TEXT, name=ANY_TEXT, category=ANY_TEXT)
def test_no_text_breaks_the_wire(
    title: str,
    description: str,
    location: str,
    name: str,
    category: str,
) -> None:
    event = an_event(
        title=title,
        description=description,
        location=location,
        categories=(category, title),
        geo=(22.28, 114.17),
        organizer=Mailbox(name, "events@example.com"),
        conference=Conference("https://example.com/join", name),
    )
    assert wire_faults(written(a_calendar(event, name=name, description=description))) == []


@MANY
@given(title=ANY_TEXT, description=ANY_TEXT, location=ANY_TEXT)
def test_any_text_comes_back_from_two_python_readers(
    title: str, description: str, location: str
) -> None:
    octets = written(a_calendar(an_event(title=title, description=description, location=location)))
    for read in (by_vobject, by_ical):
        (seen,) = read(octets)
        assert seen.summary == (one_line(title) or "–")
        assert seen.description == paragraphs(description)
        assert seen.location == one_line(location)


@MANY
@given(title=ANY_TEXT, description=ANY_TEXT, location=ANY_TEXT)
def test_any_text_comes_back_from_thunderbirds_reader(
    title: str,
    description: str,
    location: str,
    by_ical_js: Reader,
) -> None:
    octets = written(a_calendar(an_event(title=title, description=description, location=location)))
    (seen,) = by_ical_js(octets)
    assert (seen.summary, seen.description, seen.location) == (
        one_line(title) or "–",
        paragraphs(description),
        one_line(location),
    )


@MANY
@given(st.text(max_size=400))
def test_cleaning_twice_changes_nothing_and_keeps_what_is_harmless(text: str) -> None:
    once = paragraphs(text)
    assert paragraphs(once) == once
    assert one_line(one_line(text)) == one_line(text)
    harmless = "".join(c for c in text if c.isalnum())
    assert "".join(c for c in once if c.isalnum()) == harmless


@MANY
@given(
    st.lists(
        st.sampled_from(["\\\\", "\\n", "\\,", "^n", "^^", "a", " ", "香", "😀"]), max_size=200
    ).map("".join)
)
def test_folds_can_be_undone_and_cut_no_escape(value: str) -> None:
    line = f"DESCRIPTION:{value}".encode()
    pieces = folded(line).split(b"\r\n ")
    assert b"".join(pieces) == line
    for index, piece in enumerate(pieces):
        assert len(piece) <= (75 if index == 0 else 74)
        piece.decode()
        if piece is not pieces[-1]:
            assert (len(piece) - len(piece.rstrip(b"\\"))) % 2 == 0


def test_folds_avoid_blanks_at_both_sides_of_the_cut() -> None:
    line = b"DESCRIPTION:" + b"fourteen words " * 40
    for piece in folded(line).split(b"\r\n ")[:-1]:
        assert not piece.endswith(b" ")
    assert b"\r\n  " not in folded(line)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("C:\\New", "C:\uff3cNew"),
        ("a\\b", "a\\b"),
        ("one\u2028two\x85three\x0bfour", "one\ntwo\nthree\nfour"),
        ("nul\x00 esc\x1b[31m", "nul esc[31m"),
        ("\ufefftext", "text"),
        ("much   white\t \tspace", "much white space"),
        ("a\n\n\n\n\nb", "a\n\nb"),
    ],
)
def test_what_readers_choke_on_is_replaced(typed: str, shown: str) -> None:
    assert paragraphs(typed) == shown


def test_no_line_can_be_smuggled_in_by_a_title_a_name_or_an_address() -> None:
    smuggled = "x\r\nATTENDEE:mailto:guest@example.com\rBEGIN:VALARM\nX"
    octets = written(
        a_calendar(
            an_event(
                title=smuggled,
                location=smuggled,
                url=f"https://example.com/{smuggled}",
                organizer=Mailbox(smuggled, f"a@example.com{smuggled}"),
            ),
            name=smuggled,
            description=smuggled,
            page=f"https://example.com/{smuggled}",
        ),
    )
    calendar = parse(octets)
    (event,) = calendar.inside("VEVENT")
    assert not event.all("ATTENDEE")
    assert not event.parts


@pytest.mark.parametrize(
    ("given_url", "expected"),
    [
        (
            "https://example.com/e/展覽?q=香 港#頭",
            "https://example.com/e/%E5%B1%95%E8%A6%BD?q=%E9%A6%99%20%E6%B8%AF#%E9%A0%AD",
        ),
        ("https://香港.example/", "https://xn--j6w193g.example/"),
        ("https://example.com:8443/a%20b", "https://example.com:8443/a%20b"),
        ("https://[::1]:8000/x", "https://[::1]:8000/x"),
        ("javascript:alert(1)", ""),
        ("/relative", ""),
        ("https://", ""),
        ("http://[bad", ""),
        ("https://example.com:port/", ""),
        ("https://" + "a" * 80 + ".example/", ""),
        ("", ""),
    ],
)
def test_addresses_are_absolute_and_ascii_or_left_out(given_url: str, expected: str) -> None:
    assert ascii_url(given_url) == expected
