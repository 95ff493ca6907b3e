"""Registering, for guests: the form, its answer, and a page for each state that has no form."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import TYPE_CHECKING

from flask import Blueprint, make_response, redirect, render_template, request, session, url_for
from flask_babel import gettext

from forum.core import clock, dates
from forum.core.actor import ANONYMOUS
from forum.core.addresses import address_key
from forum.core.errors import NotFound
from forum.core.http.access import public
from forum.core.http.headers import private
from forum.core.http.i18n import current_language
from forum.core.http.kept_forms import CSRF, gap, kept_form
from forum.core.http.pages import depends_on, limit_validity
from forum.core.ids import ids_in
from forum.core.keys import instance_key
from forum.core.languages import LANGUAGES
from forum.core.links import Purpose, derive
from forum.core.page_scopes import event_scope
from forum.events.facts import Addresses, facts_of
from forum.events.previews import opens_draft
from forum.events.queries import looks_like_slug, public_event
from forum.events.rules import Opening, opening_of
from forum.registrations import queries, service
from forum.registrations.forms import RegistrationForm
from forum.registrations.queries import Desk
from forum.registrations.rules import MOST_STARS, RegistrationClosed
from forum.registrations.service import Attendee, ConsentGiven, Result
from forum.seats.rules import band

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

blueprint = Blueprint("registrations", __name__)

LANG = '<any("en","zh-hant","zh-hans"):lang>'

GONE = {Opening.CLOSED, Opening.PAST, Opening.CANCELLED}
BROWSER = "browser"


def _own_marks() -> dict[str, str]:
    session.setdefault(BROWSER, secrets.token_urlsafe(16))
    return {"key": secrets.token_urlsafe(16)}


@blueprint.get(f"/{LANG}/e/<slug>/register")
@public
@kept_form(_own_marks)
def register(slug: str) -> AnyResponse:
    """Show the form, or the page of the state that has none."""
    if looks_like_slug(slug) and (named := queries.named(slug)):
        depends_on(event_scope(named.event_id))
    desk = _desk(slug)
    if desk is None:
        return _moved(slug)
    now = clock.now()
    stands = opening_of(desk.event, now)
    if stands is not Opening.OPEN:
        return _closed(desk, stands, 410 if stands in GONE else 200)
    limit_validity(desk.event.closes_at)
    limit_validity(desk.event.ends_at)
    form = RegistrationForm(formdata=None, key=gap("key"))
    form.csrf_token.current_token = gap(CSRF)
    return _form_page(desk, form, 200)


@blueprint.post(f"/{LANG}/e/<slug>/register")
@public
def submit(slug: str) -> AnyResponse:
    """Take the form: a booking of its own, or "look in your mail"."""
    named = queries.named(slug) if looks_like_slug(slug) else None
    form = RegistrationForm()
    now = clock.now()
    is_open = named is not None and opening_of(named, now) is Opening.OPEN
    if named is None or not is_open or not form.validate_on_submit():
        return _not_taken(slug, form, now)
    try:
        done = service.register(
            ANONYMOUS, named.event_id, _attendee(form), form_key=_form_key(form), now=now
        )
    except RegistrationClosed:
        return _not_taken(slug, form, now)
    if done.result is Result.KNOWN or named.discreet:
        return redirect(url_for(".mail", slug=slug), 303)
    token = derive(Purpose.BOOKING, done.booking_id, done.link_generation)
    return redirect(f"/r/{token}", 303)


def _not_taken(slug: str, form: RegistrationForm, now: datetime) -> AnyResponse:
    desk = _desk(slug)
    if desk is None:
        return _moved(slug)
    stands = opening_of(desk.event, now)
    if stands is not Opening.OPEN:
        return _closed(desk, stands, 410 if stands in GONE else 409)
    return _form_page(desk, form, 422)


@blueprint.get(f"/{LANG}/e/<slug>/register/mail")
@public
def mail(slug: str) -> AnyResponse:
    """Say that the mail tells how things stand; the same for known and new addresses."""
    desk = _desk(slug)
    if desk is None:
        return _moved(slug)
    return private(
        make_response(render_template("registrations/known.html", **_frame(desk, "/mail")))
    )


def _desk(slug: str) -> Desk | None:
    if not looks_like_slug(slug):
        raise NotFound
    try:
        desk = queries.desk_of(slug)
    except NotFound:
        return None
    if not (desk.event.is_public or opens_draft(request.args.get("preview", ""), desk.event.id)):
        raise NotFound
    return desk


def _moved(slug: str) -> AnyResponse:
    event, _ = public_event(slug)
    rest = request.endpoint or ".register"
    # A form that was filled in under the old address is sent again to the new one, by itself.
    return redirect(url_for(rest, slug=event.slug), 308 if request.method == "POST" else 301)


def _frame(desk: Desk, rest: str = "") -> dict[str, object]:
    event = desk.event
    pool = desk.pool
    facts = facts_of(event, Addresses(current_language(), event.slug))
    return {
        "event": event,
        "facts": facts,
        "desk": desk,
        "band": band(pool.capacity, pool.taken, pool.waiting),
        "site_name": facts.title,
        "site_href": facts.href,
        "theme": facts.theme,
        "alternates": [
            (language, f"/{language.path}/e/{event.slug}/register{rest}") for language in LANGUAGES
        ],
    }


def _form_page(desk: Desk, form: RegistrationForm, status: int) -> Response:
    response = make_response(
        render_template("registrations/register.html", form=form, **_frame(desk)), status
    )
    return private(response)


def _closed(desk: Desk, stands: Opening, status: int) -> Response:
    event = desk.event
    opens = event.opens_at and dates.moment(event.opens_at, event.zone, current_language().key)
    page = render_template("registrations/closed.html", opening=stands, opens=opens, **_frame(desk))
    return private(make_response(page, status))


def _attendee(form: RegistrationForm) -> Attendee:
    wording = gettext("Tell me by email about later events of the organiser")
    consents = [ConsentGiven("marketing", wording)] if form.marketing.data else []
    return Attendee(
        name=form.name.data,
        name_zh=form.name_zh.data,
        organisation=form.organisation.data,
        email=form.email.data,
        email_key=address_key(form.email.data),
        lang=current_language().key,
        consents=consents,
        stars=ids_in(form.stars.data or "", MOST_STARS),
    )


def _form_key(form: RegistrationForm) -> bytes:
    parts = (
        session.get(BROWSER, ""),
        form.key.data or secrets.token_urlsafe(16),
        form.name.data,
        form.name_zh.data,
        form.organisation.data,
        form.email.data,
        str(bool(form.marketing.data)),
    )
    keyed = hashlib.blake2b(key=instance_key().derived("form key"), digest_size=32)
    keyed.update("\0".join(parts).encode("utf-8", "surrogatepass"))
    return keyed.digest()
