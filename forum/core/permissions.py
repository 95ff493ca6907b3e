"""Who may do what: one table of roles and actions, one function."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from forum.core.errors import Forbidden, NotFound

if TYPE_CHECKING:
    from uuid import UUID

    from forum.core.actor import Actor


class Role(StrEnum):
    """A member's role in one organisation."""

    OWNER = "owner"
    MANAGER = "manager"
    PROGRAMME = "programme"
    REGISTRAR = "registrar"
    DOOR = "door"
    VIEWER = "viewer"


class Action(StrEnum):
    """Everything the table below decides."""

    SEE_EVENT = "see_event"
    CREATE_EVENT = "create_event"
    EDIT_EVENT = "edit_event"
    CHANGE_EVENT_STATE = "change_event_state"
    EDIT_PROGRAMME = "edit_programme"
    SEE_REGISTRATIONS = "see_registrations"
    EDIT_REGISTRATIONS = "edit_registrations"
    SEE_SENSITIVE = "see_sensitive"
    SEE_MESSAGES = "see_messages"
    SEND_MESSAGES = "send_messages"
    RUN_DOOR = "run_door"
    PAIR_DEVICES = "pair_devices"
    SEE_MEMBERS = "see_members"
    EDIT_MEMBERS = "edit_members"
    EDIT_ORGANISATION = "edit_organisation"


_ALL = frozenset(Action)

TABLE: dict[Role, frozenset[Action]] = {
    Role.OWNER: _ALL,
    Role.MANAGER: _ALL - {Action.EDIT_MEMBERS, Action.EDIT_ORGANISATION},
    Role.PROGRAMME: frozenset({Action.SEE_EVENT, Action.EDIT_PROGRAMME}),
    Role.REGISTRAR: frozenset(
        {
            Action.SEE_EVENT,
            Action.SEE_REGISTRATIONS,
            Action.EDIT_REGISTRATIONS,
            Action.SEE_SENSITIVE,
            Action.SEE_MESSAGES,
            Action.SEND_MESSAGES,
            Action.RUN_DOOR,
            Action.PAIR_DEVICES,
        },
    ),
    Role.DOOR: frozenset({Action.SEE_EVENT, Action.RUN_DOOR}),
    Role.VIEWER: frozenset({Action.SEE_EVENT}),
}


def can(actor: Actor, action: Action, organisation_id: UUID | None) -> bool:
    """Say whether the actor may do this in the organisation."""
    if actor.is_system:
        return True
    role = actor.roles.get(organisation_id) if organisation_id else None
    return role is not None and action in TABLE[role]


def require(actor: Actor, action: Action, organisation_id: UUID | None) -> None:
    """Raise NotFound for strangers and Forbidden for members whose role lacks the action."""
    if can(actor, action, organisation_id):
        return
    if organisation_id in actor.roles:
        raise Forbidden
    raise NotFound
