"""The registration form as a whole: the first person, the others, and the questions of each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from werkzeug.datastructures import CombinedMultiDict, MultiDict

from forum.core.errors import DomainError
from forum.core.http.i18n import translated
from forum.registrations.asking import Sheet, ask
from forum.registrations.forms.group import GroupForm, PersonForm, check_people
from forum.registrations.forms.guests import RegistrationForm
from forum.registrations.queries.offers import Offer
from forum.registrations.rules import MOST_PER_BOOKING, AskedPer, TooMany, WrongCode
from forum.registrations.service import ChoiceFull

CONSENT = "consent-"
PERSON = ("name", "organisation", "email", "name_zh")
_PERSON = re.compile(r"people-([0-9]{1,4})-(.+)", re.DOTALL)

Sent = CombinedMultiDict[str, Any]


@dataclass(slots=True)
class WholeForm:
    """What is asked of everybody in a booking; `people` are those after the first.

    `sheets` are the questions of each person, the first's first; `booking` those of all together.
    `agreed` are the ids of wordings whose boxes are ticked.
    """

    offer: Offer | None
    first: RegistrationForm
    people: list[PersonForm] = field(default_factory=list)
    sheets: list[Sheet] = field(default_factory=list)
    booking: Sheet | None = None
    agreed: frozenset[str] = frozenset()

    def __iter__(self) -> Iterator[Sheet]:
        return iter([*self.sheets, *([self.booking] if self.booking else [])])

    @property
    def group(self) -> GroupForm | None:
        """The first person's form where it asks for more than three boxes."""
        return self.first if isinstance(self.first, GroupForm) else None

    @property
    def number(self) -> int:
        """How many people it is for."""
        return 1 + len(self.people)

    @property
    def may_add(self) -> bool:
        """Whether somebody more may come along."""
        return self.offer is not None and self.number < self.offer.most

    @property
    def is_group(self) -> bool:
        """Whether it is, or may become, for several people."""
        return bool(self.people) or (self.offer is not None and self.offer.most > 1)

    @property
    def has_files(self) -> bool:
        """Whether a file is asked for."""
        return any(one.type == "FileAnswer" for sheet in self for one in sheet.fields)

    @property
    def problems(self) -> list[tuple[str, str]]:
        """All that is wrong, in the order of the page: a box's id, or nothing, and the sentence."""
        sheets = [sheet.fields for sheet in self.sheets] or [[] for _ in range(self.number)]
        own = [self.first[name] for name in PERSON]
        others = [list(one) for one in self.people]
        asked = {one.name for sheet in self for one in sheet.fields}
        first = [one for one in self.first if one.name not in {*PERSON, *asked}]
        code = [one for one in first if one.name == "code"]
        rest = [one for one in first if one.name != "code"]
        people = [
            one
            for form, sheet in zip([own, *others], sheets, strict=True)
            for one in [*(it for it in form if it not in sheet), *sheet]
        ]
        booking = self.booking.fields if self.booking else []
        found = [
            (str(getattr(one, "first_box", one.id)), str(one.errors[0]))
            for one in [*code, *people, *rest, *booking]
            if one.errors
        ]
        return [("", str(one)) for one in self.first.form_errors] + found

    def validate(self) -> bool:
        """Say at each box what is wrong there; every box is looked at."""
        group = self.group
        good = [self.first.validate(), *(one.validate() for one in self.people)]
        if group is None or self.offer is None:
            return all(good)
        good.append(group.check_contact())
        several = self.offer.named.several_per_address
        good.append(check_people(group, self.people, group.mails, several_per_address=several))
        if self.number > self.offer.most:
            self.blame(TooMany(self.offer.most))
            good.append(False)
        return all(good)

    def blame(self, error: DomainError) -> None:
        """Show a refusal at its box, else above the form."""
        if isinstance(error, ChoiceFull):
            blamed = [one.blame(error) for one in self]
            if any(blamed):
                return
        if isinstance(error, WrongCode) and self.group is not None:
            self.group.code.errors = [translated(error.says)]
            return
        self.first.form_errors = [*self.first.form_errors, translated(error.says)]


def whole_form(offer: Offer | None, sent: Sent | None, *, key: str = "") -> WholeForm:
    """Return the form for what is offered, filled with what was sent; a new one has the key.

    Without an offer it is the three boxes that every plain event has.
    """
    fresh = {"key": key} if sent is None else {}
    if offer is None or not (_asks_more(offer) or _says_more(sent)):
        first = RegistrationForm(formdata=sent, **fresh)
    else:
        first = GroupForm(formdata=sent, **fresh)
    whole = WholeForm(offer, first)
    if offer is None:
        return whole
    if isinstance(first, GroupForm) and offer.chosen is not None:
        first.put("shown", offer.chosen.ticket_type.number)
    order, questions = offer.named.languages, offer.questions
    if isinstance(first, GroupForm):
        whole.people = [
            PersonForm(formdata=sent, prefix=f"people-{number}-") for number in range(_others(sent))
        ]
    if questions:
        whole.sheets = [
            ask(form, questions, order=order, formdata=sent) for form in (first, *whole.people)
        ]
        whole.booking = ask(
            first, questions, order=order, per=AskedPer.BOOKING, formdata=sent, prefix="all-"
        )
    named = [str(one.id) for one in offer.wordings if one.is_asked_for]
    whole.agreed = frozenset(one for one in named if sent is not None and f"{CONSENT}{one}" in sent)
    return whole


def in_order(
    sent: Sent, *, without: int | None = None, add: Mapping[str, str] | None = None
) -> Sent:
    """Return what was sent with the other people numbered from 0, one left out, one put in.

    So many as one booking may ever hold are read, and no more.
    """
    numbers = {int(found[1]) for name in sent if (found := _PERSON.fullmatch(name))}
    if not numbers and add is None:
        return sent
    kept = sorted(number for number in numbers if number != without)[:MOST_PER_BOOKING]
    places = {number: place for place, number in enumerate(kept)}
    parts: list[MultiDict[str, Any]] = []
    for part in sent.dicts:
        named: MultiDict[str, Any] = MultiDict()
        for name, value in part.items(multi=True):
            found = _PERSON.fullmatch(name)
            if found is None:
                named.add(name, value)
            elif int(found[1]) in places:
                named.add(f"people-{places[int(found[1])]}-{found[2]}", value)
        parts.append(named)
    if add is not None and len(places) < MOST_PER_BOOKING:
        more = {f"people-{len(places)}-{name}": value for name, value in add.items()}
        parts.append(MultiDict(more))
    return CombinedMultiDict(parts)


def _others(sent: Sent | None) -> int:
    found = (_PERSON.fullmatch(name) for name in sent or ())
    return max((int(one[1]) + 1 for one in found if one), default=0)


def _asks_more(offer: Offer) -> bool:
    """Say whether the form has more than the three boxes and questions."""
    return len(offer.types) != 1 or offer.most > 1 or offer.by_link or offer.named.by_code


def _says_more(sent: Sent | None) -> bool:
    """Say whether more came than the three boxes: the form asked for more when it was shown."""
    return sent is not None and (_others(sent) > 0 or bool(sent.get("code")))


def agreed_ids(whole: WholeForm) -> set[UUID]:
    """Return the ids of the wordings whose boxes are ticked."""
    return {UUID(one) for one in whole.agreed}
