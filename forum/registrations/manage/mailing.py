"""Before invitations and reminders go out: the letter, to how many, and the seats for them."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import ngettext

from forum.core import clock
from forum.core.errors import DomainError, NotFound
from forum.core.foreseen import foreseen
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.headers import private
from forum.core.http.i18n import current_language
from forum.core.ids import id_in
from forum.core.permissions import Action
from forum.core.text import Fragment
from forum.core.urls import absolute
from forum.events.queries import managed_event
from forum.registrations.forms.invitations import MailingForm
from forum.registrations.manage.frame import blueprint
from forum.registrations.manage.invitations import INVITATIONS, chosen_list
from forum.registrations.queries import invitations as queries
from forum.registrations.queries import mailings
from forum.registrations.service import sending

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from forum.events.models import Event

SEND, REMIND = "send", "remind"
TOPICS = {SEND: sending.SENT, REMIND: sending.REMINDED}
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


@blueprint.route(f"{INVITATIONS}/send", methods=["GET", "POST"])
@permits(Action.EDIT_REGISTRATIONS)
def send_invitations(slug: str) -> AnyResponse | tuple[str, int]:
    """Show the letter and who gets it, naming how many; then send to every draft."""
    return _mailing(slug, SEND)


@blueprint.route(f"{INVITATIONS}/remind", methods=["GET", "POST"])
@permits(Action.EDIT_REGISTRATIONS)
def remind_invitations(slug: str) -> AnyResponse | tuple[str, int]:
    """Show the letter and who gets it, naming how many; then remind who has not replied."""
    return _mailing(slug, REMIND)


@blueprint.get(f'{INVITATIONS}/<any("send","remind"):act>/<uuid:invitation_id>/letter')
@permits(Action.EDIT_REGISTRATIONS)
def invitation_letter(slug: str, act: str, invitation_id: UUID) -> Response:
    """Give the letter as mail programs show it, in a sandbox that runs nothing."""
    event = managed_event(current_actor(), slug, Action.EDIT_REGISTRATIONS)
    found = queries.invitation_of(event.id, invitation_id)
    letter = foreseen(TOPICS[act], found.id)
    if letter is None:
        raise NotFound
    response = make_response(letter.html)
    response.headers["Content-Security-Policy"] = "; ".join(
        (
            "default-src 'none'",
            f"img-src data: {absolute('/uploads/')}",
            f"style-src {_style_hash(letter.html)}",
            "sandbox",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )
    return private(response)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the address says of a mailing: which list, and whether also who is registered."""

    act: str
    rows: list[queries.ListRow]
    chosen: queries.ListRow | None
    registered: bool

    @classmethod
    def of(cls, event: Event, act: str) -> _Asked:
        """Read the address; what makes no sense there is passed over."""
        rows = queries.lists_of(event.id)
        return cls(act, rows, chosen_list(rows), request.args.get("registered") == "yes")

    @property
    def list_id(self) -> UUID | None:
        """The list that is written to, None for all."""
        return self.chosen.guest_list.id if self.chosen else None

    @property
    def query(self) -> dict[str, Any]:
        """The same as parts of an address."""
        said = {"list": self.list_id, "registered": "yes" if self.registered else None}
        return {name: str(value) for name, value in said.items() if value}

    def conditions(self, event: Event, now: datetime, *, registered: bool) -> mailings.Conditions:
        """Return what makes an invitation one of those that are mailed."""
        if self.act == SEND:
            return queries.drafts_to_send(event, self.list_id, registered=registered)
        return queries.to_remind(event, self.list_id, now, registered=registered)


def _mailing(slug: str, act: str) -> AnyResponse | tuple[str, int]:
    event = managed_event(current_actor(), slug, Action.EDIT_REGISTRATIONS)
    asked, now = _Asked.of(event, act), clock.now()
    form, status = MailingForm(), 200
    if request.method == "POST" and form.validate():
        mail = sending.send_drafts if act == SEND else sending.remind_all
        try:
            sent = mail(
                current_actor(),
                event.id,
                asked.list_id,
                named=form.named,
                now=now,
                registered=asked.registered,
            )
        except DomainError as error:
            form.blame(error)
            status = error.status
            event = managed_event(current_actor(), slug, Action.EDIT_REGISTRATIONS)
            asked = _Asked.of(event, act)
        else:
            flash(
                ngettext("%(num)s mail is on its way.", "%(num)s mails are on their way.", sent),
                "go",
            )
            return redirect(url_for(".invitations", slug=slug, list=asked.list_id), 303)
    return _page(event, asked, form, now), status


def _page(event: Event, asked: _Asked, form: MailingForm, now: datetime) -> str:
    everybody = asked.conditions(event, now, registered=True)
    written_to = asked.conditions(event, now, registered=asked.registered)
    audience = mailings.audience_of(event.id, written_to, asked.rows)
    form.put("guests", str(audience.number))
    lang = request.args.get("lang", "")
    if lang not in audience.by_language:
        own = current_language().key
        lang = own if own in audience.by_language else next(iter(audience.by_language), "")
    guest = mailings.one_of(written_to, lang, id_in(request.args.get("after"))) if lang else None
    letter = foreseen(TOPICS[asked.act], guest.id) if guest else None
    return render_template(
        "registrations/invitation_mailing.html",
        event=event,
        form=form,
        act=asked.act,
        chosen=asked.chosen,
        query=asked.query,
        also_registered=asked.registered,
        audience=audience,
        number=audience.number,
        registered=mailings.registered_of(everybody),
        lang=lang,
        guest=guest,
        letter=letter,
        text=Fragment(letter.text, letter.lang) if letter else None,
        left_out=queries.drafts_not_mailed(event, asked.list_id) if asked.act == SEND else None,
    )


def _style_hash(html: str) -> str:
    styles = _STYLE.findall(html)
    sums = (hashlib.sha256(style.encode()).digest() for style in styles)
    return " ".join(f"'sha256-{base64.b64encode(one).decode()}'" for one in sums) or "'none'"
