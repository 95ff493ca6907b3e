"""Who acts: a member, the holder of a personal link, a door device, the system, or nobody known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from forum.core.permissions import Role


class ActorKind(StrEnum):
    """The kinds that the audit trail and the permission table know."""

    ANONYMOUS = "anonymous"
    USER = "user"
    LINK = "link"
    DEVICE = "device"
    SYSTEM = "system"


_NO_ROLES: Mapping[UUID, Role] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Actor:
    """One who acts; roles by organisation for users, `event_id` for devices and link holders."""

    kind: ActorKind
    id: UUID | None = None
    name: str = ""
    roles: Mapping[UUID, Role] = field(default_factory=lambda: _NO_ROLES)
    event_id: UUID | None = None
    session_id: UUID | None = None

    @property
    def is_user(self) -> bool:
        """Whether a signed-in member of staff acts."""
        return self.kind is ActorKind.USER

    @property
    def is_system(self) -> bool:
        """Whether Forum itself acts: commands and tasks."""
        return self.kind is ActorKind.SYSTEM

    def as_named(self) -> dict[str, str | None]:
        """Return who it is as JSON, without what they may do, for what is told within Forum."""
        return {"kind": self.kind.value, "id": str(self.id) if self.id else None, "name": self.name}

    @classmethod
    def of_named(cls, named: Mapping[str, str | None]) -> Actor:
        """Return who acted, from `as_named`; may do nothing."""
        own = named["id"]
        return cls(
            ActorKind(named["kind"] or ActorKind.ANONYMOUS),
            UUID(own) if own else None,
            named["name"] or "",
        )


ANONYMOUS = Actor(ActorKind.ANONYMOUS)
SYSTEM = Actor(ActorKind.SYSTEM, name="Forum")
