"""One page for every personal calendar: its address, how to subscribe, when it was last read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import flash, redirect, request
from flask_babel import gettext, lazy_gettext
from wtforms import HiddenField
from wtforms.fields.choices import SelectChoice

from forum.calendar.queries.personal import contents_of, feed_of, holder_of, token_of
from forum.calendar.rules import own_feed_path, subscribe_links
from forum.calendar.rules.clients import client_in_words
from forum.calendar.service.personal import (
    Whose,
    make_feed,
    renew_feed,
    revoke_feed,
    set_feed_up,
)
from forum.core import clock, dates
from forum.core.errors import NotFound
from forum.core.http.form_parts import ChoiceField, OfficeForm
from forum.core.http.i18n import current_language, translated
from forum.core.languages import LANGUAGES
from forum.core.qr import svg
from forum.core.text import whole_number
from forum.core.urls import absolute

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from werkzeug.wrappers import Response as AnyResponse

    from forum.calendar.models.personal import PersonalFeed
    from forum.core.actor import Actor

MAKE, RENEW, REVOKE, SET_UP = "make", "renew", "revoke", "set-up"
NO_ALARM = "0"
ALARMS = (
    SelectChoice(NO_ALARM, lazy_gettext("No reminder")),
    SelectChoice("10", lazy_gettext("10 minutes before")),
    SelectChoice("30", lazy_gettext("30 minutes before")),
    SelectChoice("60", lazy_gettext("1 hour before")),
    SelectChoice("120", lazy_gettext("2 hours before")),
    SelectChoice("1440", lazy_gettext("1 day before")),
)


class CalendarForm(OfficeForm):
    """The reminder and the language of a personal calendar."""

    alarm = ChoiceField(lazy_gettext("Reminder"), choices=ALARMS)
    lang = ChoiceField(
        lazy_gettext("Language of the calendar"),
        choices=[SelectChoice(one.key, one.name) for one in LANGUAGES],
    )
    act = HiddenField(default=SET_UP)


@dataclass(frozen=True, slots=True)
class OwnCalendar:
    """Somebody's calendar as its page sees it: whose, who acts, where it is, what it is called.

    `slug` is the last segment of its address, by which some calendars name it. `render` returns
    the page with what is given to it, in the frame of the room that the page stands in.
    """

    whose: Whose
    actor: Actor
    href: str
    slug: str
    name: str
    lang: str
    zone: tzinfo
    render: Callable[..., AnyResponse]


@dataclass(frozen=True, slots=True)
class Fetched:
    """When a calendar was last read, and by what."""

    when: str
    iso: str
    by: str


def show_calendar(page: OwnCalendar) -> AnyResponse:
    """Show a personal calendar, or the button that makes one; five statements at most."""
    return _page(page, None, 200)


def act_on_calendar(page: OwnCalendar) -> AnyResponse:
    """Make, renew or revoke the address, or keep its settings: what the pressed button says."""
    act = request.form.get("act", "")
    form = CalendarForm() if act == SET_UP else None
    if form and not form.validate_on_submit():
        return _page(page, form, 422)
    if act == MAKE:
        make_feed(page.actor, page.whose, page.lang, now=clock.now())
        says = gettext("Your calendar is ready. Subscribe to it below.")
    else:
        try:
            says = _changed(page, act, form)
        except NotFound:
            says = gettext("Your calendar was switched off meanwhile.")
    flash(says)
    return redirect(page.href, 303)


def _changed(page: OwnCalendar, act: str, form: CalendarForm | None) -> str:
    """Do what a button says to a calendar that stands, and return what has happened."""
    now = clock.now()
    if form:
        alarm = whole_number(form.alarm.data) or None
        set_feed_up(page.actor, page.whose, alarm, form.lang.data, now=now)
        return str(gettext("Saved. Your calendar shows it when it next looks."))
    if act == RENEW:
        generation = whole_number(request.form.get("generation", "")) or 0
        renew_feed(page.actor, page.whose, generation, now=now)
        return str(gettext("The address is new. The old one no longer works: subscribe again."))
    if act == REVOKE:
        revoke_feed(page.actor, page.whose, now=now)
        return str(gettext("Your calendar is switched off. Its address no longer works."))
    return str(gettext("Press one of the buttons on this page."))


def _page(page: OwnCalendar, form: CalendarForm | None, status: int) -> AnyResponse:
    holder = holder_of(page.whose.kind, page.whose.holder_id)
    feed = feed_of(page.whose.kind, page.whose.holder_id)
    stands = feed and feed.revoked_at is None and feed.holder_generation == holder.generation
    contents = contents_of(page.whose.kind, page.whose.holder_id, holder, clock.now())
    return page.render(
        status=status,
        href=page.href,
        kind=page.whose.kind.value,
        shows=holder.shows,
        number=len(contents.ids),
        **(_standing(page, feed, form) if feed and stands else {"feed": None, "form": form}),
    )


def _standing(page: OwnCalendar, feed: PersonalFeed, form: CalendarForm | None) -> dict[str, Any]:
    address = absolute(own_feed_path(token_of(feed), page.slug))
    links = subscribe_links(address, page.name)
    shown = {"alarm": str(feed.alarm_minutes or NO_ALARM), "lang": feed.lang}
    return {
        "feed": feed,
        "links": links,
        "qr": svg(links.webcal, gettext("Code that opens the calendar on a phone")),
        "fetched": _fetched(feed.fetched_at, feed.fetched_by, page.zone),
        "form": form or CalendarForm(formdata=None, data=shown),
    }


def _fetched(at: datetime | None, by: str, zone: tzinfo) -> Fetched | None:
    if at is None:
        return None
    key = current_language().key
    return Fetched(
        dates.moment(at, zone, key, year=True), at.isoformat(), translated(client_in_words(by))
    )
