"""A speaker's own profile: live at once, or waiting for the organiser's nod."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, request
from flask_babel import gettext

from forum.core import clock
from forum.core.errors import DomainError
from forum.core.http.access import link_holder
from forum.core.http.i18n import current_language
from forum.core.http.meanwhile import Theirs, compare
from forum.core.ids import id_in
from forum.core.revisions import Change, plain
from forum.events.service import encode
from forum.events.views import uploads
from forum.programme import queries, service
from forum.programme.forms import OwnProfileForm
from forum.programme.profile_words import COLUMN_WORDS, said
from forum.programme.rules import ProposalState
from forum.programme.service import (
    Photo,
    Seen,
    SpeakerChangedMeanwhile,
    SpeakerDetails,
    shown_to_speaker,
)
from forum.site.speaker_page.frame import Opened, blueprint, opened

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from forum.events.models import Picture
    from forum.programme.models import Proposal


@blueprint.route("/s/<token>/profile", methods=["GET", "POST"])
@link_holder
def profile(token: str) -> AnyResponse:
    """Show and save how one is presented; nothing typed is lost."""
    page = opened(token)
    waiting = _waiting(page)
    form = OwnProfileForm(data=_shown(page, waiting))
    status, theirs = 200, list[Theirs]()
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                proposal = service.change_own_profile(
                    page.actor,
                    page.engagement.id,
                    Seen(form.made_from, id_in(form.seen.data)),
                    SpeakerDetails(**form.values(), precedence=0),
                    _photo(form),
                    now=clock.now(),
                )
            except DomainError as error:
                status = error.status
                page = opened(token)
                waiting = _waiting(page)
                if isinstance(error, SpeakerChangedMeanwhile):
                    theirs = _meet(form, error.changes, page, waiting)
                else:
                    form.blame(error)
            else:
                flash(
                    gettext("Saved. It waits for the organiser, and you can still change it.")
                    if proposal
                    else gettext("Saved.")
                )
                return redirect(f"{page.href}#profile", 303)
    return page.rendered(
        "site/speaker_page_profile.html",
        status,
        rest="/profile",
        form=form,
        picture=_picture(page, waiting),
        waiting=waiting,
        nod=queries.settings_of(page.event.id).nod,
        meanwhile=status == SpeakerChangedMeanwhile.status,
        theirs=theirs,
    )


def _waiting(page: Opened) -> Proposal | None:
    newest = queries.proposal_of(page.engagement.id)
    return newest if newest and newest.state is ProposalState.WAITING else None


def _picture(page: Opened, waiting: Proposal | None) -> Picture | None:
    """Return the photo that the form shows: one that waits, else the profile's."""
    return (waiting.picture if waiting else None) or page.speaker.picture


def _shown(page: Opened, waiting: Proposal | None) -> dict[str, object]:
    columns = shown_to_speaker(page.speaker, waiting)
    shown = OwnProfileForm.shown_of(columns, _picture(page, waiting))
    wish = waiting.wanted.get("photo") if waiting else None
    if isinstance(wish, list):
        shown |= {"focus_x": wish[0], "focus_y": wish[1]}
    return {
        **shown,
        "remove_photo": wish == "remove",
        "revision": str(page.speaker.revision),
        "seen": str(waiting.id) if waiting else "",
    }


def _photo(form: OwnProfileForm) -> Photo:
    sent = form.photo.data
    new = encode(sent.stream) if sent and sent.filename else None
    return Photo(uploads(), new, form.focus, remove=bool(form.remove_photo.data) and new is None)


def _meet(
    form: OwnProfileForm, changes: tuple[Change, ...], page: Opened, waiting: Proposal | None
) -> list[Theirs]:
    """Put into the form what others changed and nobody touched here; return all they changed.

    Who of the organiser's people it was is none of the speaker's concern.
    """
    key = current_language().key
    house = page.event.organisation.name.pick(key, page.event.languages).text
    own = page.actor.name
    told = tuple(
        Change(one.field, one.before, one.after, own if one.by == own else house, one.at)
        for one in changes
    )
    typed = {name: plain(value) for name, value in form.values().items()}
    untouched, theirs = compare(
        told,
        typed,
        words=COLUMN_WORDS,
        say=lambda name, value: said(name, value, page.event.zone, key),
    )
    seen = str(waiting.id) if waiting else ""
    form.refill(untouched, _shown(page, waiting), page.speaker.revision, seen)
    return theirs
