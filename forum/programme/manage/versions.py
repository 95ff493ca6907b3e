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
from forum.programme.forms import AskForm
from forum.programme.manage.frame import blueprint
from forum.programme.manage.typed import reader_of
from forum.programme.models import Release
from forum.programme.rules import ChangeKind, ReleaseCause

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
    """A version as it stands in the list."""

    release: Release
    cause: str
    note: Fragment
    told: Sequence[Told]


@blueprint.get("/<slug>/programme/versions")
@permits(Action.EDIT_PROGRAMME)
def versions(slug: str) -> str:
    """List the versions with what each changed, the newest first (at most 8 statements)."""
    event = managed_event(current_actor(), slug, Action.EDIT_PROGRAMME)
    releases = queries.releases_of(event.id)
    contents = [
        side for one in releases for change in one.changes for side in (change.before, change.after)
    ]
    reader = reader_of(event, contents)
    return render_template(
        "programme/versions.html",
        event=event,
        versions=[_version(one, reader) for one in releases],
        waiting=queries.number_unreleased(event.id),
    )


@blueprint.route("/<slug>/programme/versions/<int:number>/back", methods=["GET", "POST"])
@permits(Action.EDIT_PROGRAMME)
def go_back(slug: str, number: int) -> str | Response:
    """Ask, then prepare the programme as it was in a version; nothing is shown to guests yet."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
    release = queries.release_of(event.id, number)
    form = AskForm()
    if request.method == "POST" and form.validate():
        changed = service.roll_back(actor, event.id, number, now=clock.now())
        if changed:
            flash(
                ngettext(
                    "One session is prepared as it was. Look at it, then release it.",
                    "%(num)s sessions are prepared as they were. Look at them, then release them.",
                    changed,
                ),
                "go",
            )
        else:
            flash(gettext("Nothing has changed since that version."), "info")
        return redirect(url_for("programme_manage.release", slug=slug), 303)
    return render_template(
        "programme/go_back.html",
        event=event,
        form=form,
        release=release,
        sessions=queries.sessions_changed_since(event.id, number),
        waiting=queries.number_unreleased(event.id),
    )


def _version(release: Release, reader: Reader) -> Version:
    in_order = sorted(
        release.changes, key=lambda one: (one.after["starts_at"] or "~", str(one.session_id))
    )
    told = [
        reader.told(one.session_id, [ChangeKind(kind) for kind in one.kinds], one.before, one.after)
        for one in in_order
    ]
    return Version(
        release,
        translated(CAUSES[release.cause]),
        release.note.pick(current_language().key, reader.order),
        told,
    )
