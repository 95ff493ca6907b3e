"""The registration form and its answer; a hidden link shows the same form for its type."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_wtf.csrf import CSRFError

from forum.core import clock
from forum.core.actor import ANONYMOUS
from forum.core.errors import Conflict, NotFound, TooMany
from forum.core.http.access import public
from forum.core.http.busy import keeps_answers
from forum.core.http.csrf import csrf
from forum.core.http.form_keys import Age, age_of, new_key
from forum.core.http.headers import private
from forum.core.http.i18n import translated
from forum.core.http.kept_forms import CSRF, gap, kept_form
from forum.core.http.pages import depends_on, limit_validity
from forum.core.links import Purpose, derive
from forum.core.page_scopes import event_scope
from forum.core.text import whole_number
from forum.events.queries import looks_like_slug
from forum.events.rules import Opening, opening_of
from forum.people import service as people
from forum.people.session_of_request import network
from forum.registrations import queries, service
from forum.registrations.asking import keep_files, sender_of
from forum.registrations.forms.whole import WholeForm, whole_form
from forum.registrations.queries.offers import Offer, choosing, offer_for
from forum.registrations.rules import RegistrationClosed, TypeClosed, WrongCode
from forum.registrations.service import Registered, Result
from forum.registrations.service.answer_files import Sender
from forum.registrations.views.coming_back import again, page, refused, with_fresh_offer, wrong_code
from forum.registrations.views.frames import (
    GONE,
    Said,
    closed_page,
    event_or_none,
    form_page,
    frame,
    keep_browser,
    moved,
    nothing_offered,
    wordings_seen,
)
from forum.registrations.views.parties import form_key, party_of
from forum.registrations.views.sending import LARGEST_NUMBER, Sending, posted

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

blueprint = Blueprint("registrations", __name__)

LANG = '<any("en","zh-hant","zh-hans"):lang>'
WRONG_CODES = 20


def _own_marks() -> dict[str, str]:
    keep_browser()
    return {"key": new_key(clock.now())}


def _asked_type() -> str:
    number = whole_number(request.args.get("type"), most=LARGEST_NUMBER)
    return f"#{number}" if number else ""


@blueprint.get(f"/{LANG}/e/<slug>/register")
@public
@kept_form(_own_marks, also=_asked_type)
def register(slug: str) -> AnyResponse:
    """Show the form, or the page of the state that has none; `?type=2` chooses a type."""
    return _shown(slug, None)


@blueprint.get(f"/{LANG}/e/<slug>/register/with/<token>")
@public
@kept_form(_own_marks)
def register_with(slug: str, token: str) -> AnyResponse:
    """Show the form of a type that only its hidden link opens."""
    return _shown(slug, token)


@blueprint.post(f"/{LANG}/e/<slug>/register")
@public
@keeps_answers
def submit(slug: str) -> AnyResponse:
    """Take the form: a booking of its own, or "look in your mail"."""
    return _taken(slug, None)


@blueprint.post(f"/{LANG}/e/<slug>/register/with/<token>")
@public
@keeps_answers
def submit_with(slug: str, token: str) -> AnyResponse:
    """Take the form of a hidden link."""
    return _taken(slug, token)


# They check the token themselves: a form without one comes back with every answer.
for _view in (submit, submit_with):
    csrf.exempt(_view)


@blueprint.get(f"/{LANG}/e/<slug>/register/mail")
@public
def mail(slug: str) -> AnyResponse:
    """Say that the mail tells how things stand; the same for known and new addresses."""
    event = event_or_none(slug)
    if event is None:
        return moved(slug)
    return private(
        make_response(render_template("registrations/known.html", **frame(event, "/mail")))
    )


def _shown(slug: str, token: str | None) -> AnyResponse:
    named = queries.named(slug) if looks_like_slug(slug) else None
    if named is not None:
        depends_on(event_scope(named.event_id))
    event = event_or_none(slug)
    if event is None or named is None:
        return moved(slug)
    now = clock.now()
    stands = opening_of(event, now)
    if stands is not Opening.OPEN:
        return closed_page(event, stands, 410 if stands in GONE else 200)
    number = whole_number(request.args.get("type"), most=LARGEST_NUMBER)
    offer = offer_for(named, now, number=number, token=token)
    for moment in (event.closes_at, event.ends_at, *offer.turns(now)):
        limit_validity(moment)
    if offer.missed:
        return redirect(url_for(".register", slug=slug), 302)
    if not offer.takes_people and not offer.by_code:
        return nothing_offered(event, offer.opens_at, sent=False)
    whole = whole_form(offer, None, key=gap("key"))
    whole.first.csrf_token.current_token = gap(CSRF)
    return form_page(event, whole, 200, rest=f"/with/{token}" if token else "")


def _taken(slug: str, token: str | None) -> AnyResponse:
    now = clock.now()
    named = queries.named(slug) if looks_like_slug(slug) else None
    if named is None or opening_of(named, now) is not Opening.OPEN:
        return _not_taken(slug, now)
    sending = Sending(slug, token, named, posted(), now)
    if not _own_form():
        says = gettext("This form is too old, or cookies are off: look it over and send it again.")
        return again(sending, 400, wrong=says)
    whole = whole_form(None, sending.sent) if sending.is_plain else _filled(sending)
    if not isinstance(whole, WholeForm):
        return whole
    return _too_quick_or_old(sending, whole) or _registered(sending, whole)


def _own_form() -> bool:
    try:
        csrf.protect()
    except CSRFError:
        return False
    return True


def _filled(sending: Sending) -> WholeForm | AnyResponse:
    """Return the form as it was sent, or the answer where it comes back before it is checked."""
    offer = _offered(sending)
    if not isinstance(offer, Offer):
        return offer
    whole = whole_form(offer, sending.sent)
    keep_files(sending.named.event_id, whole, sender=_sender(sending, whole), now=sending.now)
    if sending.act or sending.shows_less:
        return page(sending, whole, 200)
    if says := _changed_meanwhile(sending, offer):
        return page(sending, whole, 422, Said(note=says))
    return whole


def _sender(sending: Sending, whole: WholeForm) -> Sender | None:
    """Return whose files are kept; None for a form that no person has just filled in."""
    first = whole.first
    key = first.key.data or ""
    by_hand = age_of(key, sending.now) is Age.RIPE and not first.website.data
    return sender_of(sending.named.event_id, key) if by_hand else None


def _offered(sending: Sending) -> Offer | AnyResponse:
    """Return what is offered, the type chosen that can be had; or words on why it cannot."""
    place = f"code:{sending.named.event_id}:"
    try:
        if sending.code:
            people.refuse_a_failing(network(), sending.now, at=place, most=WRONG_CODES)
        offer = sending.offer
    except (TooMany, NotFound) as error:
        says = error.says if isinstance(error, TooMany) else TypeClosed.says
        status = error.status if isinstance(error, TooMany) else 409
        return again(sending, status, wrong=translated(says), opens=False)
    if sending.code and offer.opened is None:
        people.note_failure(network(), sending.now, at=place)
        return wrong_code(sending)
    if offer.opened is not None and sending.shows_less:
        offer = choosing(offer, offer.opened.ticket_type.number)
    if offer.missed or not offer.takes_people:
        return again(sending, 409, wrong=translated(TypeClosed.says))
    return offer


def _changed_meanwhile(sending: Sending, offer: Offer) -> str:
    """Say what the form that was filled in did not show: questions, or words about one's data."""
    shown = whole_number(sending.sent.get("shown"), most=LARGEST_NUMBER)
    was = offer.numbered(shown) if shown else offer.chosen
    if not {one.id for one in offer.questions} <= {one.id for one in offer.questions_of(was)}:
        return str(gettext("Your choice asks for more: look the form over and send it again."))
    if offer.wordings and sending.sent.get("words") != wordings_seen(offer.wordings):
        says: str = gettext(
            "What the organiser says about your data has changed meanwhile: "
            "look it over and send the form again."
        )
        return says
    return ""


