"""Why a mail did not go out, in words: what Forum itself decided, and what mail servers answer."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from forum.core.i18n import Sentence, sentence
from forum.messaging.rules.bounces import UNKNOWN_STATUS, says_of
from forum.messaging.rules.sending import is_permanent

if TYPE_CHECKING:
    from collections.abc import Mapping

REVOKED = sentence("Not sent: the ticket has been cancelled meanwhile.")
ANOTHERS = sentence("Not sent: the registration belongs to somebody else by now.")
NOT_WANTED = sentence("Not sent: this address wants no invitations and no advertising from you.")
CAME_BACK = sentence("Not sent: mail to this address has come back. Correct the address.")
TOO_LATE = sentence("Not sent: the time for which it was of use is over.")
TOO_MANY = sentence("Not sent: this address was written to %(most)s times within a day.")
TOO_MANY_TODAY = sentence(
    "Waits until tomorrow: this address was written to %(most)s times within a day."
)
OTHER_ADDRESS = sentence("Not sent: the address was changed meanwhile.")
WITHOUT_WORDS = sentence("Not sent: its words are no longer kept.")
STOPPED = sentence("Not sent: the announcement was stopped.")
PUT_OFF = sentence("Waits until tomorrow: this person was told of %(most)s versions within a day.")
PUT_OFF_BEGINS = "Waits until tomorrow:"
UNWRITABLE = sentence("No mail can be sent to this address.")
AWAY = "The mail server cannot be reached: "
HUNG_UP = "The mail server hung up: "
GIVEN_UP = "Given up after many tries. The last answer: "
OPEN_LINE = "No encryption, so no password is sent: "
SENDER_REFUSED = "Our sender’s address is refused: "

ON_PURPOSE = tuple(
    one.text
    for one in (REVOKED, ANOTHERS, OTHER_ADDRESS, NOT_WANTED, TOO_LATE, STOPPED, WITHOUT_WORDS)
)
"""What Forum held back for good: nothing is wrong there, and once more would be wrong."""

_OWN: Mapping[str, Sentence] = MappingProxyType(
    {
        one.text: one
        for one in (
            REVOKED,
            ANOTHERS,
            OTHER_ADDRESS,
            NOT_WANTED,
            CAME_BACK,
            TOO_LATE,
            STOPPED,
            WITHOUT_WORDS,
            UNWRITABLE,
        )
    }
)
_LINES: Mapping[str, Sentence] = MappingProxyType(
    {
        AWAY: sentence("The mail server of this Forum cannot be reached."),
        HUNG_UP: sentence("The mail server of this Forum hung up in the middle of the mail."),
        OPEN_LINE: sentence(
            "The mail server offers no encryption, so that this Forum does not sign in there."
        ),
        SENDER_REFUSED: sentence("The mail server refuses the address that the mail comes from."),
    }
)
_CODES: Mapping[int, Sentence] = MappingProxyType(
    {
        421: sentence("The mail server was just closing."),
        450: sentence("The mailbox takes no mail at the moment."),
        451: sentence("The mail server asks to try again later."),
        452: sentence("The mail server has no room at the moment."),
        454: sentence("The mail server could not sign this Forum in."),
        530: sentence("The mail server wants this Forum to sign in first."),
        535: sentence("The mail server does not take this Forum’s name and password."),
        550: sentence("There is no such mailbox, or it takes no mail from us."),
        551: sentence("The mailbox has moved, and nobody knows where to."),
        552: sentence("The mailbox is full, or the mail is too large for it."),
        553: sentence("The mail server does not know this form of address."),
        554: sentence("The mail server refuses the mail, or took it for spam."),
    }
)
_TEMPORARY = sentence("The mail server does not take the mail at the moment.")
_PERMANENT = sentence("The mail server refuses the mail.")
_BROKEN = sentence("The mail could not be put together. Tell whoever runs this Forum.")
_TOO_MANY = re.compile(r"(\D+)(\d+) times within a day\.")
_PUT_OFF = re.compile(r"Waits until tomorrow: .* told of (\d+) versions within a day\.")
_ANSWER = re.compile(r"(?P<code>[2-5]\d\d)(?:[ -](?P<status>[245]\.\d{1,3}\.\d{1,3}))?(?!\d)")


def reason_of(last_error: str) -> Sentence | None:
    """Return in words what stands as a message's last error; None where nothing does.

    By what Forum itself wrote, else by the answer's code (RFC 5321 §4.2.3, RFC 3463).
    """
    error = last_error.removeprefix(GIVEN_UP)
    if not error:
        return None
    if own := _OWN.get(error):
        return own
    if too_many := _TOO_MANY.fullmatch(error):
        says = TOO_MANY if TOO_MANY.text.startswith(too_many[1]) else TOO_MANY_TODAY
        return sentence(says.text, most=int(too_many[2]))
    if put_off := _PUT_OFF.fullmatch(error):
        return sentence(PUT_OFF.text, most=int(put_off[1]))
    for begins, says in _LINES.items():
        if error.startswith(begins):
            return says
    answer = _ANSWER.match(error)
    return _of_answer(int(answer["code"]), answer["status"] or "") if answer else _BROKEN


def is_answer(last_error: str) -> bool:
    """Say whether a message's last error is what a mail server answered, word for word."""
    return _ANSWER.match(last_error.removeprefix(GIVEN_UP)) is not None or any(
        last_error.startswith(begins) for begins in _LINES
    )


def _of_answer(code: int, status: str) -> Sentence:
    subject = status.partition(".")[2]
    if status.startswith("4.7."):
        # Greylisting: it refuses nobody, it wants to be asked again.
        return _CODES[451]
    if status and status != UNKNOWN_STATUS and not subject.startswith("0."):
        return says_of(status)
    return _CODES.get(code) or (_PERMANENT if is_permanent(code) else _TEMPORARY)
