"""Writing a mail: the words of its kind or the event's own, and the facts, plain and HTML."""

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
from markupsafe import Markup

from forum.core.art.colour import Palette, palette
from forum.core.http.i18n import translated
from forum.core.i18n import Sentence
from forum.core.ids import shown
from forum.core.languages import ENGLISH, Language, by_key
from forum.core.spelling import spelled
from forum.core.text import EMPTY, Fragment, Text, clean_line
from forum.core.urls import absolute
from forum.events.facts import EventFacts
from forum.messaging.credits import Credit, Credits, Logo, credits_of, logo_of
from forum.messaging.letterhead import Letterhead, letterhead_of
from forum.messaging.marks import Linked, opt_out_of
from forum.messaging.models import mark_of
from forum.messaging.placeholders import (
    around_facts,
    as_html,
    as_line,
    as_text,
    harmless,
    used_in,
)
from forum.messaging.rules import ENDS, LONGEST_SUBJECT, OPTIONAL, WITH_TICKET, Kind
from forum.messaging.values import placeholder_values, programme_address, sentence_values
from forum.messaging.words import words_of
from forum.messaging.words.shapes import OwnWords, Words
from forum.tickets.cards import event_facts

if TYPE_CHECKING:
    from forum.events.models import Event
    from forum.programme.differences import Told
    from forum.programme.models import Session

TICKET_CID = "ticket@forum"
HEAD_LOGO = (160, 48)
"""The most pixels across and down that the organisation's own logo takes."""
MOST_CHANGES = 30
"""Sessions told of in one letter; the page of changes tells of all."""
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
    as for a speaker without a page of their own. `head` is what all letters of the event share;
    without it each letter reads it. `own` are words that stand for the kind's, as an announcement's
    or those of a preview; `values` stand for the letter's own, as marks of a body that many share.
    A `sample` shows no ticket. `href` is where the button leads, where not to a personal link.
    `act` is what the button says, where not what the kind's own does. `whose` is about whom the
    contact of a booking is written to, empty for who has no name yet, None for oneself. `until` is
    the end of an offer, `type_name` that of the ticket. `others` are links besides the letter's
    own, each with its words. Who is `invited` and has no registration is told nothing of one.
    """

    event: Event | None = None
    name: str = ""
    code: str = ""
    organisation: Fragment = EMPTY
    session: Session | None = None
    changes: tuple[Told, ...] = ()
    note: Fragment = EMPTY
    public: bool = False
    head: Letterhead | None = None
    own: OwnWords | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    sample: bool = False
    href: str = ""
    act: Sentence | None = None
    whose: str | None = None
    until: datetime | None = None
    reply_until: datetime | None = None
    companions: int = 0
    type_name: Text = field(default_factory=Text)
    others: tuple[tuple[Sentence, Linked], ...] = ()
    invited: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """Paragraphs, plain and as clean HTML."""

    text: str = ""
    html: Markup = field(default_factory=Markup)


@dataclass(frozen=True, slots=True)
class _Page:
    """What the templates are given: everything translated, and only `Said` marked as safe."""

    language: Language
    subject: str
    headline: str
    greeting: str
    whose: str
    before: Said
    after: Said
    note: Fragment
    changes: tuple[Told, ...]
    more: int
    facts: EventFacts | None
    shows_time: bool
    reference: str
    spelled: str
    ticket: bool
    sample: bool
    act: str
    href: str
    other_act: str
    others: tuple[tuple[str, str], ...]
    opt_out: str
    calendar: str
    sender: Fragment
    logo: Logo | None
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
    words, key, event = words_of(kind, invited=about.invited), language.key, about.event
    head = about.head or (letterhead_of(event) if event else Letterhead())
    named = credits_of(event, head.partners, key) if event else Credits()
    facts = event_facts(event, key) if event else None
    sender = facts.organiser if facts else about.organisation
    own_link = mark_of(message_id) + words.path
    href = absolute(facts.href) if kind in ENDS and facts and facts.href else own_link
    if about.public and event:
        href = programme_address(event, language)
    href = about.href or href
    note = _note(event, key) if event and kind in _WITH_NOTE else about.note
    ours = _our_words(words, sentence_values(about, facts, sender, key))
    own = about.own if about.own is not None else _own_of(kind, key, head, words)
    values = {
        **placeholder_values(about, facts, sender, language, dated=words.shows_time),
        "link": href,
        "words": note.text,
        **about.values,
    }
    before, after = _own_said(own.words, values) if own.words else (ours.before, ours.after)
    return _Page(
        language=language,
        subject=as_line(own.subject, values) if own.subject else ours.subject,
        headline=as_line(own.heading, values) if own.heading else ours.headline,
        greeting="" if own.words else _dear(about.name),
        whose=about.values.get("whose") or _whose(about.whose),
        before=before,
        after=after,
        note=EMPTY if "words" in used_in(own.words) else note,
        changes=about.changes[:MOST_CHANGES],
        more=max(0, len(about.changes) - MOST_CHANGES),
        facts=facts,
        shows_time=words.shows_time,
        reference=about.values.get("reference") or (shown(about.code) if about.code else ""),
        spelled=_spelled(about, key) if kind in WITH_TICKET else "",
        ticket=kind in WITH_TICKET and not about.sample,
        sample=kind in WITH_TICKET and about.sample,
        act=gettext("See the programme") if about.public else _act(about, ours.act),
        href=href,
        other_act=ours.other_act,
        others=tuple((translated(text), one.mark_in(message_id)) for text, one in about.others),
        opt_out=opt_out_of(message_id).mark_in(message_id) if kind in OPTIONAL else "",
        calendar=_calendar(event) if kind in WITH_TICKET else "",
        sender=sender,
        logo=logo_of(head.logo, HEAD_LOGO) if head.logo else None,
        hosts=named.hosts,
        supporters=named.supporters,
        colours=_colours(event.accent if event else ""),
    )


def _spelled(about: About, key: str) -> str:
    return about.values.get("spelled") or (spelled(about.code, key) if about.code else "")


def _act(about: About, ours: str) -> str:
    return translated(about.act) if about.act else ours


@dataclass(frozen=True, slots=True)
class _Ours:
    """Forum's words of a kind, in one language, with their values."""

    subject: str
    headline: str
    before: Said
    after: Said
    act: str
    other_act: str


