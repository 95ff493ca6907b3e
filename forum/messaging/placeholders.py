"""Placeholders in what organisers write: a fixed list, filled after the Markdown is rendered.

Nothing typed is ever a template: `{name}` is looked up in one table, and what stands in braces and
is not in it is refused by its name. A value comes in escaped, after Markdown and cleaning, so that
no guest's name becomes markup or a link (SECURITY.md M37).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote

from markupsafe import Markup, escape

from forum.core.errors import Invalid
from forum.core.i18n import Sentence, sentence
from forum.core.prose import plain_prose, prose
from forum.core.text import clean_line, clean_paragraphs
from forum.messaging.rules import LONGEST_SUBJECT, Kind
from forum.messaging.rules.wordings import INVITED, SPEAKERS

_TYPED = re.compile(r"[{｛]([^{}｛｝\n]{1,60})[}｝]")
_LIST_MARK = re.compile(r"\s*(?:[-*+>]|[0-9]{1,3}[.)])\s+")
_SENTENCE_END = re.compile(r"(?<=[。！？])|(?<=[.!?])\s+")
_EMPTY_LINES = re.compile(r"\n{3,}")
_FIRST, _LAST = "\ufdd0", "\ufdd1"
_HELD = re.compile(f"{_FIRST}([a-z_]+){_LAST}")
_HREF = re.compile(r'href="([^"]*)"')
_HELD_IN_HREF = re.compile("%EF%B7%90([a-z_]+)%EF%B7%91")
_PAST_HOST = re.compile(r"https?://[^/?#@]+[/?#]", re.IGNORECASE)
_LINKLIKE = re.compile(r"[:@/\\]|\w{2,}\.[a-z]{2,}", re.IGNORECASE)

FACTS = "facts"
"""It stands for a part of the letter, not for a value: see `around_facts`."""


class Trust(StrEnum):
    """Who has typed a value: Forum itself, somebody who may edit the event, or a guest."""

    OURS = "ours"
    ORGANISER = "organiser"
    GUEST = "guest"


@dataclass(frozen=True, slots=True)
class Placeholder:
    """One value that may be put into words: what it says, who typed it, in which kinds it is known.

    `is_address` is a link of ours: it may be the whole address of a Markdown link. `in_address` may
    stand inside one, as in https://example.org/?code={code}. `only_for` are the kinds that know it,
    None for all kinds and announcements; `unknown_to` are kinds that do not. Where `in_subject` is
    false it makes sense in the words alone.
    """

    name: str
    says: Sentence
    trust: Trust
    only_for: frozenset[Kind] | None = None
    unknown_to: frozenset[Kind] = frozenset()
    is_address: bool = False
    in_address: bool = False
    in_subject: bool = True

    @property
    def typed(self) -> str:
        """How it is written."""
        return f"{{{self.name}}}"

    def is_known_to(self, kind: Kind | None) -> bool:
        """Say whether it has a value in this kind; None is an announcement."""
        if self.only_for is not None:
            return kind in self.only_for
        return kind not in self.unknown_to


_INVITED = frozenset(INVITED)
_WITHOUT_REGISTRATION = frozenset({*INVITED, *SPEAKERS, Kind.LINKS})
_WITH_END = _INVITED | {Kind.OFFERED, Kind.AGAIN_OFFERED}
_WITH_WORDS = frozenset(
    {
        Kind.EVENT_CANCELLED,
        Kind.EVENT_POSTPONED,
        Kind.EVENT_MOVED,
        Kind.EVENT_BACK,
        Kind.EVENT_CHANGED,
        Kind.SPEAKER_EVENT,
        Kind.SPEAKER_CANCELLED,
        Kind.SPEAKER_POSTPONED,
        Kind.SPEAKER_MOVED,
        Kind.SPEAKER_BACK,
        Kind.DECLINED,
        Kind.CANCELLED_BY_OFFICE,
        Kind.GUEST_INVITATION,
        Kind.GUEST_REMINDER,
        Kind.PROGRAMME_YOURS,
        Kind.PROGRAMME_NEWS,
        Kind.PROGRAMME_SPEAKER,
        Kind.SPEAKER_SLOT,
    }
)
WITH_SESSION = frozenset({Kind.PLACE_GIVEN, Kind.PLACE_LEFT, Kind.CALENDAR_NO_PLACE})

_ALL = (
    Placeholder("name", sentence("The name of the person written to"), Trust.GUEST),
    Placeholder("event", sentence("The title of the event"), Trust.ORGANISER),
    Placeholder("date", sentence("The day or days of the event"), Trust.OURS),
    Placeholder("time", sentence("The hours of the event, with the time zone"), Trust.OURS),
    Placeholder("place", sentence("The venue"), Trust.ORGANISER),
    Placeholder("address", sentence("The address of the venue"), Trust.ORGANISER),
    Placeholder("organisation", sentence("The organiser"), Trust.ORGANISER),
    Placeholder(
        "type",
        sentence("The type of the ticket"),
        Trust.ORGANISER,
        unknown_to=_WITHOUT_REGISTRATION,
    ),
    Placeholder(
        "code",
        sentence("The reference of the registration"),
        Trust.OURS,
        unknown_to=_WITHOUT_REGISTRATION,
        in_address=True,
    ),
    Placeholder(
        "link",
        sentence("The personal link of this person"),
        Trust.OURS,
        is_address=True,
        in_subject=False,
    ),
    Placeholder(
        "programme",
        sentence("The address of the programme"),
        Trust.OURS,
        is_address=True,
        in_subject=False,
    ),
    Placeholder(
        "until",
        sentence("Until when the seat is kept, or an answer awaited"),
        Trust.OURS,
        only_for=_WITH_END,
    ),
    Placeholder(
        "companions",
        sentence("How many more people the guest may bring"),
        Trust.OURS,
        only_for=_INVITED,
    ),
    Placeholder(
        "session", sentence("The title of the session"), Trust.ORGANISER, only_for=WITH_SESSION
    ),
    Placeholder("session_when", sentence("When the session is"), Trust.OURS, only_for=WITH_SESSION),
    Placeholder(
        "words",
        sentence("What you write when you act, as the reason for postponing"),
        Trust.ORGANISER,
        only_for=_WITH_WORDS,
        in_subject=False,
    ),
    Placeholder(
        FACTS,
        sentence("Where the box with the event, the code and the button stands; else at the end"),
        Trust.OURS,
        in_subject=False,
    ),
)
PLACEHOLDERS: Mapping[str, Placeholder] = {one.name: one for one in _ALL}


class UnknownPlaceholder(Invalid):
    """What stands in braces is not a placeholder that this letter knows."""

    code = "unknown_placeholder"

    def __init__(self, name: str, *, field: str | None = None) -> None:
        """Name what stands in the braces."""
        self.name = name
        super().__init__(
            sentence("“{%(name)s}” is not on the list of placeholders of this mail", name=name),
            field=field,
        )


class PlaceholderInAddress(Invalid):
    """A value stands in the address of a link, where it could lead anywhere."""

    code = "placeholder_in_address"

    def __init__(self, name: str, *, field: str | None = None) -> None:
        """Name the placeholder."""
        self.name = name
        super().__init__(
            sentence("“{%(name)s}” cannot stand in the address of a link", name=name), field=field
        )


def allowed_for(kind: Kind | None) -> tuple[Placeholder, ...]:
    """Return the placeholders of a kind of mail, in their order; None is an announcement."""
    return tuple(one for one in _ALL if one.is_known_to(kind))


def names_for(kind: Kind | None) -> frozenset[str]:
    """Return the names of a kind's placeholders."""
    return frozenset(one.name for one in allowed_for(kind))


