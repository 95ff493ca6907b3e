"""The numbered versions of a programme, and the way back to one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from forum.core import clock
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.i18n import current_language, translated
from forum.core.i18n import Sentence, sentence
from forum.core.permissions import Action
from forum.core.text import Fragment
from forum.events.queries import managed_event
from forum.programme import queries, service
from forum.programme.differences import Reader, Told
from forum.programme.forms import SeenForm
from forum.programme.manage.frame import blueprint
from forum.programme.manage.typed import reader_of
from forum.programme.models import Release
from forum.programme.rules import ChangeKind, ReleaseCause
from forum.programme.service import ProgrammeChangedMeanwhile

CAUSES: dict[ReleaseCause, Sentence] = {
    ReleaseCause.FIRST: sentence("First version"),
    ReleaseCause.SAVED: sentence("Saved"),
    ReleaseCause.RELEASED: sentence("Released"),
    ReleaseCause.ROLLED_BACK: sentence("Went back"),
    ReleaseCause.LATE: sentence("Running late"),
    ReleaseCause.IMPORTED: sentence("Imported"),
}


@dataclass(frozen=True, slots=True)
class Version:
    """A version as it stands in the list; `more` sessions that it changed are only counted."""

    release: Release
    cause: str
    note: Fragment
    told: Sequence[Told]
    more: int


@blueprint.get("/<slug>/programme/versions")
@permits(Action.EDIT_PROGRAMME)
def versions(slug: str) -> str:
    """List the versions with what each changed, the newest first (at most 9 statements)."""
    event = managed_event(current_actor(), slug, Action.EDIT_PROGRAMME)
    releases = queries.releases_of(event.id)
    contents = [
        side for one in releases for change in one.changes for side in (change.before, change.after)
    ]
    reader = reader_of(event, contents)
    number = queries.changes_in(releases)
    return render_template(
        "programme/versions.html",
        event=event,
        versions=[_version(one, number.get(one.id, 0), reader) for one in releases],
        waiting=queries.number_unreleased(event.id),
    )


@blueprint.route("/<slug>/programme/versions/<int:number>/back", methods=["GET", "POST"])
@permits(Action.EDIT_PROGRAMME)
def go_back(slug: str, number: int) -> str | Response:
    """Ask, then prepare the programme as it was in a version; nothing is shown to guests yet."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
    release = queries.release_of(event.id, number)
    waiting = queries.unreleased_of(event.id)
    form = SeenForm(data={"seen": service.seen_of(waiting)})
    if request.method == "POST" and form.validate():
        try:
            prepared = service.roll_back(
                actor, event.id, number, form.seen.data or "", now=clock.now()
            )
        except ProgrammeChangedMeanwhile as error:
            flash(translated(error.says), "look")
            return redirect(request.path, 303)
        flash(*_prepared(prepared))
        return redirect(url_for("programme_manage.release", slug=slug), 303)
    since = queries.sessions_changed_since(event.id, number)
    replaced = [session_id for session_id, _ in waiting if session_id in since]
    return render_template(
        "programme/go_back.html",
        event=event,
        form=form,
        release=release,
        sessions=len(since),
        replaced=len(replaced),
        beside=len(waiting) - len(replaced),
    )


def _prepared(sessions: int) -> tuple[str, str]:
    if not sessions:
        return gettext("Nothing has changed since that version."), "info"
    said = ngettext(
        "One session is prepared as it was. Look at it, then release it.",
        "%(num)s sessions are prepared as they were. Look at them, then release them.",
        sessions,
    )
    return said, "go"


def _cause(release: Release) -> str:
    if release.back_to:
        return str(gettext("Back to version %(number)s", number=release.back_to))
    return translated(CAUSES[release.cause])


def _version(release: Release, number: int, reader: Reader) -> Version:
    told = [
        reader.told(one.session_id, [ChangeKind(kind) for kind in one.kinds], one.before, one.after)
        for one in release.changes
    ]
    return Version(
        release,
        _cause(release),
        release.note.pick(current_language().key, reader.order),
        told,
        number - len(told),
    )
