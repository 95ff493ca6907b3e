"""What exactly was sent: every header, and the mail as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from flask import make_response, render_template

from forum.core.errors import Gone, NotFound
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.headers import private
from forum.core.permissions import Action
from forum.events.queries import managed_event
from forum.messaging.manage.frame import blueprint
from forum.messaging.manage.letters import HIDDEN, WORDS_GONE
from forum.messaging.manage.things import may_see_links
from forum.messaging.queries.listing import message_of
from forum.messaging.service.facts import mail_as_sent

if TYPE_CHECKING:
    from email.message import EmailMessage

    from flask import Response

WITH_LINKS = frozenset({"list-unsubscribe"})


@blueprint.get("/<slug>/messages/<uuid:message_id>/exact")
@permits(Action.SEE_MESSAGES)
def exact(slug: str, message_id: UUID) -> str:
    """Show every header of a mail, and what it is made of."""
    event = managed_event(current_actor(), slug, Action.SEE_MESSAGES)
    message = message_of(event.id, message_id)
    if message.body_gone_at is not None:
        raise Gone(WORDS_GONE)
    mail, envelope = mail_as_sent(message)
    open_links = may_see_links(event, message)
    return render_template(
        "messaging/exact.html",
        event=event,
        message=message,
        headers=[
            (name, HIDDEN if name.lower() in WITH_LINKS and not open_links else str(value))
            for name, value in mail.items()
        ],
        envelope=envelope,
        parts=_parts(mail),
        size=len(mail.as_bytes()),
        may_take=open_links,
    )


@blueprint.get("/<slug>/messages/<uuid:message_id>/exact.eml")
@permits(Action.SEE_MESSAGES)
def mail_file(slug: str, message_id: UUID) -> Response:
    """Give the mail as a file that mail programs open; only to who may see its links."""
    event = managed_event(current_actor(), slug, Action.SEE_MESSAGES)
    message = message_of(event.id, message_id)
    if not may_see_links(event, message):
        raise NotFound
    if message.body_gone_at is not None:
        raise Gone(WORDS_GONE)
    mail, _ = mail_as_sent(message)
    response = make_response(mail.as_bytes())
    response.headers["Content-Type"] = "message/rfc822"
    response.headers["Content-Disposition"] = f'attachment; filename="{message_id}.eml"'
    return private(response)


def _parts(mail: EmailMessage) -> list[tuple[str, str, int]]:
    """Return kind, file name and size in bytes of everything that a mail is made of."""
    return [
        (
            part.get_content_type(),
            part.get_filename() or "",
            len(part.get_payload(decode=True) or b""),
        )
        for part in mail.walk()
        if not part.is_multipart()
    ]
