"""A registration form that comes back: every answer kept, with what is wrong or is to be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forum.core.errors import NotFound, TooMany
from forum.core.http.form_keys import Age, age_of, new_key
from forum.core.http.i18n import translated
from forum.people import service as people
from forum.people.session_of_request import network
from forum.registrations.forms.whole import WholeForm, whole_form
from forum.registrations.queries.offers import choosing, offer_for
from forum.registrations.rules import WrongCode
from forum.registrations.views.frames import (
    NOTHING_SAID,
    Said,
    event_or_none,
    form_page,
    keep_browser,
    moved,
    nothing_offered,
)

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from forum.registrations.views.sending import Sending

FAILED_FORMS = 120
"""So many forms of one network for one event are refused in words within a quarter of an hour."""

TOO_MANY = 429
RETRY_SECONDS = 900


def refused(sending: Sending, whole: WholeForm, status: int = 422) -> AnyResponse:
    """Send the form back with what is wrong; a network that fails without end is told to wait."""
    place = f"form:{sending.named.event_id}:"
    try:
        people.refuse_a_failing(network(), sending.now, at=place, most=FAILED_FORMS)
    except TooMany as error:
        return page(sending, whole, TOO_MANY, Said(wrong=(translated(error.says),)))
    people.note_failure(network(), sending.now, at=place)
    return page(sending, with_fresh_offer(sending, whole), status)


def page(sending: Sending, whole: WholeForm, status: int, said: Said = NOTHING_SAID) -> AnyResponse:
    """Show the form as it was sent, for what is offered now."""
    event = event_or_none(sending.slug)
    if event is None:
        return moved(sending.slug)
    keep_browser()
    if whole.offer is None:
        whole.offer = offer_for(sending.named, sending.now)
    if not whole.offer.takes_people and not whole.offer.by_code:
        return nothing_offered(event, whole.offer.opens_at, sent=True)
    rest = f"/with/{sending.token}" if whole.offer.by_link else ""
    answer = form_page(event, whole, status, said=said, rest=rest)
    if status == TOO_MANY:
        answer.headers["Retry-After"] = str(RETRY_SECONDS)
    return answer


def again(sending: Sending, status: int, *, wrong: str, opens: bool = True) -> AnyResponse:
    """Show the form as it came, for a type that can be had, with a sentence above it.

    `opens` says that its code or hidden link may be looked up.
    """
    try:
        offer = sending.offer if opens else offer_for(sending.named, sending.now)
    except NotFound:
        offer = offer_for(sending.named, sending.now)
    if offer.missed or not offer.takes_people:
        offer = choosing(offer, None)
    whole = whole_form(offer, sending.sent)
    if age_of(whole.first.key.data or "", sending.now) is Age.OLD:
        whole.first.put("key", new_key(sending.now))
    return page(sending, whole, status, Said(wrong=(wrong,)))


def wrong_code(sending: Sending) -> AnyResponse:
    """Say at its box that a code opens nothing."""
    offer = offer_for(sending.named, sending.now, number=sending.number)
    if offer.missed or not offer.takes_people:
        offer = choosing(offer, None)
    whole = whole_form(offer, sending.sent)
    whole.blame(WrongCode())
    return page(sending, whole, 422)


def with_fresh_offer(sending: Sending, whole: WholeForm) -> WholeForm:
    """Read once more what is offered, as a transaction has ended since."""
    if whole.offer is not None:
        whole.offer = choosing(sending.offer, sending.number)
    return whole
