"""A session as its editor sees it, with who appears in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time, tzinfo
from typing import Any, ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from flask_babel import gettext, lazy_gettext
from wtforms import FieldList, FormField
from wtforms.fields import SelectChoice
from wtforms.validators import Optional

from forum.core.errors import DomainError
from forum.core.http.form_parts import (
    AddressField,
    ChoiceField,
    ClockField,
    DayField,
    OfficeForm,
    line_in_three,
    option_list,
    paragraphs_in_three,
    shown_text,
    text_of_field,
)
from forum.core.http.i18n import current_language, translated
from forum.core.text import Text
from forum.events.rules import check_span, moment_of
from forum.programme.forms.cast import (
    FARTHEST_PLACE,
    OnStageForm,
    PanelPartForm,
    Row,
    rearranged,
    with_parts,
)
from forum.programme.forms.spoken import TicksField, in_kept_order, offer_languages
from forum.programme.queries import Planned
from forum.programme.rules import (
    LONGEST_ABSTRACT,
    LONGEST_TITLE,
    MOST_PANEL_PARTS,
    MOST_PARTS,
    AppearanceRole,
    SessionKind,
    SessionState,
    check_listed_day,
    wall_span,
)
from forum.programme.words import KINDS, ROLES

DRAFT, CONFIRMED = SessionState.DRAFT.value, SessionState.CONFIRMED.value


class SessionForm(OfficeForm):
    """A session as its editor sees it."""

    kind = ChoiceField(lazy_gettext("Kind"))
    state: Any = ChoiceField(lazy_gettext("Who sees it"))
    title = line_in_three(
        lazy_gettext("Title"),
        most=LONGEST_TITLE,
        needed=lazy_gettext("Enter a title in one language at least"),
    )
    day = DayField(lazy_gettext("Date"), [Optional()])
    start_time = ClockField(lazy_gettext("Starts at"), [Optional()])
    end_time = ClockField(lazy_gettext("Ends at"), [Optional()])
    room = ChoiceField(lazy_gettext("Room"), [Optional()])
    track = ChoiceField(lazy_gettext("Track"), [Optional()], default="")
    also_in = TicksField(lazy_gettext("Also shown in"))
    delivered_in = TicksField(lazy_gettext("Spoken on stage"))
    delivered_more = ChoiceField(lazy_gettext("Another language"), [Optional()], default="")
    interpreted_into = TicksField(lazy_gettext("Interpreted into"))
    interpreted_more = ChoiceField(lazy_gettext("Another language"), [Optional()], default="")
    cast = FieldList(FormField(OnStageForm), min_entries=1, max_entries=MOST_PARTS)
    parts = FieldList(FormField(PanelPartForm), max_entries=MOST_PANEL_PARTS)
    abstract = paragraphs_in_three(lazy_gettext("What it is about"), most=LONGEST_ABSTRACT)
    stream_url = AddressField(
        lazy_gettext("Link to join online"),
        [Optional()],
        render_kw={"type": "url", "autocomplete": "off"},
    )
    listed_day = DayField(
        lazy_gettext("Stands under another day"),
        [Optional()],
        description=lazy_gettext(
            "For a session after midnight that belongs to the evening before."
        ),
    )

    zone: tzinfo = ZoneInfo("UTC")
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    def offer(
        self,
        *,
        speakers: Iterable[tuple[str, str, bool]],
        rooms: Iterable[tuple[str, str]],
        tracks: Iterable[tuple[str, str]],
        zone: tzinfo,
        kept: Planned | None = None,
    ) -> None:
        """Fill the lists that can be chosen from; before validating and before showing.

        `speakers` are id, name, and whether they appear at this event: those are offered first.
        What is chosen anew keeps the order it has in the session `kept`.
        """
        self.zone, self._kept = zone, kept
        self._speakers = _people_offered(speakers)
        self.kind.choices = option_list(
            (kind.value, translated(says)) for kind, says in KINDS.items()
        )
        if self.state is not None:
            self.state.choices = option_list(
                [(CONFIRMED, gettext("Everyone")), (DRAFT, gettext("Editors only: a draft"))],
            )
        rooms = list(rooms)
        self.room.choices = option_list(rooms, gettext("No room yet"))
        self.also_in.choices = option_list(rooms)
        self.track.choices = option_list(tracks, gettext("None"))
        key = current_language().key
        offer_languages(self.delivered_in, self.delivered_more, key)
        offer_languages(self.interpreted_into, self.interpreted_more, key)
        self._offer_rows()

    def _offer_rows(self) -> None:
        roles = option_list((role.value, translated(says)) for role, says in ROLES.items())
        parts = option_list(
            ((str(place), self._name_of_part(place)) for place in range(len(self.parts))), "–"
        )
        for entry in self.cast:
            entry.form.speaker.choices = self._speakers
            entry.form.role.choices = roles
            entry.form.part.choices = parts

    def _name_of_part(self, place: int) -> str:
        title = text_of_field(self.parts[place].form.title).pick(current_language().key).text
        return f"{place + 1} {title}".strip()

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401 - WTForms' own signature
        """Check the fields, the moments they make, the people and the parts."""
        good = bool(super().validate(extra_validators))
        rows = [entry.form.check() for entries in (self.cast, self.parts) for entry in entries]
        return self._times_are_good() and all(rows) and good

    def _times_are_good(self) -> bool:
        boxes = (
            (self.day, gettext("Enter the date, or leave both times empty")),
            (self.start_time, gettext("Enter when it starts, or leave date and end empty")),
            (self.end_time, gettext("Enter when it ends, or leave date and start empty")),
        )
        typed = [box.data is not None for box, _ in boxes]
        if any(box.errors for box, _ in boxes):
            return False
        if not any(typed):
            self.starts_at = self.ends_at = None
            return True
        for box, says in boxes:
            if box.data is None:
                box.errors = [says]
        if not all(typed):
            return False
        try:
            self._take_times(self.day.data, self.start_time.data, self.end_time.data)
        except DomainError as error:
            self.blame(error)
            return False
        return True

    def _take_times(self, day: date, start: time, end: time) -> None:
        starts, ends = wall_span(day, start, end)
        self.starts_at = moment_of(starts, self.zone, field="start_time")
        self.ends_at = moment_of(ends, self.zone, field="end_time")
        check_span(self.starts_at, self.ends_at, field="end_time")
        if self.listed_day.data:
            check_listed_day(self.listed_day.data, day)

    def people(self) -> list[dict[str, Any]]:
        """Return who is named, in the order of their numbers."""
        rows = [entry.form for entry in self.cast if not entry.form.is_empty]
        rows.sort(key=lambda row: row.place.data or FARTHEST_PLACE)
        places = self._places_of_parts()
        return [
            {
                "speaker": UUID(row.speaker.data) if row.speaker.data else None,
                "new_name": row.new_name.data,
                "role": AppearanceRole(row.role.data),
                "called": row.own_role,
                "part": places.get(row.part.data or ""),
            }
            for row in rows
        ]

    def _places_of_parts(self) -> dict[str, int]:
        """Return which part each row of the form becomes: empty rows count for nothing."""
        said = [str(at) for at, entry in enumerate(self.parts) if not entry.form.is_empty]
        return {at: place for place, at in enumerate(said)}

    def rearrange(self, act: str) -> None:
        """Do what a button asks: add, up-N, down-N, remove-N, the same after `part-`, or nothing.

        Nothing is saved.
        """
        rows = self._cast_rows()
        if act.startswith("part-"):
            verb, _, at = act.removeprefix("part-").partition("-")
            parts = [entry.form.row() for entry in self.parts]
            order = rearranged(len(parts), verb, at, most=MOST_PANEL_PARTS)
            self._set_parts([{} if old is None else parts[old] for old in order])
            self._set_cast(with_parts(rows, order))
            return
        verb, _, at = act.partition("-")
        order = rearranged(len(rows), verb, at, most=MOST_PARTS)
        self._set_cast([_new_row() if old is None else rows[old] for old in order])

    def sorted_by_number(self) -> None:
        """Show the rows in the order of their numbers, unless a sentence stands at one of them."""
        if not any(entry.errors for entry in self.cast):
            self._set_cast(self._cast_rows())

    def _cast_rows(self) -> list[Row]:
        rows = [entry.form.row() for entry in self.cast]
        return sorted(rows, key=lambda row: row["place"] or FARTHEST_PLACE)

    def _set_cast(self, rows: Sequence[Row]) -> None:
        numbered = [
            {**row, "place": place} for place, row in enumerate(rows or [_new_row()], start=1)
        ]
        self.cast.process(None, numbered)
        self._offer_rows()

    def _set_parts(self, rows: Sequence[Row]) -> None:
        self.parts.process(None, rows)

    @classmethod
    def shown(cls, session: Planned, zone: tzinfo) -> dict[str, Any]:
        """Return what the boxes show of a session."""
        starts = session.starts_at.astimezone(zone) if session.starts_at else None
        ends = session.ends_at.astimezone(zone) if session.ends_at else None
        moved = starts is not None and session.day != starts.date()
        return {
            "revision": str(session.revision),
            "kind": session.kind.value,
            "state": session.state.value,
            "title": shown_text(session.title),
            "abstract": shown_text(session.abstract),
            "day": starts.date() if starts else None,
            "start_time": starts.time() if starts else None,
            "end_time": ends.time() if ends else None,
            "listed_day": session.day if moved else None,
            "room": str(session.room_id or ""),
            "also_in": list(session.also_in),
            "track": str(session.track_id or ""),
            "delivered_in": list(session.delivered_in),
            "interpreted_into": list(session.interpreted_into),
            "stream_url": session.stream_url,
            "parts": [
                {"title": shown_text(Text(part["title"])), "minutes": part["minutes"]}
                for part in session.parts
            ],
            "cast": [
                {
                    "speaker": str(one.speaker_id),
                    "role": one.role.value,
                    "place": place,
                    "called": shown_text(one.called),
                    "part": "" if one.part is None else str(one.part),
                }
                for place, one in enumerate(session.appearances, start=1)
            ],
        }

    COLUMNS: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "kind": ("kind",),
        "title": ("title",),
        "abstract": ("abstract",),
        "delivered_in": ("delivered_in",),
        "interpreted_into": ("interpreted_into",),
        "room_id": ("room",),
        "also_in": ("also_in",),
        "track_id": ("track",),
        "parts": ("parts",),
        "starts_at": ("day", "start_time"),
        "ends_at": ("end_time",),
        "day": ("listed_day",),
        "stream_url": ("stream_url",),
        "cast": ("cast",),
    }

    def refill(self, columns: Iterable[str], session: Planned, zone: tzinfo) -> None:
        """Put the present values of some columns into their boxes."""
        shown = self.shown(session, zone)
        special: dict[str, Callable[[Any], None]] = {
            "parts": self._set_parts,
            "cast": self._set_cast,
            "delivered_in": lambda codes: self._set_languages("delivered", codes),
            "interpreted_into": lambda codes: self._set_languages("interpreted", codes),
        }
        names = [name for column in columns for name in self.COLUMNS.get(column, ())]
        # Parts first: the boxes of people name them.
        for name in sorted(names, key=lambda name: name != "parts"):
            special.get(name, lambda value, name=name: self.put(name, value))(shown[name])
        self._offer_rows()
        self.revision.data = shown["revision"]

    def _set_languages(self, which: str, codes: Sequence[str]) -> None:
        ticks = self.delivered_in if which == "delivered" else self.interpreted_into
        ticks.data = list(codes)
        more = self.delivered_more if which == "delivered" else self.interpreted_more
        offer_languages(ticks, more, current_language().key)

    def values(self) -> dict[str, Any]:
        """Return what the service asks for, but for the people."""
        kept = self._kept
        return {
            "kind": SessionKind(self.kind.data),
            "title": text_of_field(self.title),
            "abstract": text_of_field(self.abstract),
            "delivered_in": in_kept_order(
                self.delivered_in.data, kept.delivered_in if kept else ()
            ),
            "interpreted_into": in_kept_order(
                self.interpreted_into.data, kept.interpreted_into if kept else ()
            ),
            "also_in": [
                UUID(room)
                for room in in_kept_order(self.also_in.data, kept.also_in if kept else ())
                if room != self.room.data
            ],
            "parts": [
                {
                    "title": dict(text_of_field(entry.form.title).by_language),
                    "minutes": entry.form.minutes.data,
                }
                for entry in self.parts
                if not entry.form.is_empty
            ],
            "room_id": UUID(self.room.data) if self.room.data else None,
            "track_id": UUID(self.track.data) if self.track.data else None,
            "starts_at": self.starts_at,
            "ends_at": self.ends_at,
            "day": self.listed_day.data if self.starts_at else None,
            "stream_url": self.stream_url.data,
        }


def _people_offered(speakers: Iterable[tuple[str, str, bool]]) -> list[SelectChoice]:
    """Return the people that a row can name: nobody, those at this event, then all others."""
    known = list(speakers)
    return [
        SelectChoice("", "–"),
        *(
            SelectChoice(ref, name, optgroup=str(group))
            for group, here in (
                (gettext("At this event"), True),
                (gettext("Known from other events"), False),
            )
            for ref, name, is_here in known
            if is_here is here
        ),
    ]


def _new_row() -> Row:
    return {"role": AppearanceRole.PRESENTER.value}
