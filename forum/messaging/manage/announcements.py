"""Announcements: the list by state, writing one in three languages, a look before it goes."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext

from forum.core import clock
from forum.core.errors import DomainError, NotFound
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.form_parts import shown_text
from forum.core.http.i18n import translated
from forum.core.http.meanwhile import compare
from forum.core.i18n import sentence
from forum.core.languages import LANGUAGES, Language, by_key
from forum.core.permissions import Action, can
from forum.core.revisions import ChangedMeanwhile, plain
from forum.core.text import Text
from forum.events.queries import managed_event
from forum.messaging.forms.announcements import (
    BEGINNINGS,
    KEPT,
    AnnouncementForm,
    SureForm,
    TryForm,
    shown_of,
)
from forum.messaging.manage.announcement_segments import (
    chosen_in,
    options_of,
    segment_in,
    value_of,
    words_of,
)
from forum.messaging.manage.announcement_words import moment_of
from forum.messaging.manage.announcements_met import (
    BOXES,
    MEANWHILE_WORDS,
    WHEN,
    WHOM,
    kept_when,
    kept_whom,
    say,
    with_whom_and_when,
)
from forum.messaging.manage.frame import MessagesPage, blueprint, page, pausing
from forum.messaging.manage.sandboxed import sandboxed
from forum.messaging.placeholders import allowed_for
from forum.messaging.queries import announcements as queries
from forum.messaging.queries import nods
from forum.messaging.queries.segments import choosable
from forum.messaging.queries.trying import address_of_member
from forum.messaging.rules.announcements import (
    ANNOUNCEMENT_STATE_WORDS,
    DELETABLE,
    EDITABLE,
    AnnouncementKind,
    AnnouncementState,
    kept_from_nodding,
    needs_nod,
)
from forum.messaging.rules.segments import LEFT_OUT_WORDS, NoSuchSegment, Segment, read_segment
from forum.messaging.service import announcing
from forum.messaging.service.announcing import trying
from forum.messaging.service.announcing.drafting import columns_of
from forum.messaging.shared_letters import OF_ONE_REGISTRATION, kind_of, language_for
from forum.messaging.words import WORDS

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from forum.events.models import Event
    from forum.messaging.models import Announcement

page(
    MessagesPage(
        20,
        sentence("Announcements"),
        "messages.announcements",
        Action.SEE_MESSAGES,
        here=(
            "messages.new_announcement",
            "messages.announcement",
            "messages.edit_announcement",
            "messages.send_announcement",
            "messages.remove_announcement",
            "messages.test_announcement",
        ),
    )
)

BASE = "/<slug>/messages/announcements"
ONE = f"{BASE}/<uuid:announcement_id>"


@blueprint.get(BASE)
@permits(Action.SEE_MESSAGES)
def announcements(slug: str) -> str:
    """List an event's announcements by state, each with how far it is; six statements."""
    event = managed_event(current_actor(), slug, Action.SEE_MESSAGES)
    state = next((one for one in AnnouncementState if one.value == request.args.get("state")), None)
    listed = queries.announcements_of(event.id, state, request.args.get("page", 1, type=int))
    return render_template(
        "messaging/announcements.html",
        event=event,
        page=listed,
        state=state,
        states=ANNOUNCEMENT_STATE_WORDS,
        whom=words_of(event, listed.rows),
        progress=queries.progress_of([one.id for one in listed.rows]),
        page_size=queries.ANNOUNCEMENTS_A_PAGE,
        may_send=_may_send(event),
    )


@blueprint.route(f"{BASE}/new", methods=["GET", "POST"])
@permits(Action.SEND_MESSAGES)
def new_announcement(slug: str) -> AnyResponse | tuple[str, int]:
    """Write an announcement; an address from the list of guests says to whom."""
    event = managed_event(current_actor(), slug, Action.SEND_MESSAGES)
    there = choosable(event.id)
    kept = segment_in(request.args, there)
    chosen = value_of(kept, there) if kept else "confirmed"
    shown: dict[str, Any] = {
        "segment": chosen,
        "kept": json.dumps(kept.as_json()) if kept and chosen == KEPT else "",
        "words": shown_text(BEGINNINGS),
    }
    form, status = AnnouncementForm(event.zone, {}, data=shown), 200
    _offer(event, form)
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                made = announcing.draft(
                    current_actor(),
                    event.id,
                    form.wording(chosen_in(form, there)),
                    now=clock.now(),
                )
            except DomainError as error:
                form.blame(error)
                status = error.status
                event = managed_event(current_actor(), slug, Action.SEND_MESSAGES)
            else:
                flash(gettext("Kept as a draft: nobody has got it yet."), "go")
                way = url_for(".announcement", slug=slug, announcement_id=made)
                return redirect(way, 303)
    return _form_page(event, form, None), status