def used_in(text: str) -> frozenset[str]:
    """Return the names that stand in braces in a text, known or not."""
    return frozenset(map(_plain, _TYPED.findall(text)))


def check(text: str, allowed: Collection[str], *, field: str | None = None) -> None:
    """Raise UnknownPlaceholder for the first name that is not allowed.

    Raises PlaceholderInAddress where a value stands in a link's address that may not stand there.
    """
    for typed in _TYPED.findall(text):
        if _plain(typed) not in allowed or _plain(typed) not in PLACEHOLDERS:
            raise UnknownPlaceholder(clean_line(typed), field=field)
    for name, before, after in _in_addresses(text):
        one = PLACEHOLDERS[name]
        whole = one.is_address and not before and not after
        if not whole and not (one.in_address and _PAST_HOST.match(before)):
            raise PlaceholderInAddress(name, field=field)


def check_subject(text: str, allowed: Collection[str], *, field: str | None = None) -> None:
    """Raise UnknownPlaceholder for the first name that is not allowed in a subject."""
    check(text, {one for one in allowed if PLACEHOLDERS[one].in_subject}, field=field)


def around_facts(markdown: str) -> tuple[str, str]:
    """Return the words before `{facts}` and those after; without it all stand before."""
    for found in _TYPED.finditer(markdown):
        if _plain(found[1]) == FACTS:
            return markdown[: found.start()].rstrip(), markdown[found.end() :].strip()
    return markdown, ""


def as_line(text: str, values: Mapping[str, str]) -> str:
    """Return a subject with its values: one line, at most 200 characters."""
    line = _HELD.sub(lambda found: _value(found[1], values), _held(clean_line(text)))
    return clean_line(line)[:LONGEST_SUBJECT].rstrip()


