"""Who can be chosen as recipients, and how a choice is said in a box and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from flask_babel import gettext

from forum.core.http.i18n import current_language, translated
from forum.core.ids import id_in, ids_in
from forum.messaging.forms.announcements import KEPT
from forum.messaging.queries.segments import names_of_lists, titles_of_sessions
from forum.messaging.rules.segments import (
    ALL_SPEAKERS,
    CAME,
    CONFIRMED,
    DID_NOT_COME,
    EVERYBODY,
    NoSuchSegment,
    Segment,
    SegmentOf,
    read_segment,
    said_of,
)
from forum.registrations.manage.filters import asked_by, asked_in
from forum.registrations.rules import STATE_WORDS, RegistrationState
from forum.registrations.rules.invitations import INVITATION_WORDS
from forum.registrations.rules.listing import MOST_AT_ONCE, SOURCE_WORDS, Wanted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from werkzeug.datastructures import MultiDict

    from forum.events.models import Event
    from forum.messaging.forms.announcements import AnnouncementForm, Options
    from forum.messaging.models import Announcement
    from forum.messaging.queries.segments import Choosable

_IN_STATE = (
    RegistrationState.WAITLISTED,
    RegistrationState.PENDING,
    RegistrationState.OFFERED,
    RegistrationState.DECLINED,
    RegistrationState.CANCELLED,
)
_READY: dict[str, Segment] = {
    "confirmed": CONFIRMED,
    "everybody": EVERYBODY,
    "came": CAME,
    "absent": DID_NOT_COME,
    "speakers": ALL_SPEAKERS,
    "invited": Segment(SegmentOf.INVITATIONS),
    **{one.value: Segment(wanted=Wanted(state=one)) for one in _IN_STATE},
}
_READY_GUESTS = ("confirmed", "everybody", *(one.value for one in _IN_STATE), "came", "absent")


def options_of(event: Event, there: Choosable, kept: Segment | None) -> Options:
    """Return the recipients that a box offers, in groups; one from the list of guests first."""
    key = current_language().key
    found: dict[str, list[tuple[str, str]]] = {}
    if kept is not None:
        found[gettext("Chosen in the list of guests")] = [(KEPT, in_words(kept))]
    found[gettext("Guests")] = [(name, in_words(_READY[name])) for name in _READY_GUESTS]
    if there.views:
        views = [(f"view:{one.id}", one.name) for one in there.views]
        found[gettext("Saved views")] = views
    sessions = [
        (f"session:{one}", gettext("Speakers of “%(name)s”", name=title.pick(key, event.languages)))
        for one, title in there.sessions
    ]
    found[gettext("Speakers")] = [("speakers", in_words(ALL_SPEAKERS)), *sessions]
    if there.lists:
        lists = [
            (f"list:{one}", gettext("Guest list “%(name)s”", name=name))
            for one, name in there.lists
        ]
        found[gettext("Invited guests")] = [("invited", in_words(_READY["invited"])), *lists]
    return found


def chosen_in(form: AnnouncementForm, there: Choosable) -> Segment:
    """Return the segment that a form names; raises NoSuchSegment."""
    value = str(form.segment.data or "")
    what, _, named = value.partition(":")
    own = id_in(named)
    if value == KEPT:
        kept = form.kept_segment()
        if not kept.is_of_guests:
            raise NoSuchSegment
        return kept
    if what == "view":
        view = next((one for one in there.views if one.id == own), None)
        if view is None:
            raise NoSuchSegment
        return Segment(wanted=asked_by(view.query).wanted, called=view.name)
    if what == "session" and own in {one for one, _ in there.sessions}:
        return Segment(SegmentOf.SPEAKERS, session_id=own)
    states = form.invitation_states()
    if what == "list" and own in {one for one, _ in there.lists}:
        return Segment(SegmentOf.INVITATIONS, list_id=own, states=states)
    if value == "invited":
        return Segment(SegmentOf.INVITATIONS, states=states)
    if value not in _READY:
        raise NoSuchSegment
    return _READY[value]


def value_of(segment: Segment, there: Choosable) -> str:
    """Return what a box says for a segment; KEPT where only the segment itself can say it."""
    if segment.of is SegmentOf.SPEAKERS:
        return f"session:{segment.session_id}" if segment.session_id else "speakers"
    if segment.of is SegmentOf.INVITATIONS:
        return f"list:{segment.list_id}" if segment.list_id else "invited"
    for view in there.views:
        if segment.called == view.name and asked_by(view.query).wanted == segment.wanted:
            return f"view:{view.id}"
    ready = (name for name in _READY_GUESTS if _READY[name] == segment)
    return next(ready, KEPT)


def segment_in(args: MultiDict[str, str], there: Choosable) -> Segment | None:
    """Return the segment that an address of the list of guests names, None where it names none."""
    ticked = ids_in(" ".join(args.getlist("id")), MOST_AT_ONCE)
    asked = asked_in(args)
    if args.get("all") == "1":
        views = (one.name for one in there.views if asked_by(one.query).wanted == asked.wanted)
        return Segment(wanted=asked.wanted, called=next(views, ""))
    return Segment(ids=tuple(ticked)) if ticked else None


def words_of(event: Event, announcements: Iterable[Announcement]) -> dict[UUID, str]:
    """Return in words to whom announcements go; two statements at most."""
    segments = {one.id: read_segment(one.segment) for one in announcements}
    names = _names(event, segments.values())
    return {one: _said(segment, names) for one, segment in segments.items()}


def words_of_segment(event: Event, segment: Segment) -> str:
    """Return in words who is in a segment; one statement at most."""
    return _said(segment, _names(event, [segment]))


def _said(segment: Segment, names: Mapping[UUID, str]) -> str:
    about = segment.list_id or segment.session_id
    return in_words(segment, names.get(about, "") if about else "")


def _names(event: Event, segments: Iterable[Segment]) -> dict[UUID, str]:
    found = list(segments)
    lists = names_of_lists(event.id, {one.list_id for one in found if one.list_id})
    titles = titles_of_sessions(event.id, {one.session_id for one in found if one.session_id})
    key = current_language().key
    said = {one: title.pick(key, event.languages).text for one, title in titles.items()}
    return {**lists, **said}


def in_words(segment: Segment, name: str = "") -> str:
    """Say in a line who is meant, with each part of a filter."""
    said = translated(said_of(segment, name))
    parts = [translated(INVITATION_WORDS[state][1]) for state in segment.states]
    if not segment.ids and not segment.called and segment not in _READY.values():
        parts += _parts(segment.wanted)
    if segment.wanted.state in _IN_STATE and segment in _READY.values():
        return translated(STATE_WORDS[segment.wanted.state][1])
    return " · ".join([said, *parts])


def _parts(wanted: Wanted) -> list[str]:
    found = []
    if wanted.state is not None:
        found.append(translated(STATE_WORDS[wanted.state][1]))
    if wanted.tag:
        found.append(gettext("Tag “%(tag)s”", tag=wanted.tag))
    if wanted.source is not None:
        found.append(translated(SOURCE_WORDS[wanted.source]))
    if wanted.inside is not None:
        found.append(gettext("Checked in") if wanted.inside else gettext("Not checked in"))
    if wanted.type_id is not None:
        found.append(gettext("of one ticket type"))
    if wanted.search:
        found.append(gettext("found by “%(search)s”", search=wanted.search))
    return found
