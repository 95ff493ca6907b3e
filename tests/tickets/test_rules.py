"""The code in a QR: what goes in comes out, whatever people and scanners do to it."""

from __future__ import annotations

import string
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.core import qr
from forum.core.ids import READABLE, shown
from forum.tickets import rules
from forum.tickets.rules import NotATicket, ParsedTicket, Payload, ShortCode, parse

HOURS = st.integers(0, rules.LARGEST_HOUR).map(lambda hours: rules.EPOCH + hours * rules.HOUR)
PAYLOADS = st.builds(
    Payload,
    key_number=st.integers(0, rules.LARGEST_KEY_NUMBER),
    ticket_number=st.integers(0, rules.LARGEST_TICKET_NUMBER),
    type_number=st.integers(0, rules.LARGEST_TYPE_NUMBER),
    valid_from=HOURS,
    valid_until=HOURS,
    version=st.integers(0, 15),
    algorithm=st.integers(0, 15),
)
SIGNATURES = st.binary(min_size=64, max_size=64)
CODES = st.text(READABLE, min_size=8, max_size=8)


@given(PAYLOADS)
def test_sixteen_bytes_hold_the_whole_payload(payload: Payload) -> None:
    raw = payload.to_bytes()
    assert len(raw) == rules.PAYLOAD_BYTES
    assert Payload.from_bytes(raw) == payload


@given(st.binary(min_size=16, max_size=16))
def test_any_sixteen_bytes_are_read_without_an_error(raw: bytes) -> None:
    assert Payload.from_bytes(raw).to_bytes() == raw


def test_the_bytes_lie_where_the_design_says() -> None:
    payload = Payload(
        key_number=0x0102,
        ticket_number=0x030405060708,
        type_number=9,
        valid_from=rules.EPOCH + 0x0A0B0C * rules.HOUR,
        valid_until=rules.EPOCH + 0x0D0E0F * rules.HOUR,
    )
    assert payload.to_bytes().hex() == "110102030405060708090a0b0c0d0e0f"


@given(PAYLOADS, SIGNATURES)
def test_what_is_written_is_read_back(payload: Payload, signature: bytes) -> None:
    code = rules.encoded(payload.to_bytes(), signature)
    read = parse(rules.address("https://forum.example.com", code))
    assert read == ParsedTicket(payload, payload.to_bytes(), signature)


@given(
    PAYLOADS,
    SIGNATURES,
    st.sampled_from(["https://a.example", "HTTP://127.0.0.1:8000", "https://forum.example.com/x"]),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["", "?lang=en", "#top", "/", "\r\n", " "]),
)
def test_host_case_blanks_and_endings_do_not_matter(
    payload: Payload, signature: bytes, host: str, lower: bool, wide: bool, ending: str
) -> None:
    code = rules.encoded(payload.to_bytes(), signature)
    text = f"{host}/t/{code}" if host else code
    text = text.lower() if lower else text
    if wide:
        text = f" {text[:20]} \t{text[20:]}\n"
    read = parse(text + ending)
    assert isinstance(read, ParsedTicket)
    assert read.signature == signature


@given(CODES, st.booleans(), st.sampled_from(["-", "", " ", "–", "－", " - "]))
def test_a_reference_is_taken_with_any_dash_or_none(code: str, lower: bool, dash: str) -> None:
    typed = f"{code[:4]}{dash}{code[4:]}"
    assert parse(typed.lower() if lower else typed) == ShortCode(code)


def test_a_reference_is_taken_in_full_width_letters() -> None:
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in "T9M2-PR4K")
    assert parse(wide) == ShortCode("T9M2PR4K")


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "https://example.com/",
        "https://example.com/t/",
        "T9M2-PR4",
        "T9M2-PR4KK",
        "T9M2-PR4O",  # an O is no letter of references, and is not guessed to be a nought
        "A" * 127,
        "A" * 129,
        "1" * 128,
        "A" * 100_000,
        "WIFI:S:guest;T:WPA;P:secret;;",
        "\x00",
        "簽到",
    ],
)
def test_other_codes_are_no_tickets(text: str) -> None:
    assert parse(text) == NotATicket()


@given(st.text(max_size=600))
def test_nothing_that_is_read_raises(text: str) -> None:
    assert isinstance(parse(text), ParsedTicket | ShortCode | NotATicket)


@given(st.text(string.ascii_letters + string.digits + "/-", max_size=60))
def test_only_eight_readable_letters_are_a_reference(text: str) -> None:
    read = parse(text)
    if isinstance(read, ShortCode):
        assert len(read.code) == 8
        assert set(read.code) <= set(READABLE)
        assert parse(shown(read.code)) == read


@given(st.integers(0, 3_000_000).map(lambda hours: rules.EPOCH + hours * rules.HOUR / 7))
def test_a_ticket_counts_from_its_issue_to_long_after_the_end(now: datetime) -> None:
    ends = now + timedelta(days=10)
    start, until = rules.validity(now, ends)
    assert start <= now < start + rules.HOUR
    assert until >= ends + rules.KEPT_AFTER_THE_END
    assert start.minute == until.minute == 0


def test_the_code_fits_a_version_seven_qr_in_alphanumeric_mode() -> None:
    code = rules.encoded(bytes(16), bytes(range(64)))
    longest_host = "https://" + "a" * 31 + ".example"
    assert len(qr.matrix(rules.address(longest_host, code))) == 45
