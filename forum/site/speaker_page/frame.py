"""What the pages behind a speaker's personal link share: who opened them, in what language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Blueprint, make_response, render_template, request

from forum.core.actor import Actor, ActorKind
from forum.core.http.headers import private
from forum.core.http.i18n import LANGUAGE_COOKIE, current_language, use_language
from forum.core.languages import LANGUAGES, by_key
from forum.events.facts import Addresses
from forum.events.queries import event_by_id
from forum.programme.queries import contact_of, engagement_by_token
from forum.tickets.cards import event_facts

if TYPE_CHECKING:
    from flask import Response

    from forum.events.models import Event
    from forum.programme.models import Engagement, Speaker

blueprint = Blueprint("speaker_page", __name__)

LIMITS = {
    "speaker_page.profile": 10_500_000,
    "speaker_page.slides": 26_000_000,
}
"""Bytes of a form with a photo of 10 MB or a PDF of 20 MB, and a little more."""


@blueprint.url_value_preprocessor
def _allow_uploads(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Raise the limit before the form's token is looked for in the body."""
    if limit := LIMITS.get(endpoint or ""):
        request.max_content_length = limit


@dataclass(frozen=True, slots=True)
class Opened:
    """A personal link that was opened.

    What a service has written makes it outdated: it is opened anew for a page afterwards.
    """

    token: str
    engagement: Engagement
    event: Event

    @property
    def speaker(self) -> Speaker:
        """Whose page it is."""
        return self.engagement.speaker

    @property
    def href(self) -> str:
        """The page's own path."""
        return f"/s/{self.token}"

    @property
    def actor(self) -> Actor:
        """Who acts by the link."""
        return Actor(
            ActorKind.LINK,
            id=self.engagement.id,
            name=self.speaker.shown_name[:200],
            event_id=self.event.id,
        )

    @property
    def to(self) -> Addresses:
        """Where public pages of the event are."""
        return Addresses(current_language(), self.event.slug)

    def rendered(
        self, template: str, status: int = 200, *, rest: str = "", **more: object
    ) -> Response:
        """Return a page for the speaker alone; `rest` follows the link in its address."""
        facts = event_facts(self.event, current_language().key)
        page = render_template(
            template,
            event=self.event,
            engagement=self.engagement,
            speaker=self.speaker,
            href=self.href,
            facts=facts,
            theme=facts.theme,
            site_name=facts.title,
            site_href=facts.href or self.href,
            alternates=[
                (language, f"{self.href}{rest}?lang={language.key}") for language in LANGUAGES
            ],
            **more,
        )
        return private(make_response(page, status))


def opened(token: str) -> Opened:
    """Open a personal link, in the speaker's language unless the reader chose one (3 statements).

    Raises NotFound for a foreign, changed or outdated token.
    """
    engagement = engagement_by_token(token)
    contact = contact_of(engagement.speaker_id)
    event = event_by_id(engagement.event_id)
    if not by_key(request.cookies.get(LANGUAGE_COOKIE, "")):
        use_language(contact.lang if contact else next(iter(event.languages), "en"))
    return Opened(token, engagement, event)
