"""What the preview of an import shows: new, changed, gone, clashes, and what is asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import url_for
from flask_babel import gettext, lazy_gettext

from forum.core import dates
from forum.core.http.i18n import current_language
from forum.core.i18n import Sentence, sentence
from forum.core.languages import by_key
from forum.core.text import Fragment
from forum.events.models import Event
from forum.programme import queries
from forum.programme.differences import Reader
from forum.programme.importing.merging import (
    MATERIALS,
    SESSION_TEXTS,
    SPEAKER_TEXTS,
    TIME,
    FieldChange,
    Flat,
    Verdict,
    whole,
)
from forum.programme.importing.plans import (
    NOBODY_KNOWN,
    ImportPlan,
    PlannedPlace,
    PlannedThing,
    Present,
    Standing,
)
from forum.programme.importing.shapes import ImportedProgramme
from forum.programme.manage.import_notes import Alike, clashes_alike, notes_alike
from forum.programme.manage.typed import COLUMN_WORDS
from forum.programme.queries import Names

LONGEST_SAID = 240
MOST_NOTES = 200

FIELD_WORDS = {
    "session": {
        **COLUMN_WORDS,
        TIME: lazy_gettext("Time"),
        MATERIALS: lazy_gettext("Links and slides"),
    },
    "speaker": {
        "name": lazy_gettext("Full name"),
        "name_zh": lazy_gettext("Name in Chinese"),
        "surname": lazy_gettext("Surname"),
        "salutation": lazy_gettext("Salutation"),
        "post_nominals": lazy_gettext("Letters after the name"),
        "precedence": lazy_gettext("Precedence"),
        "title": lazy_gettext("Job title"),
        "affiliation": lazy_gettext("Organisation"),
        "biography": lazy_gettext("Biography"),
        "website": lazy_gettext("Website"),
        "links": lazy_gettext("Links"),
    },
}


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A value that differs: as it is here, as the file has it; `box` names a conflict's tick."""

    word: str
    ours: str
    theirs: str
    box: str


@dataclass(frozen=True, slots=True)
class ThingRow:
    """A session or person of the file, or one that is gone from it."""

    key: str
    title: Fragment
    href: str
    under: str
    fields: Sequence[FieldRow] = ()
    likeness: bool = False


