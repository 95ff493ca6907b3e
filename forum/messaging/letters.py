"""Writing a mail: the words of its kind and the facts of its event, plain and HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING
from uuid import UUID

from flask import current_app
from flask_babel import force_locale, gettext

from forum.core import dates
from forum.core.art.colour import Palette, palette
from forum.core.http.i18n import translated
from forum.core.i18n import Sentence
from forum.core.ids import shown
from forum.core.languages import ENGLISH, Language, by_key
from forum.core.text import EMPTY, Fragment, clean_line
from forum.core.urls import absolute
from forum.events.facts import EventFacts
from forum.events.queries import partners_of
from forum.messaging.credits import Credit, Credits, credits_of
from forum.messaging.models import mark_of
from forum.messaging.rules import LONGEST_SUBJECT, WITH_TICKET, Kind
from forum.messaging.words import WORDS
from forum.tickets.cards import event_facts

if TYPE_CHECKING:
    from forum.events.models import Event, Partner
    from forum.programme.differences import Told
    from forum.programme.models import Session

TICKET_CID = "ticket@forum"
LONGEST_TITLE = 140
MOST_CHANGES = 30
"""Sessions told of in one letter; the page of changes tells of all."""
_LINKLIKE = re.compile(r"[:@/\\]|\w{2,}\.[a-z]{2,}", re.IGNORECASE)
_EMPTY_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail's words; where a personal link belongs, both bodies hold its mark."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class About:
    """What a letter is about: the event and the guest's reference, or an organisation alone.

    `session` is the one of the event's sessions that it is about; `changes` are what became of
    several, `note` what the organiser says of it. A `public` letter leads to the event's programme,
    as for a speaker without a page of their own. `partners` are all of the event's; without them
    each letter reads them.
    """

    event: Event | None = None
    name: str = ""
    code: str = ""
    organisation: Fragment = EMPTY
    session: Session | None = None
    changes: tuple[Told, ...] = ()
    note: Fragment = EMPTY
    public: bool = False
    partners: Sequence[Partner] | None = None


@dataclass(frozen=True, slots=True)
class _Page:
    """What the templates are given: everything translated, nothing marked as safe."""

    language: Language
    subject: str
    headline: str
    name: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    note: Fragment
    changes: tuple[Told, ...]
    more: int
    facts: EventFacts | None
    shows_time: bool
    reference: str
    ticket: bool
    act: str
    href: str
    calendar: str
    sender: Fragment
    hosts: tuple[Credit, ...]
    supporters: tuple[Credit, ...]
    colours: Palette


@contextmanager
def speaking(lang: str) -> Iterator[Language]:
    """Say everything inside the block in a recipient's language."""
    language = by_key(lang) or ENGLISH
    with force_locale(language.babel):
        yield language


def write(kind: Kind, lang: str, message_id: UUID, about: About) -> Letter:
    """Return the letter of this kind in the recipient's language."""
    with speaking(lang) as language:
        page = _page(kind, language, message_id, about)
        text = current_app.jinja_env.get_template("mail/letter.txt").render(letter=page)
        html = current_app.jinja_env.get_template("mail/letter.html").render(
            letter=page, ticket_cid=TICKET_CID
        )
    return Letter(page.subject, _EMPTY_LINES.sub("\n\n", text).strip() + "\n", html)


def _page(kind: Kind, language: Language, message_id: UUID, about: About) -> _Page:
    words, key = WORDS[kind], language.key
    named = _credits(about, key)
    facts = event_facts(about.event, key) if about.event else None
    title = _clipped(facts.title.text) if facts else ""
    sender = facts.organiser if facts else about.organisation
    values = {
        "event": title,
        "organisation": _clipped(sender.text),
        "date": _date(about.event, key) if about.event else "",
        **(_of_session(about.session, about.event, key) if about.session and about.event else {}),
    }

    def say(one: Sentence) -> str:
        return translated(replace(one, values={**values, **one.values} if "%(" in one.text else {}))

    public = kind in {Kind.CANCELLED, Kind.EVENT_CANCELLED}
    href = absolute(facts.href) if public and facts and facts.href else mark_of(message_id)
    if about.public and about.event:
        href = absolute(f"/{language.path}/e/{about.event.slug}/programme")
    return _Page(
        language=language,
        subject=clean_line(say(words.subject))[:LONGEST_SUBJECT],
        headline=say(words.headline),
        name=greeted(about.name),
        before=tuple(map(say, words.before)),
        after=tuple(map(say, words.after)),
        note=_note(about.event, key) if about.event and kind in _WITH_NOTE else about.note,
        changes=about.changes[:MOST_CHANGES],
        more=max(0, len(about.changes) - MOST_CHANGES),
        facts=facts,
        shows_time=words.shows_time,
        reference=shown(about.code) if about.code else "",
        ticket=kind in WITH_TICKET,
        act=gettext("See the programme") if about.public else say(words.act) if words.act else "",
        href=href,
        calendar=_calendar(about.event) if kind in WITH_TICKET else "",
        sender=sender,
        hosts=named.hosts,
        supporters=named.supporters,
        colours=_colours(about.event.accent if about.event else ""),
    )


_WITH_NOTE = frozenset(
    {Kind.EVENT_CANCELLED, Kind.EVENT_POSTPONED, Kind.EVENT_MOVED, Kind.EVENT_BACK},
)


def greeted(name: str) -> str:
    """Return a name for the greeting; none where it holds what mail programs turn into a link.

    Anybody can type any name beside anybody's address: our mail must not carry their link.
    """
    line = clean_line(name)
    return "" if _LINKLIKE.search(line) else line


def _note(event: Event, key: str) -> Fragment:
    return event.state_note.pick(key, event.languages)


def _credits(about: About, key: str) -> Credits:
    if about.event is None:
        return Credits()
    partners = partners_of(about.event.id) if about.partners is None else about.partners
    return credits_of(about.event, partners, key)


def _date(event: Event, key: str) -> str:
    return dates.span(event.starts_at, event.ends_at, event.zone, key)


def _of_session(session: Session, event: Event, key: str) -> dict[str, str]:
    when = ""
    if session.starts_at and session.ends_at:
        when = dates.span(session.starts_at, session.ends_at, event.zone, key)
    title = session.title.pick(key, event.languages).text
    return {"session": _clipped(title), "session_when": when}


def _clipped(title: str) -> str:
    line = clean_line(title)
    return line if len(line) <= LONGEST_TITLE else f"{line[: LONGEST_TITLE - 1].rstrip()}…"


def _calendar(event: Event | None) -> str:
    return absolute(f"/e/{event.slug}/{event.slug}.ics") if event and event.is_public else ""


@lru_cache(maxsize=64)
def _colours(accent: str) -> Palette:
    return palette(accent) if accent else palette()
