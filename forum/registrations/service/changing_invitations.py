"""Changing and removing one invitation, and its personal link."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from forum.core.constraints import told_as
from forum.core.db import writing
from forum.core.errors import Conflict
from forum.core.i18n import sentence
from forum.core.revisions import ChangedMeanwhile, difference
from forum.registrations.rules import ASKED, AddressTaken, InvitationState
from forum.registrations.service.guest_lists import held_list
from forum.registrations.service.holding import held_event
from forum.registrations.service.invited import held_invitation, note_invitation, tell_removed
from forum.registrations.service.inviting import InvitedGuest, columns_of, renews_link

if TYPE_CHECKING:
    from forum.core.actor import Actor

ADDRESS_INVITED_ONCE = "uq_invitation_address"


class StillComing(Conflict):
    """The guest has accepted: decline for them first."""

    code = "still_coming"
    says = sentence("This guest has accepted. Enter that they decline first, then remove them.")


def change_invitation(
    actor: Actor,
    event_id: UUID,
    invitation_id: UUID,
    list_id: UUID,
    guest: InvitedGuest,
    *,
    revision: int,
    now: datetime,
) -> bool:
    """Change what is known of an invited guest; say whether the personal link is another now.

    It is where the address changes after the invitation went out. Raises ChangedMeanwhile,
    AddressTaken, NotFound, Forbidden.
    """
    taken = AddressTaken(
        sentence("Another guest is invited with this email address."), field="email"
    )
    with told_as(taken, ADDRESS_INVITED_ONCE), writing() as session:
        event = held_event(session, actor, event_id)
        found = held_invitation(session, event, invitation_id)
        if found.revision != revision:
            raise ChangedMeanwhile
        guest_list = held_list(session, event, list_id)
        after: dict[str, Any] = columns_of(guest, event, guest_list) | guest.keys
        renewed = renews_link(found.state, found.email_key, after["email_key"])
        before = {name: getattr(found, name) for name in after}
        changes = difference(before, after)
        for name, value in after.items():
            setattr(found, name, value)
        found.list_id = guest_list.id
        found.link_generation += renewed
        found.changed_at = now
        found.revision += 1
        session.flush()
        fields = sorted(set(changes) - {"email_key", "name_key", "search_text"})
        more = {"revision": found.revision, "fields": fields}
        note_invitation(session, actor, event, found.id, "invitation.changed", more, now)
        return renewed


def remove_invitation(actor: Actor, event_id: UUID, invitation_id: UUID, *, now: datetime) -> None:
    """Remove an invitation; its link is dead. Raises StillComing, NotFound, Forbidden.

    Emits invitation.removed for who was written to.
    """
    with writing() as session:
        event = held_event(session, actor, event_id)
        found = held_invitation(session, event, invitation_id)
        if found.state is InvitationState.ACCEPTED:
            raise StillComing
        more = {"state": found.state.value}
        note_invitation(session, actor, event, found.id, "invitation.removed", more, now)
        if found.state in ASKED and found.email:
            tell_removed(session, found, now)
        session.delete(found)


def renew_invitation_link(
    actor: Actor, event_id: UUID, invitation_id: UUID, *, now: datetime
) -> None:
    """Give an invitation a new personal link, which kills the old."""
    with writing() as session:
        event = held_event(session, actor, event_id)
        found = held_invitation(session, event, invitation_id)
        found.link_generation += 1
        found.changed_at = now
        note_invitation(session, actor, event, found.id, "invitation.link_renewed", {}, now)
