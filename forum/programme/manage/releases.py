"""What waits for release: what it changes for whom, releasing it, throwing it away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from forum.core import clock
from forum.core.db import db
from forum.core.errors import DomainError
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.i18n import translated
from forum.core.impact import Reach, Releasing, reach_of
from forum.core.permissions import Action, can
from forum.events.models import Event
from forum.events.queries import managed_event
from forum.programme import queries, service
from forum.programme.differences import CHANGES, TAGS, Told
from forum.programme.forms import ReleaseForm, SeenForm
from forum.programme.manage.frame import blueprint
from forum.programme.manage.keeping import preview_address
from forum.programme.manage.notes import notes_of
from forum.programme.manage.typed import reader_of
from forum.programme.queries import Pending, Planned
from forum.programme.rules import (
    ChangeKind,
    ReleaseCause,
    SessionState,
    speakers_told,
    tells_guests,
)
from forum.programme.service import ProgrammeChangedMeanwhile, Why


@dataclass(frozen=True, slots=True)
class Group:
    """The sessions that a release changes in one way, named by the gravest of their changes."""

    word: str
    tag: str
    sessions: Sequence[Told]


@blueprint.route("/<slug>/programme/release", methods=["GET", "POST"])
@permits(Action.EDIT_PROGRAMME)
def release(slug: str) -> str | tuple[str, int] | Response:
    """Say what the next release changes for whom; release it when asked (at most 20 statements)."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
    form = ReleaseForm()
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            why = Why(ReleaseCause.RELEASED, form.said, bool(form.tell_all.data))
            try:
                done = service.release_programme(
                    actor, event.id, form.seen.data or "", why, now=clock.now()
                )
            except DomainError as error:
                status = error.status
                form.blame(error)
                event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
            else:
                if done.number is None:
                    flash(gettext("Released. Guests see it once the event is public."), "go")
                else:
                    flash(gettext("Version %(number)s is released.", number=done.number), "go")
                return redirect(url_for("programme_manage.versions", slug=slug), 303)
    planned = queries.planned_sessions(event.id)
    pending = queries.pending_changes(planned)
    form.seen.data = service.seen_of_planned(planned)
    settings = queries.settings_of(event.id)
    return (
        render_template(
            "programme/release.html",
            event=event,
            form=form,
            groups=_groups(event, pending),
            number=len(pending),
            notes=notes_of(event, planned, settings=settings) if pending else [],
            waiting=frozenset(one.session.id for one in pending),
            strict=frozenset(settings.strict),
            reach=reach_of_pending(event, pending),
            settings=settings,
            preview=preview_address(event, settings),
            meanwhile=status == ProgrammeChangedMeanwhile.status,
        ),
        status,
    )


@blueprint.route("/<slug>/programme/release/discard", methods=["GET", "POST"])
@permits(Action.EDIT_PROGRAMME)
def discard_all(slug: str) -> str | Response:
    """Ask, then throw away everything that waits for release."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
    planned = [one for one in queries.planned_sessions(event.id) if one.unreleased]
    back = url_for("programme_manage.release", slug=slug)
    return _discard(event, planned, None, back)


@blueprint.route("/<slug>/programme/<uuid:session_id>/discard", methods=["GET", "POST"])
@permits(Action.EDIT_PROGRAMME)
def discard(slug: str, session_id: UUID) -> str | Response:
    """Ask, then throw away what waits for release of one session."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
    found = queries.planned_session(event.id, session_id)
    back = url_for("programme_manage.session", slug=slug, session_id=session_id)
    return _discard(event, [found] if found.unreleased else [], session_id, back)


def _discard(
    event: Event, planned: Sequence[Planned], session_id: UUID | None, back: str
) -> str | Response:
    form = SeenForm(data={"seen": service.seen_of_planned(planned)})
    if not planned and request.method == "GET":
        return redirect(back, 303)
    if request.method == "POST" and form.validate():
        try:
            service.discard_changes(
                current_actor(),
                event.id,
                session_id,
                now=clock.now(),
                seen=form.seen.data or "",
            )
        except DomainError as error:
            flash(translated(error.says), "look")
            return redirect(request.path, 303)
        flash(gettext("The unreleased changes are thrown away."), "go")
        return redirect(back, 303)
    pending = queries.pending_changes(planned)
    return render_template(
        "programme/discard.html",
        event=event,
        form=form,
        told=told_of(event, pending),
        back=back,
        only=planned[0] if session_id and planned else None,
    )


def told_of(event: Event, pending: Sequence[Pending]) -> list[Told]:
    """Return what waits in an editor's words (3 statements)."""
    reader = reader_of(event, [side for one in pending for side in (one.before, one.after)])
    return [
        reader.told(
            one.session.id,
            one.kinds,
            None if one.before["state"] == SessionState.DRAFT.value else one.before,
            one.after,
        )
        for one in pending
    ]


def _groups(event: Event, pending: Sequence[Pending]) -> list[Group]:
    """Return what waits by kind of change, the gravest first; what guests never see comes last."""
    found: dict[ChangeKind | None, list[Told]] = {kind: [] for kind in (*ChangeKind, None)}
    for one in told_of(event, pending):
        found[one.kinds[0] if one.kinds else None].append(one)
    return [
        Group(
            translated(CHANGES[kind]) if kind else gettext("Nothing that guests see"),
            TAGS.get(kind, "") if kind else "",
            sessions,
        )
        for kind, sessions in found.items()
        if sessions
    ]


def reach_of_pending(event: Event, pending: Sequence[Pending]) -> Reach:
    """Return whom releasing what waits would reach (at most 6 statements)."""
    if not pending:
        return Reach(())
    sessions = frozenset(one.session.id for one in pending if tells_guests(one.kinds))
    speakers = frozenset(
        UUID(who) for one in pending for who in speakers_told(one.kinds, one.before, one.after)
    )
    names_guests = can(current_actor(), Action.SEE_REGISTRATIONS, event.organisation_id)
    return reach_of(
        db.session(),
        Releasing(event.id, sessions, speakers, clock.now(), names_guests=names_guests),
    )
