"""What a delivery report means: which are final, when an address is given up, why in words."""

from __future__ import annotations

import re
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from forum.core.i18n import Sentence, sentence

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_TEMPORARY = 3
"""After so many reports that are not final an address gets no more mail (SECURITY.md M50)."""

_CODE = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])", re.ASCII)

UNKNOWN_STATUS = "5.0.0"
"""What is taken where a report names no code: RFC 3463 §3.1, other undefined status."""


class BounceAction(StrEnum):
    """What a mail server says it did (RFC 3464 §2.3.3)."""

    FAILED = "failed"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    RELAYED = "relayed"
    EXPANDED = "expanded"


FINAL_SUBJECTS = frozenset(
    {"1.0", "1.1", "1.2", "1.3", "1.4", "1.6", "1.9", "1.10", "2.1", "4.4"},
)
"""No such mailbox, no such domain, moved away, switched off: it will not come back by itself.

A full mailbox (2.2), a mail that was refused for its words (6, 7) or its size (3.4) say nothing
final about the address; they count.
"""

_SUBJECTS: Mapping[str, Sentence] = MappingProxyType(
    {
        "1.1": sentence("There is no such mailbox at this domain."),
        "1.2": sentence("The domain of this address takes no mail."),
        "1.3": sentence("The mail server does not know this form of address."),
        "1.4": sentence("More than one mailbox fits this address."),
        "1.6": sentence("The mailbox has moved, and nobody knows where to."),
        "1.10": sentence("The domain of this address takes no mail."),
        "2.1": sentence("The mailbox is switched off."),
        "2.2": sentence("The mailbox is full."),
        "2.3": sentence("The mail is larger than this mailbox takes."),
        "3.4": sentence("The mail is larger than the mail server takes."),
        "4.1": sentence("The mail server did not answer for a long time."),
        "4.4": sentence("The domain of this address could not be found."),
        "4.6": sentence("The mail went round in a circle between mail servers."),
        "4.7": sentence("The mail server did not take the mail for days."),
    },
)
_CLASSES: Mapping[str, Sentence] = MappingProxyType(
    {
        "1": sentence("The mail server refuses this address."),
        "2": sentence("The mailbox takes no mail at the moment."),
        "3": sentence("The mail server had trouble of its own."),
        "4": sentence("The way to the mail server is disturbed."),
        "5": sentence("The two mail servers did not understand each other."),
        "6": sentence("The mail server did not take the form of the mail."),
        "7": sentence("The mail server refuses mail from us, or took it for spam."),
    },
)
_OTHER = sentence("Mail to this address comes back.")


def is_final(action: BounceAction, status: str) -> bool:
    """Say whether a report alone is reason to write to the address no more."""
    return (
        action is BounceAction.FAILED
        and status.startswith("5.")
        and subject_of(status) in FINAL_SUBJECTS
    )


def status_in(words: str) -> str:
    """Return the first code such as 5.1.1 in what a mail server says, "" where there is none."""
    found = _CODE.search(words)
    return ".".join(str(int(one)) for one in found.groups()) if found else ""


def is_given_up(final: int, temporary: int) -> bool:
    """Say whether an address with so many reports gets no more mail."""
    return final > 0 or temporary >= MOST_TEMPORARY


def says_of(status: str) -> Sentence:
    """Return in words why a mail came back, by its code (RFC 3463), "" where none is known."""
    subject = subject_of(status)
    kind = _CLASSES.get(subject.partition(".")[0]) or _OTHER
    for_a_while = status.startswith("4.") and subject in FINAL_SUBJECTS
    return kind if for_a_while else _SUBJECTS.get(subject) or kind


def subject_of(status: str) -> str:
    """Return subject and detail of a code such as 5.1.1, which is 1.1."""
    return status.partition(".")[2]
