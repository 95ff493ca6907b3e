"""A registration form that came in: its event, its type, its button, and what it holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import abort, request
from werkzeug.datastructures import CombinedMultiDict

from forum.core.text import whole_number
from forum.registrations.forms.whole import Sent, in_order
from forum.registrations.queries.desks import Named
from forum.registrations.queries.offers import Offer, offer_for

LARGEST_NUMBER = 255
LONGEST_CODE = 100
MOST_FIELDS = 200
MOST_OF_A_PERSON = 40
ACTS = ("choose", "add", "remove", "open")


@dataclass(frozen=True, slots=True)
class Sending:
    """A form that came in: for which event, by which link, when, and what it holds."""

    slug: str
    token: str | None
    named: Named
    sent: Sent
    now: datetime

    @property
    def act(self) -> str:
        """The button that was pressed where it only changes the form."""
        return next((one for one in ACTS if one in request.form), "")

    @property
    def number(self) -> int | None:
        """The number of the type that was chosen."""
        return whole_number(self.sent.get("type"), most=LARGEST_NUMBER)

    @property
    def code(self) -> str:
        """The access code that was typed."""
        return str(self.sent.get("code", ""))[:LONGEST_CODE].strip()

    @property
    def is_plain(self) -> bool:
        """Whether it is the three boxes of the only type: nothing is to be looked up."""
        named = self.named
        if not named.is_plain or self.token is not None or self.act or self.code:
            return False
        people = any(one.startswith("people-") for one in self.sent)
        return not people and self.number in {None, named.one_type}

    @property
    def offer(self) -> Offer:
        """What is offered to who sends it; raises NotFound for a link that opens nothing."""
        return offer_for(
            self.named,
            self.now,
            number=self.number,
            code="" if self.token else self.code,
            token=self.token,
        )

    @property
    def shows_less(self) -> bool:
        """Whether the code that was typed has not yet shown what it opens."""
        return bool(self.code) and self.sent.get("opened") != self.code


def posted() -> Sent:
    """Return what the form brings, its people in order, one added or removed by its button.

    Answers 413 to more fields than any form has.
    """
    people = sum(name.endswith("-name") for name in request.form)
    fields = sum(len(values) for values in request.form.listvalues())
    if fields > MOST_FIELDS + MOST_OF_A_PERSON * people:
        abort(413)
    sent: Sent = CombinedMultiDict([request.files, request.form])
    if "remove" in request.form:
        return in_order(sent, without=whole_number(request.form["remove"]))
    if "add" in request.form:
        return in_order(sent, add={"organisation": request.form.get("organisation", "")})
    return in_order(sent)