@blueprint.route(f"{ONE}/edit", methods=["GET", "POST"])
@permits(Action.SEND_MESSAGES)
def edit_announcement(slug: str, announcement_id: UUID) -> AnyResponse | tuple[str, int]:
    """Change an announcement that is not on its way."""
    event, found = _asked(slug, announcement_id, Action.SEND_MESSAGES)
    if not _is_editable(found):
        raise NotFound
    there = choosable(event.id)
    chosen = value_of(read_segment(found.segment), there)
    form, status = AnnouncementForm(event.zone, {}, data=shown_of(found, chosen, event.zone)), 200
    _offer(event, form)
    theirs: list[Any] = []
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                announcing.change(
                    current_actor(),
                    event.id,
                    announcement_id,
                    form.wording(chosen_in(form, there)),
                    revision=form.made_from,
                    now=clock.now(),
                )
            except ChangedMeanwhile as error:
                status = error.status
                event, found = _asked(slug, announcement_id, Action.SEND_MESSAGES)
                theirs = _met(event, form, found, error)
            except DomainError as error:
                form.blame(error)
                status = error.status
                event, found = _asked(slug, announcement_id, Action.SEND_MESSAGES)
            else:
                flash(gettext("Saved."), "go")
                return redirect(
                    url_for(".announcement", slug=slug, announcement_id=announcement_id), 303
                )
    return _form_page(event, form, found, theirs), status


@blueprint.get(ONE)
@permits(Action.SEE_MESSAGES)
def announcement(slug: str, announcement_id: UUID) -> str:
    """Show an announcement: its letters, who gets it, where it stands."""
    event, found = _asked(slug, announcement_id, Action.SEE_MESSAGES)
    return show_announcement(event, found)


@blueprint.get(f"{ONE}/letter")
@permits(Action.SEE_MESSAGES)
def announcement_letter(slug: str, announcement_id: UUID) -> Response:
    """Show the letter as one of its people would get it, as a mail or as plain text."""
    event, found = _asked(slug, announcement_id, Action.SEE_MESSAGES)
    letter = _letter(event, found, request.args.get("who", ""), request.args.get("lang", ""))
    if request.args.get("as") == "text":
        response = make_response(f"{letter.written.subject}\n\n{letter.written.text}")
        response.headers["Content-Type"] = "text/plain; charset=utf-8"
        return response
    return sandboxed(letter.written.html)


@blueprint.post(f"{ONE}/test")
@permits(Action.SEND_MESSAGES)
def test_announcement(slug: str, announcement_id: UUID) -> AnyResponse:
    """Mail the letter to who looks at it, in each language it is written in."""
    event, found = _asked(slug, announcement_id, Action.SEND_MESSAGES)
    actor, now = current_actor(), clock.now()
    email = address_of_member(actor.id) if actor.id else ""
    try:
        trying.send_to_oneself(actor, email, found, event, request.form.get("who", ""), now=now)
    except DomainError as error:
        flash(translated(error.says), "look")
    else:
        flash(gettext("A test is on its way to %(email)s.", email=email), "go")
    return redirect(url_for(".announcement", slug=slug, announcement_id=announcement_id), 303)


def show_announcement(
    event: Event, found: Announcement, *, refused: DomainError | None = None
) -> str:
    """Return the page on an announcement."""
    open_still = found.state in EDITABLE
    people = trying.people_to_try(found, event)
    counted = announcing.count(found, event) if open_still else None
    above = queries.nod_above(event.organisation_id)
    form = TryForm(formdata=None, who=people[0].key if people else "")
    form.offer((one.key, one.name) for one in people)
    actor = current_actor()
    return render_template(
        "messaging/announcement.html",
        event=event,
        one=found,
        is_letter=found.kind is AnnouncementKind.LETTER,
        named=found.name or translated(WORDS[kind_of(found)].name),
        form=form,
        sure=SureForm(
            formdata=None,
            named=str(counted.total if counted else 0),
            revision=str(found.revision),
        ),
        counted=counted,
        left_out=_left_out(counted),
        languages=read_in(event, found, counted),
        letters=trying.letters_in_all(found, event, people),
        progress=queries.progress_of([found.id])[found.id],
        states=ANNOUNCEMENT_STATE_WORDS,
        whom=words_of(event, [found])[found.id],
        when=moment_of(found, event),
        asks_nod=counted is not None and needs_nod(counted.total, above, found.nodded_for),
        above=above,
        may_nod=nods.who_may_nod(found),
        is_own=actor.id in kept_from_nodding(found),
        may_send=_may_send(event),
        deletable=found.state in DELETABLE,
        editable=_is_editable(found),
        refused=translated(refused.says) if refused else "",
        may_set_organisation=can(actor, Action.EDIT_ORGANISATION, event.organisation_id),
        **pausing(event),
    )


