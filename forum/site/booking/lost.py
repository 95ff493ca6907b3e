"""Somebody has lost the mail with the link: it is mailed again, and no answer tells to whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app, make_response, redirect, render_template
from flask_babel import gettext

from forum.core import clock
from forum.core.addresses import address_key
from forum.core.http.access import public
from forum.core.http.form_keys import Age, age_of, new_key
from forum.core.http.headers import private
from forum.core.http.i18n import current_language
from forum.core.languages import LANGUAGES
from forum.events.facts import Addresses, facts_of
from forum.events.queries import public_event
from forum.registrations.forms.own_page import LostLinkForm
from forum.registrations.service import ask_for_links
from forum.site.booking.sight import blueprint

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from forum.events.models import Event

LANG = '<any("en","zh-hant","zh-hans"):lang>'
LOST = f"/{LANG}/e/<slug>/my-booking"


@blueprint.get(LOST)
@public
def lost(slug: str) -> AnyResponse:
    """Ask for the address."""
    event, moved = _event(slug)
    return moved or _form(event, LostLinkForm(formdata=None, key=new_key(clock.now())))


@blueprint.post(LOST)
@public
def ask_again(slug: str) -> AnyResponse:
    """Have the links mailed; known and unknown addresses are answered alike."""
    event, moved = _event(slug)
    if moved:
        return moved
    form, now = LostLinkForm(), clock.now()
    age = age_of(form.key.data or "", now)
    if age is Age.YOUNG:
        return _form(event, form, 422, note=gettext("Press the button once more."))
    if age is Age.OLD:
        form.put("key", new_key(now))
        says = gettext("This form is old: look it over and send it again.")
        form.form_errors = [*form.form_errors, says]
        return _form(event, form, 422)
    if not form.validate_on_submit():
        return _form(event, form, 422)
    ask_for_links(event.id, address_key(form.email.data), current_language().key, now=now)
    return redirect(f"/{current_language().path}/e/{event.slug}/my-booking/mail", 303)


@blueprint.get(f"{LOST}/mail")
@public
def lost_mail(slug: str) -> AnyResponse:
    """Say that a mail is on its way if the address is known; the same page for everybody."""
    event, moved = _event(slug, "/mail")
    return moved or _page(event, "lost_link_sent.html", "/mail")


def _event(slug: str, rest: str = "") -> tuple[Event, AnyResponse | None]:
    event, is_old = public_event(slug)
    here = f"/{current_language().path}/e/{event.slug}/my-booking{rest}"
    return event, redirect(here, 301) if is_old else None


def _form(event: Event, form: LostLinkForm, status: int = 200, note: str = "") -> AnyResponse:
    ripe = current_app.config["FORUM_SETTINGS"].form_seconds
    return _page(event, "lost_link.html", "", status, form=form, ripe=ripe, note=note)


def _page(
    event: Event, template: str, rest: str, status: int = 200, **values: object
) -> AnyResponse:
    facts = facts_of(event, Addresses(current_language(), event.slug))
    page = render_template(
        f"registrations/{template}",
        event=event,
        facts=facts,
        theme=facts.theme,
        site_name=facts.title,
        site_href=facts.href,
        alternates=[
            (language, f"/{language.path}/e/{event.slug}/my-booking{rest}")
            for language in LANGUAGES
        ],
        **values,
    )
    return private(make_response(page, status))
