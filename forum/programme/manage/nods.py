"""What speakers changed or sent: old beside new, taken or declined by an editor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from forum.core import clock
from forum.core.db import db
from forum.core.errors import DomainError
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.i18n import current_language, translated
from forum.core.languages import by_key
from forum.core.permissions import Action
from forum.core.revisions import changes_since, plain
from forum.events.models import Event
from forum.events.queries import managed_event
from forum.events.views import uploads
from forum.programme import queries, service
from forum.programme.faces import tile_of
from forum.programme.forms import PUBLISHING, AskForm
from forum.programme.manage.frame import blueprint
from forum.programme.models import Proposal, Speaker
from forum.programme.profile_words import COLUMN_WORDS, said
from forum.programme.rules import ProposalState, Publishing
from forum.programme.service import SpeakerChangedMeanwhile
from forum.programme.words import MATERIALS

OFFERED = (Publishing.AFTER, Publishing.NOW, Publishing.NOT_YET)


@dataclass(frozen=True, slots=True)
class Side:
    """One piece of text that differs; `lang` is a tag where it is in a language of its own."""

    old: str
    new: str
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """A field that a speaker wants changed; `meanwhile` says who else changed it since.

    `photo` is "new", "remove" or "focus" for the photo.
    """

    name: str
    word: object
    sides: tuple[Side, ...]
    meanwhile: str = ""
    photo: str = ""


@blueprint.get("/<slug>/speaker-changes")
@permits(Action.EDIT_PROGRAMME)
def speaker_changes(slug: str) -> str:
    """List what speakers changed and sent, oldest first."""
    event = managed_event(current_actor(), slug, Action.EDIT_PROGRAMME)
    waiting = queries.waiting_at(event.id)
    return render_template(
        "programme/speaker_changes.html",
        event=event,
        waiting=waiting,
        fields={one.id: [COLUMN_WORDS[name] for name in one.wanted] for one in waiting.proposals},
        tiles={one.speaker.id: tile_of(one.speaker) for one in waiting.proposals},
        materials=MATERIALS,
        publishing=[(one.value, translated(PUBLISHING[one])) for one in OFFERED],
    )


@blueprint.route("/<slug>/speaker-changes/<uuid:proposal_id>", methods=["GET", "POST"])
@permits(Action.EDIT_PROGRAMME)
def speaker_change(slug: str, proposal_id: UUID) -> tuple[str, int] | Response:
    """Show what a speaker wants, old beside new, and take what is ticked."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
    proposal, speaker = queries.proposal_by_id(event.id, proposal_id)
    form = AskForm(data={"revision": str(speaker.revision)})
    status, ticked = 200, set(request.form.getlist("take"))
    if request.method == "POST":
        status = 422
        if form.validate():
            taken = ticked if request.form.get("act") == "accept" else set()
            try:
                service.decide(
                    actor, event.id, proposal_id, form.made_from, taken, uploads(), now=clock.now()
                )
            except DomainError as error:
                status = error.status
                form.blame(error)
                event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
                proposal, speaker = queries.proposal_by_id(event.id, proposal_id)
                form.revision.data = str(speaker.revision)
            else:
                flash(_what_happened(speaker, taken), "go")
                return redirect(url_for("programme_manage.speaker_changes", slug=slug), 303)
    wishes = _wishes(event, proposal, speaker)
    page = render_template(
        "programme/speaker_change.html",
        event=event,
        proposal=proposal,
        speaker=speaker,
        form=form,
        wishes=wishes,
        ticked=ticked if status != 200 else {one.name for one in wishes if not one.meanwhile},  # noqa: PLR2004 - HTTP's own number
        open=proposal.state is ProposalState.WAITING,
        moved=status == SpeakerChangedMeanwhile.status,
    )
    return page, status


@blueprint.post("/<slug>/speaker-changes/materials/<uuid:material_id>")
@permits(Action.EDIT_PROGRAMME)
def sent_material(slug: str, material_id: UUID) -> Response:
    """Take what a speaker sent, with the time of publishing, or remove it."""
    actor = current_actor()
    event = managed_event(actor, slug, Action.EDIT_PROGRAMME)
    if request.form.get("act") == "decline":
        service.remove_material(actor, event.id, material_id, uploads(), now=clock.now())
        flash(gettext("It is declined, and the file is deleted."), "go")
    else:
        asked = request.form.get("publishing", "")
        publishing = Publishing(asked) if asked in set(OFFERED) else Publishing.NOT_YET
        service.accept_material(actor, event.id, material_id, publishing, now=clock.now())
        flash(gettext("It is accepted."), "go")
    return redirect(url_for("programme_manage.speaker_changes", slug=slug), 303)


def _what_happened(speaker: Speaker, taken: set[str]) -> str:
    if taken:
        return str(gettext("The profile of %(name)s is changed.", name=speaker.shown_name))
    return str(gettext("The change is declined. The profile stays as it is."))


def _wishes(event: Event, proposal: Proposal, speaker: Speaker) -> list[Wish]:
    """Return what is wanted, with what others changed of it since the speaker saw it (1 read)."""
    since = {
        one.field: one
        for one in changes_since(db.session(), "speaker", speaker.id, proposal.made_from)
    }
    key = current_language().key
    found = []
    for name, wanted in proposal.wanted.items():
        if name == "photo":
            wish = wanted if isinstance(wanted, str) else "focus"
            found.append(Wish(name, COLUMN_WORDS[name], (), photo=wish))
            continue
        now = plain(getattr(speaker, name))
        theirs = since.get(name) if proposal.state is ProposalState.WAITING else None
        by = (
            gettext(
                "Changed by %(name)s after the speaker saw it", name=theirs.by or gettext("Forum")
            )
            if theirs and now != wanted
            else ""
        )
        sides = _sides(name, now, wanted, lambda n, v: said(n, v, event.zone, key))
        found.append(Wish(name, COLUMN_WORDS[name], sides, by))
    return found


def _sides(name: str, now: Any, wanted: Any, say: Any) -> tuple[Side, ...]:  # noqa: ANN401 - JSON values
    if isinstance(wanted, Mapping) or isinstance(now, Mapping):
        old, new = now or {}, wanted or {}
        return tuple(
            Side(old.get(key, ""), new.get(key, ""), language.tag)
            for key in {**old, **new}
            if (language := by_key(key)) and old.get(key, "") != new.get(key, "")
        )
    return (Side(say(name, now), say(name, wanted)),)