def as_text(markdown: str, values: Mapping[str, str]) -> str:
    """Return Markdown as plain text with its values; a link's address stands after its words.

    As in HTML, a sentence is left out whose value is not known, as the address of an event online.
    """
    plain = plain_prose(_held(_without_unknown(markdown, values)))
    plain = _HELD_IN_HREF.sub(lambda found: _in_href(found[1], values), plain)
    return _HELD.sub(lambda found: _value(found[1], values), plain)


def as_html(markdown: str, values: Mapping[str, str]) -> Markup:
    """Return Markdown as clean HTML with its values, each escaped; links of ours become links."""
    html = str(prose(_held(_without_unknown(markdown, values))))
    html = _HREF.sub(lambda found: f'href="{_address(found[1], values)}"', html)
    inside = "".join(_with_values(html, values))
    return Markup(inside)  # noqa: S704 - prose cleaned it # nosec B704 # values are escaped


def harmless(name: str) -> str:
    """Return a guest's text on one line; nothing where mail programs would turn it into a link.

    Anybody can type any name beside anybody's address: our mail must not carry their link.
    """
    line = clean_line(name)
    return "" if _LINKLIKE.search(line) else line


def _plain(typed: str) -> str:
    return typed.strip().casefold()


def _without_unknown(markdown: str, values: Mapping[str, str]) -> str:
    """Leave out each sentence whose value is not known, and a line of which nothing is left."""
    kept = []
    for line in markdown.split("\n"):
        if all(_is_there(name, values) for name in used_in(line)):
            kept.append(line)
            continue
        mark = found[0] if (found := _LIST_MARK.match(line)) else ""
        left = [
            one
            for one in _SENTENCE_END.split(line[len(mark) :])
            if all(_is_there(name, values) for name in used_in(one))
        ]
        if any(map(str.strip, left)):
            kept.append(mark + " ".join(left))
    return _EMPTY_LINES.sub("\n\n", "\n".join(kept))


def _is_there(name: str, values: Mapping[str, str]) -> bool:
    return name not in PLACEHOLDERS or name == FACTS or bool(_value(name, values))


def _held(text: str) -> str:
    """Put each known placeholder between two characters that no text holds and Markdown leaves."""
    bare = text.replace(_FIRST, "").replace(_LAST, "")

    def hold(found: re.Match[str]) -> str:
        name = _plain(found[1])
        return f"{_FIRST}{name}{_LAST}" if name in PLACEHOLDERS else found[0]

    return _TYPED.sub(hold, bare)


def _in_addresses(text: str) -> Iterator[tuple[str, str, str]]:
    """Give each placeholder that stands in a link's address: its name, what is before and after.

    Plain letters stand in for it here, which a host's name keeps too.
    """
    names = [_plain(one) for one in _TYPED.findall(text)]
    numbers = iter(range(len(names)))
    html = prose(_TYPED.sub(lambda _: f"zqx{next(numbers)}xqz", text))
    for href in _HREF.findall(html):
        pieces = re.split(r"zqx([0-9]+)xqz", href)
        for at in range(1, len(pieces), 2):
            if (number := int(pieces[at])) < len(names):
                yield names[number], "".join(pieces[:at]), "".join(pieces[at + 1 :])


def _value(name: str, values: Mapping[str, str]) -> str:
    value = clean_paragraphs(values.get(name, ""))
    return harmless(value) if PLACEHOLDERS[name].trust is Trust.GUEST else value


def _address(href: str, values: Mapping[str, str]) -> str:
    return _HELD_IN_HREF.sub(lambda found: str(escape(_in_href(found[1], values))), href)


def _in_href(name: str, values: Mapping[str, str]) -> str:
    one = PLACEHOLDERS.get(name)
    if one is None or not (one.is_address or one.in_address):
        return ""
    value = _value(name, values)
    return value if one.is_address else quote(value, safe="{} ")


def _with_values(html: str, values: Mapping[str, str]) -> Iterator[str]:
    in_link, put = False, _in_text(values)
    for piece in re.split(r"(<[^>]*>)", html):
        if piece.startswith("<"):
            in_link = piece.startswith("<a ") or (in_link and piece != "</a>")
            yield piece
        else:
            yield _HELD.sub(put(in_link=in_link), piece)


def _in_text(values: Mapping[str, str]) -> Callable[..., Callable[[re.Match[str]], str]]:
    def put(*, in_link: bool) -> Callable[[re.Match[str]], str]:
        def fill(found: re.Match[str]) -> str:
            value = str(escape(_value(found[1], values))).replace("\n", "<br>")
            if value and PLACEHOLDERS[found[1]].is_address and not in_link:
                return f'<a href="{value}">{value}</a>'
            return value

        return fill

    return put