@dataclass(frozen=True, slots=True)
class MatchRow:
    """A person of the file who may be somebody the organisation knows."""

    box: str
    name: str
    chosen: str
    candidates: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Preview:
    """All that the page shows."""

    counts: Sequence[tuple[str, str, int, int, int]]
    new_rooms: Sequence[Fragment]
    new_tracks: Sequence[Fragment]
    new_sessions: Sequence[ThingRow]
    new_people: Sequence[str]
    changed_sessions: Sequence[ThingRow]
    changed_people: Sequence[ThingRow]
    removed: Sequence[ThingRow]
    gone: Sequence[ThingRow]
    matches: Sequence[MatchRow]
    clashes: Sequence[Alike]
    notes: Sequence[Alike]
    more_notes: int
    zone_name: str
    asks_zone: bool
    held: bool

    @property
    def conflicts(self) -> int:
        """How many values both sides changed."""
        return sum(
            bool(field.box)
            for row in (*self.changed_sessions, *self.changed_people)
            for field in row.fields
        )

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write and nothing to decide."""
        return not any(
            (
                self.new_rooms, self.new_tracks, self.new_sessions, self.new_people,
                self.changed_sessions, self.changed_people, self.removed, self.gone, self.matches,
            )
        )  # fmt: skip


def preview_of(
    event: Event, file: ImportedProgramme, present: Present, plan: ImportPlan
) -> Preview:
    """Return what the page shows of a plan (3 statements, and the sign-ups')."""
    reader = _reader(event, present, plan)
    show = _Show(event, reader)
    settings = queries.settings_of(event.id)
    new_people = plan.standing(plan.speakers, Standing.NEW)
    return Preview(
        counts=_counts(plan),
        new_rooms=_new(plan.rooms, reader),
        new_tracks=_new(plan.tracks, reader),
        new_sessions=[show.new(one) for one in plan.standing(plan.sessions, Standing.NEW)],
        new_people=[_name_of(one.theirs) for one in new_people if not one.candidates],
        changed_sessions=[
            show.changed("session", one)
            for one in plan.sessions
            if one.standing is Standing.CHANGED
        ],
        changed_people=[
            show.changed("speaker", one)
            for one in plan.speakers
            if one.standing is Standing.CHANGED
        ],
        removed=[show.new(one) for one in plan.standing(plan.sessions, Standing.REMOVED_HERE)],
        gone=[show.gone(one.id, one.values) for one in plan.gone],
        matches=[_match(one, present) for one in plan.speakers if one.candidates],
        clashes=clashes_alike(event, present, plan, reader),
        notes=notes_alike((*_notes(plan, held=settings.held), *file.warnings[:MOST_NOTES])),
        more_notes=max(len(file.warnings) - MOST_NOTES, 0),
        zone_name=file.source.zone_name,
        asks_zone=file.source.zone_name != event.time_zone,
        held=settings.held,
    )


def _notes(plan: ImportPlan, *, held: bool) -> Iterator[Sentence]:
    yield from plan.notes
    links = any(change.path == MATERIALS for one in plan.sessions for change in one.changes)
    if held and links:
        yield sentence(
            "New links of sessions that guests see come in unpublished. Publish them on the "
            "session’s page."
        )


class _Show:
    """Turns planned things into rows, in the reader's language."""

    def __init__(self, event: Event, reader: Reader) -> None:
        self._event, self._reader = event, reader

    def new(self, one: PlannedThing) -> ThingRow:
        return ThingRow(one.key, self._title(one.theirs), "", self._under(one.theirs))

    def gone(self, session_id: str, values: Flat) -> ThingRow:
        href = url_for("programme_manage.session", slug=self._event.slug, session_id=session_id)
        return ThingRow(session_id, self._title(values), href, self._under(values))

    def changed(self, thing: str, one: PlannedThing) -> ThingRow:
        values = one.here.values if one.here else one.theirs
        if thing == "session":
            row = self.gone(one.ref, values)
        else:
            row = ThingRow(one.key, Fragment(_name_of(values), self._reader.key), "", "")
        return ThingRow(
            one.key,
            row.title,
            row.href,
            row.under,
            [self._field(thing, one.key, change) for change in one.changes],
            one.by_likeness,
        )

    def _field(self, thing: str, key: str, change: FieldChange) -> FieldRow:
        name, _, language = change.path.partition(".")
        word = str(FIELD_WORDS[thing].get(name, name))
        known = by_key(language) if language else None
        return FieldRow(
            f"{word} ({known.name})" if known else word,
            self._said(thing, change.path, change.ours),
            self._said(thing, change.path, change.theirs),
            f"{thing}/{key}/{change.path}" if change.verdict is Verdict.CONFLICT else "",
        )

    def _said(self, thing: str, path: str, value: Any) -> str:  # noqa: ANN401 - a JSON value
        if value in (None, "", [], {}):
            return str(gettext("nothing"))
        if path == TIME:
            return self._time(value)
        if path in {MATERIALS, "links"}:
            return self._reader.joined([one["url"] for one in value])
        said = self._reader.said(path, value) if thing == "session" else str(value)
        return said if len(said) <= LONGEST_SAID else f"{said[:LONGEST_SAID].rstrip()}…"

    def _under(self, values: Flat) -> str:
        times, room = values.get(TIME), values.get("room_id")
        parts = [
            self._time(times) if times else str(gettext("without a time")),
            self._reader.room(room).text if room else "",
            self._reader.joined([self._reader.person(row[0]) for row in values.get("cast") or ()]),
        ]
        return " · ".join(part for part in parts if part)

    def _time(self, times: Sequence[str]) -> str:
        starts, ends = (datetime.fromisoformat(one) for one in times[:2])
        hours = dates.hours(starts, ends, self._event.zone, self._reader.key)
        on = dates.short_day(date.fromisoformat(times[2]), self._reader.key)
        return f"{on}, {hours}" if self._reader.key == "en" else on + hours

    def _title(self, values: Flat) -> Fragment:
        return self._reader.text(whole(values, SESSION_TEXTS).get("title") or {})


def _reader(event: Event, present: Present, plan: ImportPlan) -> Reader:
    people = {one.id: (one.name, one.name_zh) for one in present.profiles}
    for one in plan.speakers:
        if one.standing is Standing.NEW:
            found = whole(one.theirs, SPEAKER_TEXTS)
            people[one.ref] = (str(found.get("name") or ""), str(found.get("name_zh") or ""))
    names = Names(
        {**present.rooms, **{one.ref: one.name for one in plan.rooms if one.ref and one.is_new}},
        {**present.tracks, **{one.ref: one.name for one in plan.tracks if one.ref and one.is_new}},
        people,
    )
    return Reader(current_language().key, event.languages, event.zone, names, office=True)


def _counts(plan: ImportPlan) -> list[tuple[str, str, int, int, int]]:
    """Return for sessions and speakers how many are new, changed, and as they are."""
    return [
        (
            symbol,
            word,
            len(plan.standing(things, Standing.NEW)),
            len(plan.standing(things, Standing.CHANGED)),
            len(plan.standing(things, Standing.SAME)),
        )
        for symbol, word, things in (
            ("programme", str(gettext("Sessions")), plan.sessions),
            ("mic", str(gettext("Speakers")), plan.speakers),
        )
    ]


def _new(places: Sequence[PlannedPlace], reader: Reader) -> list[Fragment]:
    return [one.name.pick(reader.key, reader.order) for one in places if one.is_new]


def _match(one: PlannedThing, present: Present) -> MatchRow:
    known = {profile.id: profile for profile in present.profiles}
    return MatchRow(
        f"who-{one.key}",
        _name_of(one.theirs),
        one.ref if one.ref in one.candidates else NOBODY_KNOWN,
        [
            (ref, " ".join(name for name in (known[ref].name, known[ref].name_zh) if name))
            for ref in one.candidates
        ],
    )


def _name_of(values: Flat) -> str:
    return " ".join(str(values[name]) for name in ("name", "name_zh") if values.get(name))
