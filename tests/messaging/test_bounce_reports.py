"""Delivery reports are read whatever their make, and nothing in them can break the reader."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forum.messaging.incoming import LARGEST, UnreadableMail
from forum.messaging.reports import Report, read
from forum.messaging.rules.bounces import BounceAction, is_final, is_given_up, says_of
from tests.messaging import returned_mail

OURS, TO = "<0199aaaa-0000-7000-8000-000000000000@example.com>", "guest@example.com"
Shape = Callable[[str, str], bytes]
SHAPES: tuple[Shape, ...] = (
    returned_mail.postfix,
    returned_mail.exim,
    returned_mail.exim_of_old,
    returned_mail.exchange,
    returned_mail.gmail,
)
BREAKERS = (
    b"\r\n",
    b"\r",
    b"\0",
    b"\xff\xfe",
    b"--B_1\r\n",
    b"--B_1--",
    b"=?utf-8?b?@@@?=",
    b"=?x-none?q?=41?=",
    b"Content-Type: text/plain; charset=none\r\n",
    b"Content-Type: multipart/report; boundary=\r\n\r\n",
    b"Content-Transfer-Encoding: base64\r\n",
    b"Status: 9.9.9\r\nAction: \xe9\r\n\r\n",
    b"Final-Recipient: rfc822;\r\n",
)
changes = st.lists(
    st.tuples(
        st.integers(0, 4000),
        st.integers(0, 60),
        st.one_of(st.sampled_from(BREAKERS), st.binary(max_size=20)),
    ),
    max_size=20,
)


@pytest.mark.parametrize("shape", SHAPES)
def test_every_make_names_our_mail_and_says_that_it_failed(shape: Shape) -> None:
    report = read(shape(OURS, TO))
    assert report is not None
    assert report.message_ids == (OURS,)
    assert report.action is BounceAction.FAILED
    assert report.status.startswith("5.")
    assert not report.status.endswith(".0.0")
    assert report.diagnostic
    assert "\n" not in report.diagnostic


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("550 No such user here", "5.1.1"),
        ("550 Unrouteable address", "5.1.2"),
        ("552 Mailbox quota exceeded", "5.2.2"),
        ("550 5.7.1 Blocked", "5.7.1"),
        ("550 Go away", "5.0.0"),
    ],
)
def test_where_the_code_says_nothing_the_words_of_the_server_do(said: str, status: str) -> None:
    raw = returned_mail.exim(OURS, TO).replace(b"550 No such user here", said.encode())
    report = read(raw)
    assert report is not None
    assert report.status == status


def test_a_report_in_utf_8_is_read_as_well() -> None:
    raw = (
        returned_mail.postfix(OURS, "gästin@例子.example.com")
        .replace(b"message/delivery-status", b"message/global-delivery-status")
        .replace(b"message/rfc822", b"message/global")
        .replace("rfc822; gästin".encode(), "utf-8; gästin".encode())
    )
    report = read(raw)
    assert report is not None
    assert (report.status, report.message_ids) == ("5.1.1", (OURS,))


def test_of_several_recipients_the_worst_end_counts() -> None:
    both = returned_mail.postfix(OURS, TO).replace(
        b"Final-Recipient: rfc822; guest@example.com",
        b"Final-Recipient: rfc822; other@example.com\r\nAction: delivered\r\nStatus: 2.1.5\r\n"
        b"\r\nFinal-Recipient: rfc822; guest@example.com",
    )
    report = read(both)
    assert report is not None
    assert (report.action, report.status) == (BounceAction.FAILED, "5.1.1")


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (b"report-type=delivery-status", b"report-type=disposition-notification"),
        (b"report-type=delivery-status", b"report-type=feedback-report"),
    ],
)
def test_receipts_and_complaints_are_no_delivery_reports(was: bytes, becomes: bytes) -> None:
    raw = returned_mail.postfix(OURS, TO).replace(was, becomes)
    assert read(raw.replace(b"message/delivery-status", b"message/" + becomes[12:])) is None


def test_a_returned_report_inside_a_letter_is_not_taken_for_one() -> None:
    inside = returned_mail.postfix(OURS, TO)
    letter = (
        b"From: guest@example.com\r\nTo: bounces@example.com\r\nSubject: Look\r\n"
        b"Content-Type: message/rfc822\r\n\r\n" + inside
    )
    assert read(letter) is None


@settings(deadline=None, max_examples=300)
@given(shape=st.sampled_from(SHAPES), spoiled=changes)
def test_a_broken_report_is_read_or_refused(
    shape: Shape, spoiled: list[tuple[int, int, bytes]]
) -> None:
    raw = shape(OURS, TO)
    for at, length, put in spoiled:
        raw = raw[: at % (len(raw) + 1)] + put + raw[at % (len(raw) + 1) + length :]
    _read_or_refuse(raw)


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=2000))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    _read_or_refuse(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b"Content-Type: message/rfc822\r\n\r\n" * 20_000,
        b"Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n" * 3_000,
        b"X: y\r\n" * 100_000,
        b"X-Failed-Recipients: a\r\nContent-Type: text/plain\r\n\r\n" + b"-" * LARGEST,
        b"X-Failed-Recipients: a\r\nContent-Type: text/plain\r\n\r\n" + b"user " * 400_000,
        b"In-Reply-To: " + b"<a" * 500_000 + b"\r\n" + returned_mail.postfix(OURS, TO),
    ],
    ids=["nested", "parts", "headers", "dashes", "words", "ids"],
)
def test_what_is_built_to_be_slow_is_not(raw: bytes) -> None:
    _read_or_refuse(raw)


@pytest.mark.parametrize(
    ("status", "final"),
    [
        ("5.1.1", True),
        ("5.1.10", True),
        ("5.2.1", True),
        ("5.4.4", True),
        ("5.2.2", False),
        ("5.7.1", False),
        ("5.3.4", False),
        ("5.0.0", False),
        ("4.1.1", False),
        ("", False),
    ],
)
def test_final_is_what_will_not_pass(status: str, final: bool) -> None:
    assert is_final(BounceAction.FAILED, status) is final
    assert is_final(BounceAction.DELAYED, status) is False


def test_an_address_is_given_up_at_one_final_or_three_others() -> None:
    assert [is_given_up(0, number) for number in range(5)] == [False, False, False, True, True]
    assert is_given_up(1, 0)


@given(st.text(max_size=12))
def test_every_code_has_words(status: str) -> None:
    assert says_of(status).text


def _read_or_refuse(raw: bytes) -> None:
    try:
        report = read(raw)
    except UnreadableMail:
        return
    assert report is None or isinstance(report, Report)
    if report is not None:
        assert len(report.diagnostic) <= 500
        assert len(report.message_ids) <= 20
        assert len(report.sent_to) <= 20
