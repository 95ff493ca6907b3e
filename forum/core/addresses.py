"""E-mail addresses as people type them, read forgivingly and compared without surprises."""

from __future__ import annotations

import unicodedata

from email_validator import EmailNotValidError, validate_email

from forum.core.errors import Invalid
from forum.core.i18n import sentence
from forum.core.text import clean_line

LONGEST = 254


class BadAddress(Invalid):
    """What was typed is no e-mail address."""

    code = "bad_address"
    says = sentence("Enter an email address in the correct format, like name@example.com")


def normalised_email(typed: str | None) -> str:
    """Return the address without blanks, zero-width signs and full-width forms; no DNS is asked.

    Raises BadAddress for what cannot be an address.
    """
    cleaned = clean_line(unicodedata.normalize("NFKC", (typed or "")[:2000])).replace(" ", "")
    if not cleaned or len(cleaned) > LONGEST:
        raise BadAddress
    try:
        found = validate_email(
            cleaned, check_deliverability=False, test_environment=True, allow_smtputf8=True
        )
    except EmailNotValidError:
        raise BadAddress from None
    return found.normalized


def address_key(email: str) -> str:
    """Return the form by which addresses are compared: NFC and case folded."""
    return unicodedata.normalize("NFC", email).casefold()
