"""Forms of the consent ledger: the words of a purpose, addresses that want no mail."""

from __future__ import annotations

import re

from flask_babel import gettext, lazy_gettext
from wtforms import HiddenField
from wtforms.validators import ValidationError

from forum.core.addresses import BadAddress, address_key, normalised_email
from forum.core.http.form_parts import (
    Enter,
    OfficeForm,
    ParagraphsField,
    SaysWhat,
    paragraphs_in_three,
)
from forum.registrations.rules import LONGEST_WORDING

MOST_ADDRESSES = 20_000
LONGEST_PASTE = 900_000
NAMED = 5
_BETWEEN = re.compile(r"[\s,;<>\"'()\[\]]+")


class WordingForm(OfficeForm):
    """The words of one purpose; the revision is the number of the version it was made from."""

    words = paragraphs_in_three(
        lazy_gettext("Words"),
        most=LONGEST_WORDING,
        needed=lazy_gettext("Enter the words in at least one language"),
        rows=6,
    )


class OptOutForm(OfficeForm):
    """Addresses, typed or pasted in any order: one a line, with commas, with names around them."""

    addresses = ParagraphsField(
        lazy_gettext("Email addresses"),
        [Enter(lazy_gettext("Enter at least one email address")), SaysWhat(LONGEST_PASTE)],
        description=lazy_gettext("One or many: one a line, or parted by commas."),
    )
    keys: tuple[str, ...] = ()

    def validate_addresses(self, field: ParagraphsField) -> None:
        """Take every address there is; name what has an @ and is none."""
        found: dict[str, None] = {}
        wrong: list[str] = []
        for part in _BETWEEN.split(field.data or ""):
            if "@" not in part and "＠" not in part:
                continue
            try:
                found[address_key(normalised_email(part.removeprefix("mailto:").rstrip(".")))] = (
                    None
                )
            except BadAddress:
                wrong.append(part[:60])
        if wrong:
            raise ValidationError(
                gettext("Correct or leave out: %(typed)s", typed=", ".join(wrong[:NAMED]))
            )
        if not found:
            raise ValidationError(gettext("Enter at least one email address"))
        if len(found) > MOST_ADDRESSES:
            raise ValidationError(
                gettext("Enter at most %(most)s addresses at once", most=MOST_ADDRESSES)
            )
        self.keys = tuple(found)


class RemoveOptOutForm(OfficeForm):
    """The question whether an address may be written to again."""

    address = HiddenField()