def _too_quick_or_old(sending: Sending, whole: WholeForm) -> AnyResponse | None:
    age = age_of(whole.first.key.data or "", sending.now)
    if age is Age.RIPE:
        return None
    if age is Age.YOUNG:
        return page(sending, whole, 422, Said(note=gettext("Press the button once more.")))
    whole.first.put("key", new_key(sending.now))
    says = gettext("This form is old: look it over and send it again.")
    return page(sending, whole, 422, Said(wrong=(says,)))


def _registered(sending: Sending, whole: WholeForm) -> AnyResponse:
    named = sending.named
    if not whole.validate():
        return refused(sending, whole)
    party = party_of(whole)
    try:
        done = service.register_party(
            ANONYMOUS, named.event_id, party, form_key=form_key(whole, party), now=sending.now
        )
    except RegistrationClosed:
        return _not_taken(sending.slug, sending.now)
    except TypeClosed as error:
        return again(sending, 409, wrong=translated(error.says))
    except WrongCode as error:
        whole.blame(error)
        return refused(sending, whole)
    except Conflict as error:
        whole.blame(error)
        return page(sending, with_fresh_offer(sending, whole), 409)
    return _answer(sending, done)


def _answer(sending: Sending, done: Registered) -> AnyResponse:
    if done.result is Result.KNOWN or done.by_mail or sending.named.discreet:
        return redirect(url_for(".mail", slug=sending.slug), 303)
    token = derive(Purpose.BOOKING, done.booking_id, done.link_generation)
    return redirect(f"/r/{token}", 303)


def _not_taken(slug: str, now: datetime) -> AnyResponse:
    event = event_or_none(slug)
    if event is None:
        return moved(slug)
    stands = opening_of(event, now)
    if stands is not Opening.OPEN:
        return closed_page(event, stands, 410 if stands in GONE else 409)
    return closed_page(event, Opening.CLOSED, 409)