def _letter(event: Event, found: Announcement, who: str, lang: str) -> trying.Tried:
    people = trying.people_to_try(found, event)
    reader = next((one for one in people if one.key == who), None)
    if reader is not None:
        return trying.letter_for(found, event, reader)
    letters = trying.letters_in_all(found, event, people)
    return next((one for one in letters if one.lang == lang), letters[0])


def _left_out(counted: announcing.Counted | None) -> list[tuple[int, str]]:
    """Return how many are left out and why, in words."""
    if counted is None:
        return []
    return [
        (number, translated(replace(says, number=number)))
        for why, says in LEFT_OUT_WORDS.items()
        if (number := counted.left_out[why])
    ]


def read_in(
    event: Event, found: Announcement, counted: announcing.Counted | None
) -> list[tuple[Language, int, Language | None]]:
    """Return how many read each language, and in which other one they get the letter, if any."""
    if counted is None:
        return []
    rows = []
    for one in LANGUAGES:
        if number := counted.by_language[one.key]:
            gets = by_key(language_for(found, one.key, event.languages))
            rows.append((one, number, gets if gets is not one else None))
    return rows


def _is_editable(found: Announcement) -> bool:
    letter = found.kind is AnnouncementKind.LETTER
    return letter and found.state in EDITABLE and found.started_at is None


def _may_send(event: Event) -> bool:
    return can(current_actor(), Action.SEND_MESSAGES, event.organisation_id)


def _asked(slug: str, announcement_id: UUID, action: Action) -> tuple[Event, Announcement]:
    event = managed_event(current_actor(), slug, action)
    return event, queries.announcement_of(event.id, announcement_id)


def _offer(event: Event, form: AnnouncementForm) -> None:
    """Offer recipients, with the one that came from the list of guests, if any."""
    kept: Segment | None = None
    if form.kept.data:
        try:
            kept = form.kept_segment()
        except NoSuchSegment:
            form.put("kept", "")
    form.offer(options_of(event, choosable(event.id), kept))


def _met(
    event: Event, form: AnnouncementForm, found: Announcement, error: ChangedMeanwhile
) -> list[Any]:
    """Bring what was typed together with what somebody else saved; return what they changed."""
    there = choosable(event.id)
    wording = form.wording(chosen_in(form, there))
    typed = {name: plain(value) for name, value in wording.columns().items()}
    typed |= {WHOM: kept_whom(typed[WHOM]), WHEN: kept_when(columns_of(wording.when, event))}
    untouched, theirs = compare(
        with_whom_and_when(error.changes, found),
        typed,
        words=MEANWHILE_WORDS,
        say=lambda name, value: say(event, name, value),
    )
    shown = shown_of(found, value_of(read_segment(found.segment), there), event.zone)
    for name in untouched:
        _show_theirs(form, name, getattr(found, name, None), shown)
    _offer(event, form)
    form.put("revision", str(found.revision))
    return theirs


def _show_theirs(form: AnnouncementForm, name: str, value: object, shown: dict[str, Any]) -> None:
    if isinstance(value, Text):
        for box, words in shown_text(value).items():
            field = form[name].form[box]
            field.raw_data, field.data = None, words
    elif name in BOXES:
        for box in BOXES[name]:
            form.put(box, shown[box])
    else:
        form.put(name, value)


def _form_page(
    event: Event,
    form: AnnouncementForm,
    found: Announcement | None,
    theirs: list[Any] | None = None,
) -> str:
    return render_template(
        "messaging/announcement_form.html",
        event=event,
        form=form,
        one=found,
        theirs=theirs or [],
        placeholders=allowed_for(None),
        of_guests=OF_ONE_REGISTRATION,
        all_that_match=_is_filter(form),
    )


def _is_filter(form: AnnouncementForm) -> bool:
    """Say whether a filter of the list of guests is chosen, rather than guests one by one."""
    try:
        return form.segment.data == KEPT and not form.kept_segment().ids
    except NoSuchSegment:
        return False
