"""A speaker's own calendar: the public sessions in which they appear."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forum.calendar.rules.personal import FeedKind
from forum.calendar.service.personal import Whose
from forum.core.http.access import link_holder
from forum.core.http.i18n import current_language
from forum.site.own_calendar import OwnCalendar, act_on_calendar, show_calendar
from forum.site.speaker_page.frame import Opened, blueprint, opened

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

AT = "/calendar"


@blueprint.get(f"/s/<token>{AT}")
@link_holder
def own_calendar(token: str) -> AnyResponse:
    """Show the speaker's calendar, or that it comes with the event's publication."""
    page = opened(token)
    if not page.event.is_public:
        return page.rendered("site/own_calendar_later.html", rest=AT, back=page.href)
    return show_calendar(_calendar(page))


@blueprint.post(f"/s/<token>{AT}")
@link_holder
def change_own_calendar(token: str) -> AnyResponse:
    """Make the speaker's calendar, change it, renew or revoke its address."""
    return act_on_calendar(_calendar(opened(token)))


def _calendar(page: Opened) -> OwnCalendar:
    event = page.event

    def _render(status: int, *, href: str, **values: object) -> AnyResponse:
        return page.rendered(
            "site/own_calendar.html",
            status,
            rest=AT,
            back=page.href,
            calendar_href=href,
            state="",
            **values,
        )

    return OwnCalendar(
        whose=Whose(FeedKind.SPEAKER, page.engagement.id),
        actor=page.actor,
        href=f"{page.href}{AT}",
        slug=event.slug,
        name=event.title.pick(current_language().key, event.languages).text,
        lang=current_language().key,
        zone=event.zone,
        render=_render,
    )
