"""What kinds of session and roles on stage are called: on pages, in calendars, in mails."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from babel import Locale
from babel.lists import format_list

from forum.core.i18n import Sentence, sentence
from forum.core.languages import by_key
from forum.core.text import Text
from forum.programme.rules import AppearanceRole, EngagementState, MaterialKind, SessionKind

KINDS: Mapping[SessionKind, Sentence] = {
    SessionKind.KEYNOTE: sentence("Keynote"),
    SessionKind.ADDRESS: sentence("Address"),
    SessionKind.PANEL: sentence("Panel discussion"),
    SessionKind.TALK: sentence("Talk"),
    SessionKind.FIRESIDE: sentence("Fireside chat"),
    SessionKind.CEREMONY: sentence("Ceremony"),
    SessionKind.BREAK: sentence("Break"),
    SessionKind.NETWORKING: sentence("Networking"),
    SessionKind.MEAL: sentence("Meal"),
    SessionKind.WORKSHOP: sentence("Workshop"),
    SessionKind.OTHER: sentence("Session"),
}

ROLES: Mapping[AppearanceRole, Sentence] = {
    AppearanceRole.OFFICIATING_GUEST: sentence("Officiating guest"),
    AppearanceRole.GUEST_OF_HONOUR: sentence("Guest of honour"),
    AppearanceRole.KEYNOTE_SPEAKER: sentence("Keynote speaker"),
    AppearanceRole.WELCOME: sentence("Welcome address"),
    AppearanceRole.OPENING: sentence("Opening remarks"),
    AppearanceRole.SPECIAL: sentence("Special address"),
    AppearanceRole.CLOSING: sentence("Closing remarks"),
    AppearanceRole.CHAIR: sentence("Chair"),
    AppearanceRole.MODERATOR: sentence("Moderator"),
    AppearanceRole.PANELLIST: sentence("Panellist"),
    AppearanceRole.PRESENTER: sentence("Speaker"),
    AppearanceRole.MC: sentence("Master of ceremonies"),
    AppearanceRole.INTERPRETER: sentence("Interpreter"),
    AppearanceRole.RAPPORTEUR: sentence("Rapporteur"),
    AppearanceRole.OTHER: sentence("Another role"),
}

MATERIALS: Mapping[str, Sentence] = {
    MaterialKind.SLIDES: sentence("Slides"),
    MaterialKind.HANDOUT: sentence("Hand-out"),
    MaterialKind.RECORDING: sentence("Recording"),
    MaterialKind.LINK: sentence("Link"),
}
"""What a material is called, by its kind as the column holds it."""

ENGAGEMENTS: Mapping[EngagementState, tuple[str, Sentence]] = {
    EngagementState.PLANNED: ("", sentence("Not asked yet")),
    EngagementState.ASKED: ("look", sentence("Asked")),
    EngagementState.CONFIRMED: ("go", sentence("Confirmed")),
    EngagementState.DECLINED: ("stop", sentence("Not coming")),
}
"""A status word for each answer of a speaker: its colour's class, its words."""

_OWN_NAMES = {
    "en": {"cmn": "Putonghua", "sgn": "sign language"},
    "zh-Hant": {"en": "英語", "yue": "廣東話", "cmn": "普通話", "sgn": "手語"},
    "zh-Hans": {"en": "英语", "yue": "粤语", "cmn": "普通话", "sgn": "手语"},
}
"""What Hong Kong calls the languages that Babel's tables name otherwise."""


def language_name(code: str, key: str) -> str:
    """Return what a spoken language (ISO 639) is called in one of the interface's languages."""
    own = _OWN_NAMES.get(key, {}).get(code)
    return own or _locale(key).languages.get(code) or code


def spoken_in(delivered: Iterable[str], interpreted: Iterable[str], key: str) -> Sentence | None:
    """Return in which languages a session is held, and into which it is interpreted."""
    held, heard = (
        format_list([language_name(code, key) for code in codes], locale=_locale(key))
        for codes in (delivered, interpreted)
    )
    if held and heard:
        return sentence("%(languages)s, interpreted into %(others)s", languages=held, others=heard)
    if heard:
        return sentence("Interpreted into %(others)s", others=heard)
    return _as_it_is(held) if held else None


def role_in_words(role: AppearanceRole, called: Text, key: str, order: Iterable[str]) -> Sentence:
    """Return what a role is called: in the organiser's own words where there are any."""
    if role is AppearanceRole.OTHER and called:
        return _as_it_is(called.pick(key, order).text)
    return ROLES[role]


def _as_it_is(said: str) -> Sentence:
    """Return words that are in the reader's language already."""
    return Sentence("%(said)s", {"said": said})


def _locale(key: str) -> Locale:
    known = by_key(key)
    return Locale.parse(known.babel if known else "en")
