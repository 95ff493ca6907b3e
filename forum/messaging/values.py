"""The values that letters put in: those that Forum's sentences name, and those of placeholders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_babel import gettext

from forum.core import dates
from forum.core.ids import shown
from forum.core.text import clean_line
from forum.core.urls import absolute
from forum.messaging.placeholders import harmless

if TYPE_CHECKING:
    from datetime import datetime

    from forum.core.languages import Language
    from forum.core.text import Fragment
    from forum.events.facts import EventFacts
    from forum.events.models import Event
    from forum.messaging.letters import About
    from forum.programme.models import Session

LONGEST_TITLE = 140


def sentence_values(
    about: About, facts: EventFacts | None, sender: Fragment, key: str
) -> dict[str, object]:
    """Return what Forum's own sentences may name, in the language of this key."""
    event = about.event
    return {
        "event": _clipped(facts.title.text) if facts else "",
        "organisation": _clipped(sender.text),
        "date": dates.span(event.starts_at, event.ends_at, event.zone, key) if event else "",
        "type": _clipped(about.type_name.pick(key, event.languages if event else ()).text),
        "until": _moment(about.until, event, key),
        "reply_until": _moment(about.reply_until, event, key),
        "companions": about.companions,
        "session": "",
        "session_when": "",
        **(_of_session(about.session, event, key) if about.session and event else {}),
    }


def placeholder_values(
    about: About, facts: EventFacts | None, sender: Fragment, language: Language, *, dated: bool
) -> dict[str, str]:
    """Return the values of placeholders but for the letter's own link; unknown ones are empty.

    Where the letter is not `dated`, neither day nor time of the event is known.
    """
    said = sentence_values(about, facts, sender, language.key)
    own = {
        "name": called(about.name),
        "code": shown(about.code) if about.code else "",
        "type": str(said["type"]),
        "until": str(said["until"] or said["reply_until"]),
        "companions": str(about.companions or ""),
        "session": str(said["session"]),
        "session_when": str(said["session_when"]),
        "organisation": str(said["organisation"]),
    }
    if facts is None or about.event is None:
        return own
    return own | {
        "event": str(said["event"]),
        "date": facts.when if dated else "",
        "time": facts.hours if dated else "",
        "place": facts.place.text,
        "address": facts.address.text,
        "programme": programme_address(about.event, language) if about.event.is_public else "",
    }


def programme_address(event: Event, language: Language) -> str:
    """Return where an event's programme is, in a language."""
    return absolute(f"/{language.path}/e/{event.slug}/programme")


def called(name: str) -> str:
    """Return a name for the middle of a sentence: “guest” where none can be said."""
    guest: str = gettext("guest")
    return harmless(name) or guest


def _moment(when: datetime | None, event: Event | None, key: str) -> str:
    if when is None or event is None:
        return ""
    said, zone = dates.moment(when, event.zone, key), dates.zone_name(when, event.zone, key)
    return f"{said} ({zone})" if key == "en" else f"{said}（{zone}）"


def _of_session(session: Session, event: Event, key: str) -> dict[str, str]:
    when = ""
    if session.starts_at and session.ends_at:
        when = dates.span(session.starts_at, session.ends_at, event.zone, key)
    title = session.title.pick(key, event.languages).text
    return {"session": _clipped(title), "session_when": when}


def _clipped(title: str) -> str:
    line = clean_line(title)
    return line if len(line) <= LONGEST_TITLE else f"{line[: LONGEST_TITLE - 1].rstrip()}…"
