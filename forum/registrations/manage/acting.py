"""One act on many guests: a page that names the number and what happens, then the act itself.

The address says which act and on whom: rows that were ticked, or all that a filter finds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext

from forum.core import clock
from forum.core.errors import DomainError, NotFound
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.form_parts import shown_text, text_of_field
from forum.core.http.i18n import current_language
from forum.core.ids import id_in
from forum.core.permissions import Action
from forum.core.text import Text
from forum.events.queries import managed_event
from forum.registrations.forms.office import (
    ActForm,
    DecisionForm,
    TagForm,
    TypeForm,
    offer_types,
)
from forum.registrations.manage import taking_back
from forum.registrations.manage.decision_words import APPROVING, DECLINING, Template
from forum.registrations.manage.filters import asked_in
from forum.registrations.manage.frame import blueprint
from forum.registrations.queries import listing as rows
from forum.registrations.queries.persons import names_of
from forum.registrations.queries.policies import offers_seats, waiting_for_full_types
from forum.registrations.rules import ACTIVE, RegistrationState
from forum.registrations.rules.listing import MOST_AT_ONCE
from forum.registrations.service import Decided
from forum.registrations.service.at_once import (
    approve_many,
    cancel_many,
    change_type_of_many,
    decline_many,
)
from forum.registrations.service.tagging import tag, untag
from forum.registrations.service.types import GROWING

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from forum.events.models import Event

PENDING = frozenset({RegistrationState.PENDING})
EVERY = frozenset(RegistrationState)


class Act(StrEnum):
    """What can be done with many guests at once."""

    APPROVE = "approve"
    DECLINE = "decline"
    TAG = "tag"
    UNTAG = "untag"
    TYPE = "type"
    CANCEL = "cancel"


REACHES = {
    Act.APPROVE: PENDING,
    Act.DECLINE: PENDING,
    Act.TAG: EVERY,
    Act.UNTAG: EVERY,
    Act.TYPE: ACTIVE,
    Act.CANCEL: ACTIVE,
}
FORMS: dict[Act, type[ActForm]] = {
    Act.APPROVE: DecisionForm,
    Act.DECLINE: DecisionForm,
    Act.TAG: TagForm,
    Act.UNTAG: TagForm,
    Act.TYPE: TypeForm,
    Act.CANCEL: ActForm,
}
BEGINNINGS: dict[Act, dict[str, Template]] = {Act.APPROVE: APPROVING, Act.DECLINE: DECLINING}


@dataclass(frozen=True, slots=True)
class _Chosen:
    """On whom an act is: ids in the order of asking, how many of them it can reach at all."""

    act: Act
    ids: Sequence[UUID]
    reaches: int
    all_that_match: bool
    back: str
    more: dict[str, Any] = field(default_factory=dict)


@blueprint.get("/<slug>/registrations/act")
@permits(Action.EDIT_REGISTRATIONS)
def ask_act(slug: str) -> AnyResponse | str:
    """Ask before many guests are changed, naming their number and what happens to them."""
    event = managed_event(current_actor(), slug, Action.EDIT_REGISTRATIONS)
    chosen = _chosen(event)
    if not chosen.ids:
        flash(gettext("Tick at least one guest first."), "look")
        return redirect(chosen.back, 303)
    template = BEGINNINGS.get(chosen.act, {}).get(request.args.get("begin", ""))
    words = template.words if template else Text()
    begun = {"words": shown_text(words)} if chosen.act in BEGINNINGS else {}
    form = FORMS[chosen.act](formdata=None, named=str(chosen.reaches), **begun)
    return _question(event, chosen, form)


@blueprint.post("/<slug>/registrations/act")
@permits(Action.EDIT_REGISTRATIONS)
def act(slug: str) -> AnyResponse | tuple[str, int]:
    """Do it, unless more guests than the page named would be reached by now."""
    event = managed_event(current_actor(), slug, Action.EDIT_REGISTRATIONS)
    chosen = _chosen(event)
    form = FORMS[chosen.act]()
    if isinstance(form, TypeForm):
        offer_types(form.type_id, _types(event))
    if not form.validate_on_submit():
        return _question(event, chosen, form), 422
    if chosen.reaches > form.number:
        form.put("named", str(chosen.reaches))
        return _question(event, chosen, form, grown=True), 409
    try:
        undo = _do(event, chosen, form)
    except DomainError as error:
        form.blame(error)
        return _question(event, chosen, form), error.status
    return redirect(_with(chosen.back, undo), 303)


def _chosen(event: Event) -> _Chosen:
    wanted_act = next((one for one in Act if one.value == request.args.get("do")), None)
    if wanted_act is None:
        raise NotFound
    asked = asked_in(request.args)
    all_of_them = request.args.get("all") == "1"
    if all_of_them:
        ids = rows.ids_wanted(event.id, asked.wanted, MOST_AT_ONCE)
    else:
        ticked = [one for typed in request.args.getlist("id") if (one := id_in(typed))]
        ids = rows.ids_of(event.id, ticked[:MOST_AT_ONCE])
    states = rows.states_of(event.id, ids) if ids else {}
    reached = sum(number for state, number in states.items() if state in REACHES[wanted_act])
    back = url_for(".listing", slug=event.slug, **asked.query)
    if request.args.get("from") == "approvals":
        back = url_for(".approvals", slug=event.slug)
    return _Chosen(wanted_act, ids, reached, all_of_them, back)


def _question(event: Event, chosen: _Chosen, form: ActForm, *, grown: bool = False) -> str:
    if isinstance(form, TypeForm):
        offer_types(form.type_id, _types(event))
    args = request.args.to_dict(flat=False)
    return render_template(
        "registrations/act.html",
        event=event,
        act=chosen.act,
        chosen=chosen,
        form=form,
        grown=grown,
        named=names_of(event.id, chosen.ids, REACHES[chosen.act]),
        beginnings=BEGINNINGS.get(chosen.act, {}),
        begun=request.args.get("begin", ""),
        own_query={name: value for name, value in args.items() if name != "begin"},
        tags=rows.tags_of(event.id) if chosen.act in {Act.TAG, Act.UNTAG} else [],
        most=MOST_AT_ONCE,
    )


def _types(event: Event) -> list[tuple[UUID, str]]:
    key = current_language().key
    return [
        (one.id, str(one.name.pick(key, event.languages)))
        for one in rows.types_of(event.id)
        if one.pool.about not in GROWING
    ]


def _do(event: Event, chosen: _Chosen, form: ActForm) -> dict[str, str]:
    """Do what was asked for, say what happened, and return what an address says to undo it."""
    actor, now = current_actor(), clock.now()
    if isinstance(form, DecisionForm):
        words = text_of_field(form.words)
        if chosen.act is Act.APPROVE:
            say_decided(approve_many(actor, chosen.ids, words, now=now))
            return {}
        decided = decline_many(actor, chosen.ids, words, now=now)
        say_decided(decided)
        return taking_back.of_declining(now) if decided.declined else {}
    if isinstance(form, TagForm):
        return _tagged(event, chosen, form.tag.data)
    if isinstance(form, TypeForm):
        _moved(event, chosen, form)
        return {}
    moved_up = cancel_many(actor, chosen.ids, now=now)
    flash(
        ngettext(
            "%(num)s registration is cancelled.",
            "%(num)s registrations are cancelled.",
            chosen.reaches,
        )
    )
    say_moved_up(event.id, moved_up)
    return {}


def _tagged(event: Event, chosen: _Chosen, word: str) -> dict[str, str]:
    actor, now = current_actor(), clock.now()
    if chosen.act is Act.TAG:
        number = tag(actor, event.id, chosen.ids, word, now=now)
        flash(
            ngettext(
                "%(num)s guest has the tag “%(tag)s” now.",
                "%(num)s guests have the tag “%(tag)s” now.",
                number,
                tag=word,
            )
        )
        return taking_back.of_tagging(word, now) if number else {}
    gone = untag(actor, event.id, chosen.ids, word, now=now)
    flash(
        ngettext(
            "The tag “%(tag)s” is taken off %(num)s guest.",
            "The tag “%(tag)s” is taken off %(num)s guests.",
            len(gone),
            tag=word,
        )
    )
    return taking_back.of_untagging(word, list(gone))


def _moved(event: Event, chosen: _Chosen, form: TypeForm) -> None:
    names = dict(_types(event))
    if form.chosen is None:
        raise NotFound
    moved = change_type_of_many(current_actor(), chosen.ids, form.chosen, now=clock.now())
    flash(
        ngettext(
            "%(num)s guest has a ticket of the type “%(type)s” now.",
            "%(num)s guests have tickets of the type “%(type)s” now.",
            moved.number,
            type=names.get(form.chosen, ""),
        )
    )
    if moved.stopped:
        flash(gettext("Its seats gave out: the others stay as they were."), "look")


def say_decided(decided: Decided) -> None:
    """Say what became of requests that were decided on."""
    if decided.confirmed:
        flash(
            ngettext(
                "%(num)s guest is confirmed; the ticket is on its way by mail.",
                "%(num)s guests are confirmed; the tickets are on their way by mail.",
                len(decided.confirmed),
            )
        )
    if decided.waiting:
        flash(
            ngettext(
                "%(num)s guest is approved and on the wait list: no seat is free.",
                "%(num)s guests are approved and on the wait list: no seats are free.",
                len(decided.waiting),
            ),
            "look",
        )
    if decided.declined:
        flash(
            ngettext(
                "%(num)s request is declined; the guest is told by mail.",
                "%(num)s requests are declined; the guests are told by mail.",
                len(decided.declined),
            )
        )
    if decided.passed_over:
        flash(
            ngettext(
                "%(num)s had been decided before and stays as it was.",
                "%(num)s had been decided before and stay as they were.",
                decided.passed_over,
            ),
            "info",
        )


def say_moved_up(event_id: UUID, number: int) -> None:
    """Say how many guests an act seated from the wait list or offered a seat, if any."""
    if number and offers_seats(event_id):
        flash(
            ngettext(
                "A seat is offered to %(num)s guest by mail.",
                "A seat is offered to %(num)s guests by mail.",
                number,
            ),
        )
    elif number:
        flash(
            ngettext(
                "%(num)s guest moved up from the wait list and gets a mail.",
                "%(num)s guests moved up from the wait list and get a mail.",
                number,
            ),
        )


def say_who_still_waits(event_id: UUID) -> None:
    """Say how many guests more seats of the event do not help: their ticket type is full."""
    if number := waiting_for_full_types(event_id):
        flash(
            ngettext(
                "%(num)s guest still waits for a ticket type that is full.",
                "%(num)s guests still wait for ticket types that are full.",
                number,
            ),
            "look",
        )


def _with(address: str, undo: dict[str, str]) -> str:
    if not undo:
        return address
    path, _, query = address.partition("?")
    with_undo = urlencode(undo)
    return f"{path}?{query}&{with_undo}" if query else f"{path}?{with_undo}"
