"""A session as its editor sees it, with who appears in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, tzinfo
from typing import Any, ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from flask_babel import gettext, lazy_gettext
from wtforms import FieldList, Form, FormField
from wtforms.validators import Optional

from forum.core.errors import DomainError
from forum.core.http.form_parts import (
    AddressField,
    ChoiceField,
    ClockField,
    CountField,
    DayField,
    LineField,
    OfficeForm,
    SaysWhat,
    line_in_three,
    option_list,
    paragraphs_in_three,
    shown_text,
    text_of_field,
)
from forum.core.http.i18n import translated
from forum.core.text import whole_number
from forum.events.rules import check_span, moment_of
from forum.programme.queries import Planned
from forum.programme.rules import (
    LONGEST_ABSTRACT,
    LONGEST_NAME,
    LONGEST_TITLE,
    MOST_PARTS,
    AppearanceRole,
    SessionKind,
    SessionState,
    check_listed_day,
    wall_span,
)
from forum.programme.words import KINDS, ROLES

DRAFT, CONFIRMED = SessionState.DRAFT.value, SessionState.CONFIRMED.value
FARTHEST_PLACE = 999


class PartForm(Form):
    """One person in one role: somebody known, or somebody named here."""

    speaker = ChoiceField(lazy_gettext("Person"), [Optional()])
    new_name = LineField(
        lazy_gettext("Somebody new"),
        [Optional(), SaysWhat(LONGEST_NAME)],
        render_kw={"autocomplete": "off"},
    )
    role = ChoiceField(lazy_gettext("Role"))
    place = CountField(lazy_gettext("Order"), [Optional()], least=1, most=FARTHEST_PLACE)

    @property
    def is_empty(self) -> bool:
        """Whether nobody is named."""
        return not self.speaker.data and not self.new_name.data


class SessionForm(OfficeForm):
    """A session as its editor sees it."""

    kind = ChoiceField(lazy_gettext("Kind"))
    state: Any = ChoiceField(lazy_gettext("Who sees it"))
    title = line_in_three(
        lazy_gettext("Title"),
        most=LONGEST_TITLE,
        needed=lazy_gettext("Enter a title in one language at least"),
    )
    abstract = paragraphs_in_three(lazy_gettext("What it is about"), most=LONGEST_ABSTRACT)
    day = DayField(lazy_gettext("Date"), [Optional()])
    start_time = ClockField(lazy_gettext("Starts at"), [Optional()])
    end_time = ClockField(lazy_gettext("Ends at"), [Optional()])
    listed_day = DayField(
        lazy_gettext("Stands under another day"),
        [Optional()],
        description=lazy_gettext(
            "For a session after midnight that belongs to the evening before."
        ),
    )
    room = ChoiceField(lazy_gettext("Room"), [Optional()])
    track = ChoiceField(lazy_gettext("Track"), [Optional()])
    stream_url = AddressField(
        lazy_gettext("Link to join online"),
        [Optional()],
        render_kw={"type": "url", "autocomplete": "off"},
    )
    cast = FieldList(FormField(PartForm), min_entries=1, max_entries=MOST_PARTS)

    zone: tzinfo = ZoneInfo("UTC")
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    def offer(
        self,
        *,
        speakers: Iterable[tuple[str, str]],
        rooms: Iterable[tuple[str, str]],
        tracks: Iterable[tuple[str, str]],
        zone: tzinfo,
    ) -> None:
        """Fill the lists that can be chosen from; before validating and before showing."""
        self.zone = zone
        self._speakers = option_list(speakers, "–")
        self.kind.choices = option_list(
            (kind.value, translated(says)) for kind, says in KINDS.items()
        )
        if self.state is not None:
            self.state.choices = option_list(
                [(CONFIRMED, gettext("Everyone")), (DRAFT, gettext("Editors only: a draft"))],
            )
        self.room.choices = option_list(rooms, gettext("No room yet"))
        self.track.choices = option_list(tracks, gettext("None"))
        self._offer_people()

    def _offer_people(self) -> None:
        roles = option_list((role.value, translated(says)) for role, says in ROLES.items())
        for entry in self.cast:
            entry.form.speaker.choices = self._speakers
            entry.form.role.choices = roles

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401 - WTForms' own signature
        """Check the fields, the moments they make, and the people."""
        good = bool(super().validate(extra_validators))
        return self._times_are_good() and self._people_are_good() and good

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

    def _people_are_good(self) -> bool:
        good = True
        for entry in self.cast:
            part = entry.form
            if part.speaker.data and part.new_name.data:
                part.new_name.errors = [gettext("Choose somebody or name somebody new, not both")]
                good = False
        return good

    def people(self) -> list[dict[str, Any]]:
        """Return who is named, in the order of their numbers."""
        rows = [entry.form for entry in self.cast if not entry.form.is_empty]
        rows.sort(key=lambda part: part.place.data or FARTHEST_PLACE)
        return [
            {
                "speaker": UUID(part.speaker.data) if part.speaker.data else None,
                "new_name": part.new_name.data,
                "role": AppearanceRole(part.role.data),
            }
            for part in rows
        ]

    def rearrange(self, act: str) -> None:
        """Do what a button of the list asks: add, up-N, down-N, remove-N; nothing is saved."""
        rows = [
            {name: entry.form[name].data for name in ("speaker", "new_name", "role", "place")}
            for entry in self.cast
        ]
        rows.sort(key=lambda row: row["place"] or FARTHEST_PLACE)
        verb, _, number = act.partition("-")
        place = whole_number(number)
        here = -1 if place is None else place
        if verb == "add" and len(rows) < MOST_PARTS:
            rows.append({"role": AppearanceRole.PRESENTER.value})
        elif 0 <= here < len(rows):
            row = rows.pop(here)
            if verb != "remove":
                rows.insert(min(max(here + (-1 if verb == "up" else 1), 0), len(rows)), row)
        self._set_cast(rows or [{"role": AppearanceRole.PRESENTER.value}])

    def sorted_by_number(self) -> None:
        """Show the rows in the order of their numbers, unless a sentence stands at one of them."""
        if not any(entry.errors for entry in self.cast):
            self.rearrange("sort")

    def _set_cast(self, rows: Sequence[dict[str, Any]]) -> None:
        numbered = [{**row, "place": place} for place, row in enumerate(rows, start=1)]
        self.cast.process(None, numbered)
        self._offer_people()

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
            "track": str(session.track_id or ""),
            "stream_url": session.stream_url,
            "cast": [
                {"speaker": str(one.speaker_id), "role": one.role.value, "place": place}
                for place, one in enumerate(session.appearances, start=1)
            ],
        }

    COLUMNS: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "kind": ("kind",),
        "title": ("title",),
        "abstract": ("abstract",),
        "room_id": ("room",),
        "track_id": ("track",),
        "starts_at": ("day", "start_time"),
        "ends_at": ("end_time",),
        "day": ("listed_day",),
        "stream_url": ("stream_url",),
        "cast": ("cast",),
    }

    def refill(self, columns: Iterable[str], session: Planned, zone: tzinfo) -> None:
        """Put the present values of some columns into their boxes."""
        shown = self.shown(session, zone)
        for column in columns:
            for name in self.COLUMNS[column]:
                if name == "cast":
                    self._set_cast(shown["cast"])
                else:
                    self.put(name, shown[name])
        self.revision.data = shown["revision"]

    def values(self) -> dict[str, Any]:
        """Return what the service asks for, but for the people."""
        return {
            "kind": SessionKind(self.kind.data),
            "title": text_of_field(self.title),
            "abstract": text_of_field(self.abstract),
            "delivered_in": [],
            "interpreted_into": [],
            "also_in": [],
            "parts": [],
            "room_id": UUID(self.room.data) if self.room.data else None,
            "track_id": UUID(self.track.data) if self.track.data else None,
            "starts_at": self.starts_at,
            "ends_at": self.ends_at,
            "day": self.listed_day.data if self.starts_at else None,
            "stream_url": self.stream_url.data,
        }