def _own_of(kind: Kind, key: str, head: Letterhead, words: Words) -> OwnWords:
    """Return the event's own words of a kind; what it words is said to who is registered."""
    return head.own.get((kind, key), OwnWords()) if words is words_of(kind) else OwnWords()


def _our_words(words: Words, values: Mapping[str, object]) -> _Ours:
    def say(one: Sentence | None) -> str:
        return translated(_with(one, values)) if one else ""

    def said(several: Sequence[Sentence]) -> Said:
        lines = [say(one) for one in several if _is_known(one, values)]
        paragraphs = (Markup("<p>{}</p>").format(line) for line in lines)
        return Said("\n\n".join(lines), Markup("\n").join(paragraphs))

    return _Ours(
        subject=clean_line(say(words.subject))[:LONGEST_SUBJECT],
        headline=say(words.headline),
        before=said(words.before),
        after=said(words.after),
        act=say(words.act),
        other_act=say(words.other_act),
    )


def _own_said(markdown: str, values: Mapping[str, str]) -> tuple[Said, Said]:
    before, after = around_facts(markdown)
    return (
        Said(as_text(before, values), as_html(before, values)),
        Said(as_text(after, values), as_html(after, values)),
    )


_WITH_NOTE = frozenset(
    {
        Kind.EVENT_CANCELLED,
        Kind.EVENT_POSTPONED,
        Kind.EVENT_MOVED,
        Kind.EVENT_BACK,
        Kind.SPEAKER_CANCELLED,
        Kind.SPEAKER_POSTPONED,
        Kind.SPEAKER_MOVED,
        Kind.SPEAKER_BACK,
    }
)


def greeted(name: str) -> str:
    """Return a name for the greeting; none where it holds what mail programs turn into a link."""
    return harmless(name)


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


def _calendar(event: Event | None) -> str:
    return absolute(f"/e/{event.slug}/{event.slug}.ics") if event and event.is_public else ""


@lru_cache(maxsize=64)
def _colours(accent: str) -> Palette:
    return palette(accent) if accent else palette()
