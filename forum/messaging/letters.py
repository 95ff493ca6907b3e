"""Writing a mail: the words of its kind and the facts of its event, plain and HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
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
from forum.core.text import EMPTY, Fragment, Text, clean_line
from forum.core.urls import absolute
from forum.events.facts import EventFacts
from forum.events.queries import partners_of
from forum.messaging.credits import Credit, Credits, credits_of
from forum.messaging.marks import Linked, opt_out_of
from forum.messaging.models import mark_of
from forum.messaging.rules import ENDS, LONGEST_SUBJECT, OPTIONAL, WITH_TICKET, Kind
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
_VALUE = re.compile(r"%\((\w+)\)")
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
    each letter reads them. `whose` is about whom the contact of a booking is written to, empty for
    who has no name yet, None for oneself. `until` is the end of an offer, `type_name` that of the
    ticket. `others` are links besides the letter's own, each with its words.
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
    whose: str | None = None
    until: datetime | None = None
    reply_until: datetime | None = None
    companions: int = 0
    type_name: Text = field(default_factory=Text)
    others: tuple[tuple[Sentence, Linked], ...] = ()


@dataclass(frozen=True, slots=True)
class _Page:
    """What the templates are given: everything translated, nothing marked as safe."""

    language: Language
    subject: str
    headline: str
    greeting: str
    whose: str
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
    other_act: str
    others: tuple[tuple[str, str], ...]
    opt_out: str
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
    words, key, event = WORDS[kind], language.key, about.event
    named = _credits(about, key)
    facts = event_facts(about.event, key) if about.event else None
    title = _clipped(facts.title.text) if facts else ""
    sender = facts.organiser if facts else about.organisation
    values = {
        "event": title,
        "organisation": _clipped(sender.text),
        "date": _date(event, key) if event else "",
        "type": _clipped(about.type_name.pick(key, event.languages if event else ()).text),
        "until": _moment(about.until, event, key),
        "reply_until": _moment(about.reply_until, event, key),
        "companions": about.companions,
        **(_of_session(about.session, event, key) if about.session and event else {}),
    }

    def say(one: Sentence) -> str:
        return translated(_with(one, values))

    def said(several: Sequence[Sentence]) -> tuple[str, ...]:
        return tuple(say(one) for one in several if _is_known(one, values))

    own = mark_of(message_id) + words.path
    href = absolute(facts.href) if kind in ENDS and facts and facts.href else own
    if about.public and event:
        href = absolute(f"/{language.path}/e/{event.slug}/programme")
    return _Page(
        language=language,
        subject=clean_line(say(words.subject))[:LONGEST_SUBJECT],
        headline=say(words.headline),
        greeting=_dear(about.name),
        whose=_whose(about.whose),
        before=said(words.before),
        after=said(words.after),
        note=_note(about.event, key) if about.event and kind in _WITH_NOTE else about.note,
        changes=about.changes[:MOST_CHANGES],
        more=max(0, len(about.changes) - MOST_CHANGES),
        facts=facts,
        shows_time=words.shows_time,
        reference=shown(about.code) if about.code else "",
        ticket=kind in WITH_TICKET,
        act=gettext("See the programme") if about.public else say(words.act) if words.act else "",
        href=href,
        other_act=say(words.other_act) if words.other_act else "",
        others=tuple((say(text), one.mark_in(message_id)) for text, one in about.others),
        opt_out=opt_out_of(message_id).mark_in(message_id) if kind in OPTIONAL else "",
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


def _dear(name: str) -> str:
    shown = greeted(name)
    return gettext("Dear %(name)s,", name=shown) if shown else ""


def _whose(name: str | None) -> str:
    """Say to the contact of a booking whom the letter is about."""
    if name is None:
        return ""
    shown = greeted(name)
    told: str = (
        gettext("This is about %(name)s, whom you registered. Pass it on to them.", name=shown)
        if shown
        else gettext("This is about somebody you registered. Pass it on to them.")
    )
    return told


def _with(one: Sentence, values: Mapping[str, object]) -> Sentence:
    """Return a sentence with the values that it names; one that counts counts companions."""
    if "%(" not in one.text + one.many:
        return one
    number = int(str(values["companions"])) if one.many else one.number
    return replace(one, values={**values, **one.values}, number=number)


def _is_known(one: Sentence, values: Mapping[str, object]) -> bool:
    """Say whether every value that a sentence names is there."""
    return all(values.get(name) for name in _VALUE.findall(one.text + one.many))


def _note(event: Event, key: str) -> Fragment:
    return event.state_note.pick(key, event.languages)


def _credits(about: About, key: str) -> Credits:
    if about.event is None:
        return Credits()
    partners = partners_of(about.event.id) if about.partners is None else about.partners
    return credits_of(about.event, partners, key)


def _moment(when: datetime | None, event: Event | None, key: str) -> str:
    if when is None or event is None:
        return ""
    said, zone = dates.moment(when, event.zone, key), dates.zone_name(when, event.zone, key)
    return f"{said} ({zone})" if key == "en" else f"{said}（{zone}）"


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
