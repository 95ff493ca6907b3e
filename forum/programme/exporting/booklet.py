"""A programme for paper: what the PDF's template is given, in one language or in two."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

from flask_babel import force_locale, ngettext

from forum.core import dates
from forum.core.art.colour import palette
from forum.core.art.cover import Subject, cover_svg
from forum.core.http.i18n import translated
from forum.core.i18n import Sentence, sentence
from forum.core.languages import Language
from forum.core.text import Fragment, Text
from forum.core.typesetting import typeset
from forum.events.models import Event, Partner, Picture
from forum.events.ranks import ranks_of
from forum.events.titles import title_of
from forum.events.words import partners_word
from forum.programme import words
from forum.programme.models import Session, Speaker
from forum.programme.queries import OnStage, Planned
from forum.programme.rules import LEADERS, PAUSES, AppearanceRole, SessionKind, SessionState

MOST_ABSTRACTS = 24_000
"""Characters of abstracts that a booklet holds; with more of them it has none."""

LONG = 900
"""Characters of an abstract from which a session may run over the end of a page."""

TOLD_KINDS = {
    SessionKind.KEYNOTE,
    SessionKind.PANEL,
    SessionKind.FIRESIDE,
    SessionKind.WORKSHOP,
}
"""Kinds that are named above the title; of the others the title tells enough."""

LABELS = {
    "partners": sentence("Partners"),
    "sample": sentence("A sample: people, times and places are made up."),
    "empty": sentence("The programme is not announced yet"),
}
COVER = "cover.svg"

Said = list[dict[str, str]]


def print_programme(
    event: Event,
    sessions: Iterable[Session | Planned],
    partners: Sequence[Partner],
    languages: Sequence[Language],
    folder: Path,
    *,
    now: datetime,
) -> bytes:
    """Return the PDF of a programme in these languages, the first one leading.

    The event's venue and organisation are loaded, and the partners' pictures. Raises NoTypesetter.
    """
    writer = _Writer(event, languages, folder)
    values = writer.values(sessions, partners)
    return typeset("programme", values, writer.pictures, made_at=now)


class _Writer:
    """Says everything in each language once, the same words never twice."""

    def __init__(self, event: Event, languages: Sequence[Language], folder: Path) -> None:
        self._event = event
        self._languages = languages
        self._folder = folder
        self._colours = palette(event.accent)
        self._abstracts = False
        drawn = cover_svg(
            str(event.id), Subject(event.subject.value), self._colours, standalone=True
        )
        self.pictures: dict[str, bytes] = {COVER: drawn.encode()}

    def values(
        self, sessions: Iterable[Session | Planned], partners: Sequence[Partner]
    ) -> dict[str, Any]:
        """Return all that the template shows."""
        event, colours = self._event, self._colours
        held = [
            one
            for one in sessions
            if one.starts_at is not None and one.state is SessionState.CONFIRMED
        ]
        written = sum(len(text) for one in held for text in one.abstract.by_language.values())
        self._abstracts = written <= MOST_ABSTRACTS
        first = dates.local_day(event.starts_at, event.zone)
        last = dates.last_day(event.starts_at, event.ends_at, event.zone)
        named = [title_of(event.title.pick(self._languages[0].key, event.languages))]
        return {
            "lang": self._languages[0].key,
            "title": self._text(event.title),
            "loud": [{"t": one.loud, "l": one.lang} for one in named],
            "quiet": [{"t": one.quiet, "l": one.lang} for one in named if one.quiet],
            "name": {"t": named[0].name, "l": named[0].lang},
            "also_title": self._text(event.title)[1:],
            "when": self._each(lambda key: dates.days(first, last, key)),
            "hours": self._each(
                lambda key: dates.hours(event.starts_at, event.ends_at, event.zone, key)
            ),
            "place": self._text(event.venue.name) if event.venue else [],
            "address": self._text(event.venue.address) if event.venue else [],
            "organiser": self._text(event.organisation.name),
            "spoken": self._text(event.spoken_languages),
            "cover": COVER,
            "labels": {
                **{name: self._word(says) for name, says in LABELS.items()},
                "times": self._each(self._zone),
            },
            "sample": event.sample,
            "colours": {
                "accent": colours.accent.light,
                "soft": colours.soft.light,
                "cover": colours.cover.light,
            },
            "days": self._days(held),
            "partners": self._partners(partners),
        }

    def _days(self, sessions: Sequence[Session | Planned]) -> list[dict[str, Any]]:
        found = []
        for day, held in groupby(_in_time(sessions), key=lambda one: one.day):
            if day is None:
                continue
            named = self._each(partial(dates.day, day))
            slots = [
                {
                    "clock": self._clock(starts),
                    "items": [self._item(one) for one in together],
                }
                for starts, together in groupby(held, key=lambda one: one.starts_at)
            ]
            found.append({"name": named, "slots": slots})
        return found

    def _item(self, session: Session | Planned) -> dict[str, Any]:
        pause = session.kind in PAUSES and not session.appearances
        title, kind = self._text(session.title), self._word(words.KINDS[session.kind])
        abstract = self._text(session.abstract) if self._abstracts else []
        return {
            "until": self._clock(session.ends_at),
            "thin": pause,
            "large": session.kind is SessionKind.KEYNOTE,
            "long": sum(len(one["t"]) for one in abstract) > LONG,
            "kind": kind if session.kind in TOLD_KINDS and kind != title else [],
            "title": title,
            "room": self._text(session.room.name) if session.room else [],
            "track": self._text(session.track.name) if session.track else [],
            "colour": session.track.colour if session.track else "",
            "spoken": self._spoken(session),
            "abstract": abstract,
            "cast": self._cast(session),
        }

    def _cast(self, session: Session | Planned) -> list[dict[str, Any]]:
        """Return who is on stage: the whole session's, then a panel's parts, leaders first."""
        found: list[dict[str, Any]] = []
        told = {one.role for one in session.appearances} != {AppearanceRole.PRESENTER}
        parts: dict[int | None, list[OnStage]] = {}
        for one in session.appearances:
            known = one.part is not None and one.part < len(session.parts)
            parts.setdefault(one.part if known else None, []).append(one)
        for number in [None, *range(len(session.parts))]:
            people = parts.get(number, [])
            heading = self._part(session.parts[number]) if number is not None else []
            if people or heading:
                ordered = sorted(people, key=lambda one: one.role not in LEADERS)
                found.append({"part": heading, "roles": self._roles(ordered, told=told)})
        return found

    def _roles(self, people: Sequence[OnStage], *, told: bool) -> list[dict[str, Any]]:
        """Return neighbours of one role together, so that it is said once, where it says much."""
        return [
            {
                "role": self._role(together) if told else [],
                "leads": together[0].role in LEADERS,
                "people": [self._person(one.speaker) for one in together],
            }
            for _, same in groupby(people, key=lambda one: (one.role, one.called))
            if (together := list(same))
        ]

    def _person(self, speaker: Speaker) -> dict[str, Said]:
        names = speaker.names(self._languages[0].key)
        first = [{"t": one.text, "l": one.lang} for one in names if one]
        offices = self._each(
            lambda key: _office(
                speaker.title.pick(key, self._event.languages),
                speaker.affiliation.pick(key, self._event.languages),
                key,
            )
        )
        return {"name": first, "office": [one for one in offices if one["t"]]}

    def _partners(self, partners: Sequence[Partner]) -> list[dict[str, Any]]:
        """Return the partners by role and tier in their order."""
        found: list[dict[str, Any]] = []
        for rank in ranks_of(partners):
            named = self._word(partners_word(rank.role, len(rank.partners)))
            tiers = self._text(rank.tier)
            heading = [
                [word, *([tiers[min(place, len(tiers) - 1)]] if tiers else [])]
                for place, word in enumerate(named)
            ]
            found.append({"heading": heading, "of": [self._partner(one) for one in rank.partners]})
        return found

    def _partner(self, partner: Partner) -> dict[str, Any]:
        return {
            "name": self._text(partner.name),
            "logo": self._logo(partner.picture) if partner.picture else None,
            "website": partner.website,
        }

    def _logo(self, picture: Picture) -> dict[str, Any] | None:
        file = self._folder / picture.file_name
        if not file.is_file():
            return None
        self.pictures[picture.file_name] = file.read_bytes()
        return {"file": picture.file_name, "ratio": picture.width / picture.height}

    def _part(self, part: dict[str, Any]) -> Said:
        minutes = part.get("minutes")
        return [
            {**one, "t": f"{one['t']} ({minutes}′)" if minutes else one["t"]}
            for one in self._text(Text(part["title"]))
        ]

    def _role(self, same: Sequence[OnStage]) -> Said:
        one, order = same[0], self._event.languages
        if one.role is AppearanceRole.PANELLIST:
            return self._each(lambda _: str(ngettext("Panellist", "Panellists", len(same))))
        return self._each(
            lambda key: translated(words.role_in_words(one.role, one.called, key, order))
        )

    def _spoken(self, session: Session | Planned) -> Said:
        def say(key: str) -> str:
            said = words.spoken_in(session.delivered_in, session.interpreted_into, key)
            return translated(said) if said else ""

        return [one for one in self._each(say) if one["t"]]

    def _clock(self, moment: datetime | None) -> str:
        if moment is None:
            return ""
        return dates.list_clock(moment, self._event.zone, self._languages[0].key)

    def _text(self, text: Text) -> Said:
        """Return a text in each language that really says something else."""
        leading, *others = self._languages
        first = text.pick(leading.key, self._event.languages)
        found = [first] if first else []
        for language in others:
            more = Fragment(text.get(language.key), language.key)
            if more and all(more.text != one.text for one in found):
                found.append(more)
        return [{"t": one.text, "l": one.lang} for one in found]

    def _zone(self, key: str) -> str:
        zone = dates.zone_in_words(self._event.zone, key)
        return translated(sentence("Times are in %(zone)s.", zone=zone))

    def _word(self, says: Sentence) -> Said:
        return self._each(lambda _: translated(says))

    def _each(self, say: Callable[[str], str]) -> Said:
        """Return what is said in each language, in that language's locale."""
        found: Said = []
        for language in self._languages:
            with force_locale(language.babel):
                said = say(language.key)
            if said not in {one["t"] for one in found}:
                found.append({"t": said, "l": language.key})
        return found


def _in_time(sessions: Iterable[Session | Planned]) -> list[Session | Planned]:
    return sorted(
        sessions,
        key=lambda one: (
            str(one.day or ""),
            one.starts_at.timestamp() if one.starts_at else 0.0,
            one.room.position if one.room else -1,
            one.position,
            str(one.id),
        ),
    )


def _office(title: Fragment, affiliation: Fragment, key: str) -> str:
    comma = ", " if key == "en" else "，"
    return comma.join(one.text for one in (title, affiliation) if one)
