"""The back office of rules that approve requests for a type by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext

from forum.core import clock
from forum.core.errors import NotFound
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.form_parts import OfficeForm, option_list
from forum.core.http.i18n import current_language
from forum.core.ids import id_in
from forum.core.permissions import Action
from forum.events.queries import managed_event
from forum.registrations.forms.types import AnswerRuleForm, DomainRuleForm, ListRuleForm
from forum.registrations.manage.frame import blueprint
from forum.registrations.queries.approvals import answers_of, lists_of, rules_of
from forum.registrations.queries.types import type_of
from forum.registrations.rules import RuleKind
from forum.registrations.service.approval_rules import RuleWanted, add_rule, remove_rule

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from forum.events.models import Event

RULES = "/<slug>/registrations/types/<uuid:type_id>/rules"


@blueprint.route(RULES, methods=["GET", "POST"])
@permits(Action.EDIT_EVENT)
def approval_rules(slug: str, type_id: UUID) -> str | tuple[str, int] | Response:
    """List what approves requests for a type by itself, and add to it; six statements."""
    event = managed_event(current_actor(), slug, Action.EDIT_EVENT)
    found = type_of(event.id, type_id)
    kind = request.form.get("kind", "")
    forms = _forms(event, kind)
    status = 200
    if request.method == "POST":
        form = forms.get(kind)
        if form is None:
            raise NotFound
        status = 422
        if form.validate():
            add_rule(current_actor(), event.id, type_id, _wanted(kind, form), now=clock.now())
            flash(gettext("The rule holds from now on, for requests that come in."), "go")
            return redirect(url_for(".approval_rules", slug=slug, type_id=type_id), 303)
    page = render_template(
        "registrations/type_rules.html",
        event=event,
        ticket_type=found,
        rules=rules_of(event.id, type_id, current_language().key),
        kinds=RuleKind,
        forms=forms,
        sent=forms.get(kind),
    )
    return page, status


@blueprint.post(f"{RULES}/<uuid:rule_id>/remove")
@permits(Action.EDIT_EVENT)
def remove_approval_rule(slug: str, type_id: UUID, rule_id: UUID) -> Response:
    """End a rule."""
    event = managed_event(current_actor(), slug, Action.EDIT_EVENT)
    remove_rule(current_actor(), event.id, type_id, rule_id, now=clock.now())
    flash(gettext("The rule is removed. Who was approved by it stays approved."), "go")
    return redirect(url_for(".approval_rules", slug=slug, type_id=type_id), 303)


def _forms(event: Event, sent: str) -> dict[str, OfficeForm]:
    """Return the forms that can be filled at all: only the one that was sent reads the request."""
    kinds: dict[str, type[OfficeForm]] = {RuleKind.DOMAIN.value: DomainRuleForm}
    lists = [(str(one.id), one.name) for one in lists_of(event.id)]
    if lists:
        kinds[RuleKind.INVITATION.value] = ListRuleForm
    answers = [
        (f"{one.question_id} {one.value}", f"{one.question}: {one.option or _said(one.value)}")
        for one in answers_of(event.id, current_language().key)
    ]
    if answers:
        kinds[RuleKind.ANSWER.value] = AnswerRuleForm
    forms = {
        kind: form(prefix=f"{kind}-") if kind == sent else form(formdata=None, prefix=f"{kind}-")
        for kind, form in kinds.items()
    }
    for kind, name, choices in (
        (RuleKind.INVITATION.value, "guest_list", lists),
        (RuleKind.ANSWER.value, "answer", answers),
    ):
        if kind in forms:
            forms[kind][name].choices = option_list(choices)
    return forms


def _wanted(kind: str, form: OfficeForm) -> RuleWanted:
    if kind == RuleKind.DOMAIN.value:
        return RuleWanted(RuleKind.DOMAIN, form.domain.data)
    if kind == RuleKind.INVITATION.value:
        return RuleWanted(RuleKind.INVITATION, form.guest_list.data)
    question, _, value = form.answer.data.partition(" ")
    return RuleWanted(RuleKind.ANSWER, value, id_in(question))


def _said(value: str) -> str:
    return str(gettext("Yes") if value == "yes" else gettext("No"))
