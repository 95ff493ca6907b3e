"""Letters that many people share: rendered once a language, with marks for what is personal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import UUID

from flask_babel import gettext

from forum.core.ids import shown
from forum.core.languages import KEYS
from forum.core.spelling import spelled
from forum.core.text import Text, clean_line
from forum.messaging.bodies import value_mark
from forum.messaging.letterhead import letterhead_of
from forum.messaging.letters import About, Letter, greeted, speaking, write
from forum.messaging.placeholders import harmless, used_in
from forum.messaging.rules.announcements import AnnouncementKind, message_kind
from forum.messaging.rules.segments import SegmentOf, read_segment
from forum.messaging.values import called
from forum.messaging.words.announced import ANSWER, SEE_YOUR_PAGE
from forum.messaging.words.shapes import OwnWords

if TYPE_CHECKING:
    from forum.core.i18n import Sentence
    from forum.events.models import Event
    from forum.messaging.letterhead import Letterhead
    from forum.messaging.models import Announcement
    from forum.messaging.rules import Kind

WHOSE, REFERENCE, SPELLED = "whose", "reference", "spelled"
PERSONAL = ("name", "code", "type")
"""Placeholders whose values differ from one person to the next, besides the link."""

OF_ONE_REGISTRATION = frozenset({"code", "type"})
"""Placeholders by which letters to one address about two registrations differ."""

_CHINESE = ("zh-Hant", "zh-Hans")
_ACTS: Mapping[SegmentOf, Sentence] = {
    SegmentOf.SPEAKERS: SEE_YOUR_PAGE,
    SegmentOf.INVITATIONS: ANSWER,
}


@dataclass(frozen=True, slots=True)
class Reader:
    """What a letter's personal values are made of.

    `whose` is the attendee's name where the contact of a booking is written to about somebody else;
    empty where it is about several, None where it is about oneself.
    """

    name: str = ""
    code: str = ""
    type_name: Text = Text()  # noqa: RUF009 - it cannot be changed
    whose: str | None = None


def kind_of(announcement: Announcement) -> Kind:
    """Return the kind of the mails that an announcement is made of."""
    return message_kind(announcement.kind, about_booking=announcement.about_booking)


def names_used(announcement: Announcement) -> frozenset[str]:
    """Return the placeholders that stand in an announcement's own words, in any language."""
    texts = (announcement.subject, announcement.words)
    return frozenset(
        name for text in texts for said in text.by_language.values() for name in used_in(said)
    )


def is_personal(announcement: Announcement) -> bool:
    """Say whether each registration has a letter of its own, even at one address."""
    if announcement.kind is not AnnouncementKind.LETTER:
        return True
    return bool(names_used(announcement) & OF_ONE_REGISTRATION)


def language_for(announcement: Announcement, lang: str, order: Iterable[str]) -> str:
    """Return in which language somebody who reads `lang` gets it.

    The own one, else the other Chinese for who reads Chinese, else the first that is written.
    """
    if announcement.kind is not AnnouncementKind.LETTER:
        return lang if lang in KEYS else next(iter(order), KEYS[0])
    written = announcement.words
    other = _CHINESE if lang in _CHINESE else ()
    return next((key for key in (lang, *other, *order, *KEYS) if written.get(key)), lang)


def languages_of(announcement: Announcement) -> tuple[str, ...]:
    """Return the languages in which its letters are written."""
    if announcement.kind is not AnnouncementKind.LETTER:
        return tuple(KEYS)
    return tuple(announcement.words.by_language)


def render(
    announcement: Announcement,
    event: Event,
    lang: str,
    body_id: UUID,
    head: Letterhead | None = None,
) -> Letter:
    """Return the letter of an announcement in one language, with marks of this body."""
    kind = kind_of(announcement)
    about = _about(announcement, event, lang, head or letterhead_of(event))
    marks = {name: value_mark(body_id, name) for name in (*PERSONAL, WHOSE)}
    if about.own is None:
        marks |= {name: value_mark(body_id, name) for name in (REFERENCE, SPELLED)}
    about = replace(about, name=marks["name"], values=marks)
    return write(kind, lang, body_id, about)


def values_of(reader: Reader, lang: str, order: Iterable[str]) -> dict[str, str]:
    """Return one person's values, to stand in place of the marks."""
    code = shown(reader.code) if reader.code else ""
    found = {
        "name": harmless(reader.name),
        "code": code,
        REFERENCE: code,
        SPELLED: spelled(reader.code, lang) if reader.code else "",
        "type": clean_line(reader.type_name.pick(lang, order).text),
    }
    if not found["name"] or reader.whose is not None:
        with speaking(lang):
            found |= {"name": called(reader.name), WHOSE: _whose(reader.whose)}
    return {name: value for name, value in found.items() if value}


def _about(announcement: Announcement, event: Event, lang: str, head: Letterhead) -> About:
    if announcement.kind is not AnnouncementKind.LETTER:
        after = announcement.kind is AnnouncementKind.THANKS
        return About(event=event, head=head, public=after)
    own = OwnWords(
        subject=announcement.subject.get(lang),
        heading=announcement.subject.get(lang),
        words=announcement.words.get(lang),
    )
    act = _ACTS.get(read_segment(announcement.segment).of)
    return About(event=event, head=head, own=own, act=act)


def _whose(name: str | None) -> str:
    if name is None:
        return ""
    said = greeted(name)
    told: str = (
        gettext("This is about %(name)s, whom you registered. Pass it on to them.", name=said)
        if said
        else gettext("You get this for those you registered. Pass it on to them.")
    )
    return told
