"""Wanting no more mails: the page behind the link in them, and one press (RFC 8058)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, make_response, redirect, render_template, request, url_for

from forum.core import clock
from forum.core.addresses import address_key
from forum.core.errors import NotFound
from forum.core.http.access import link_holder
from forum.core.http.csrf import csrf
from forum.core.http.headers import private
from forum.core.http.i18n import current_language, use_language
from forum.core.links import Purpose, claim
from forum.messaging import queries
from forum.registrations.queries import opted_out
from forum.registrations.rules import ConsentSource
from forum.registrations.service.consenting import opt_out, take_opt_out_back

if TYPE_CHECKING:
    from uuid import UUID

    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from forum.core.text import Fragment

blueprint = Blueprint("opting_out", __name__)
# The token is the permission; mail servers that press for a reader have no cookie (RFC 8058 §3.2).
csrf.exempt(blueprint)


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose mail it was: the address as it was written, as it is compared, and who wrote."""

    email: str
    key: str
    organisation_id: UUID
    organisation: Fragment


@blueprint.get("/o/<token>")
@link_holder
def show(token: str) -> Response:
    """Show how it stands and one button; looking changes nothing."""
    reader = _reader(token)
    page = render_template(
        "messaging/opt_out.html",
        reader=reader,
        is_out=reader.key in opted_out(reader.organisation_id, [reader.key]),
        token=token,
    )
    return private(make_response(page))


@blueprint.post("/o/<token>")
@link_holder
def press(token: str) -> AnyResponse:
    """Stop the mails, from the page or from the reader's mail program; again changes nothing."""
    reader = _reader(token)
    opt_out(reader.organisation_id, reader.key, ConsentSource.MAIL, clock.now())
    if request.form.get("List-Unsubscribe") == "One-Click":
        return private(make_response("", 200))
    return redirect(url_for(".show", token=token), 303)


@blueprint.post("/o/<token>/back")
@link_holder
def take_back(token: str) -> AnyResponse:
    """Let the mails come again."""
    reader = _reader(token)
    take_opt_out_back(reader.organisation_id, reader.key, ConsentSource.MAIL, clock.now())
    return redirect(url_for(".show", token=token), 303)


def _reader(token: str) -> Reader:
    said = claim(Purpose.OPT_OUT, token)
    found = queries.optional_message(said.id) if said.holds(0) else None
    if found is None:
        raise NotFound
    message, organisation = found
    use_language(message.lang)
    return Reader(
        message.to_email,
        address_key(message.to_email),
        organisation.id,
        organisation.name.pick(current_language().key, organisation.languages),
    )
