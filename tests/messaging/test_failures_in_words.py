"""Why a mail did not go out is said in words, whatever a mail server answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.core.i18n import sentence
from forum.messaging.service.putting_off import PUT_OFF
from forum.messaging.words.failures import (
    AWAY,
    GIVEN_UP,
    HUNG_UP,
    ON_PURPOSE,
    REVOKED,
    SENDER_REFUSED,
    TOO_MANY,
    is_answer,
    reason_of,
)


@pytest.mark.parametrize(
    ("error", "says"),
    [
        ("550 5.1.1 <a@b.example>: Recipient address rejected", "There is no such mailbox"),
        ("550-5.1.1 The email account does not exist", "There is no such mailbox"),
        ("550 No such user", "There is no such mailbox, or it takes no mail from us."),
        ("452 4.2.2 The box is over quota", "The mailbox is full."),
        ("451 4.7.1 Greylisting in action", "The mail server asks to try again later."),
        ("451 Try again later", "The mail server asks to try again later."),
        ("499 Strange", "The mail server does not take the mail at the moment."),
        ("599 Stranger", "The mail server refuses the mail."),
        (f"{GIVEN_UP}450 Busy", "The mailbox takes no mail at the moment."),
        (f"{AWAY}Connection refused", "The mail server of this Forum cannot be reached."),
        (f"{HUNG_UP}timed out", "The mail server of this Forum hung up"),
        (f"{SENDER_REFUSED}550 5.7.1 No", "refuses the address that the mail comes from"),
        (str(REVOKED), REVOKED.text),
        (str(sentence(TOO_MANY.text, most=20)), "20 times within a day"),
        (PUT_OFF, "Waits until tomorrow: this person was told of 20 versions within a day."),
        ("KeyError", "The mail could not be put together."),
    ],
)
def test_each_kind_of_failure(error: str, says: str) -> None:
    assert says in str(reason_of(error))


def test_what_forum_decides_is_no_answer_of_a_mail_server() -> None:
    for own in (*ON_PURPOSE, PUT_OFF, str(sentence(TOO_MANY.text, most=20)), "KeyError", ""):
        assert not is_answer(own)
    for said in ("550 5.1.1 No", f"{GIVEN_UP}450 Busy", f"{HUNG_UP}timed out"):
        assert is_answer(said)


def test_what_has_not_failed_has_no_reason() -> None:
    assert reason_of("") is None


@given(st.text(max_size=300))
def test_nothing_that_a_server_says_stops_the_page(error: str) -> None:
    found = reason_of(error)
    assert (found is None) == (error.removeprefix(GIVEN_UP) == "")
    assert error == "" or found is None or str(found)
