"""Marks that stand in stored mails in place of personal links, and what is put in their place.

A letter's own link has a mark without more; others name their purpose and what they are about.
Nobody can type a mark beforehand: each holds the id of the message.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from markupsafe import escape

from forum.core.links import Purpose, derive
from forum.core.urls import absolute
from forum.messaging import bodies

if TYPE_CHECKING:
    from forum.messaging.models import Message

PATHS = {
    Purpose.BOOKING: "/r/{}",
    Purpose.REGISTRATION: "/r/p/{}",
    Purpose.CONTACT: "/r/all/{}",
    Purpose.GUEST_INVITATION: "/i/{}",
    Purpose.SIGN_IN: "/sign-in/{}",
    Purpose.MEMBER_INVITATION: "/invitations/{}",
    Purpose.SPEAKER: "/s/{}",
    Purpose.OPT_OUT: "/o/{}",
}
"""Where each personal link leads."""


@dataclass(frozen=True, slots=True)
class Linked:
    """What a personal link is for, and what it is about."""

    purpose: Purpose
    id: UUID

    def mark_in(self, message_id: UUID) -> str:
        """Return the mark of this link in a message that has another one of its own."""
        return f"{{{{link {message_id.hex} {self.purpose.value} {self.id.hex}}}}}"

    def address(self, generation: int) -> str:
        """Return the absolute address."""
        return absolute(PATHS[self.purpose].format(derive(self.purpose, self.id, generation)))


def opt_out_of(message_id: UUID) -> Linked:
    """Return the link by which who got a message says that they want no more of its kind."""
    return Linked(Purpose.OPT_OUT, message_id)


def own_link(message: Message) -> Linked | None:
    """Return the link that a message is about, if it has one."""
    if message.link_purpose is None or message.link_id is None:
        return None
    return Linked(Purpose(message.link_purpose), message.link_id)


def links_in(message: Message) -> set[Linked]:
    """Return every personal link of a message: its own, and those that its marks name."""
    written = bodies.whole(message)
    named = _marks(message.id).findall(written.text + written.html)
    more = {Linked(Purpose(purpose), UUID(hex=about)) for purpose, about in named}
    own = own_link(message)
    return more | ({own} if own else set())


@dataclass(frozen=True, slots=True)
class Filling:
    """What is put in place of a message's marks."""

    addresses: Mapping[str, str]

    @classmethod
    def of(cls, message: Message, generations: Mapping[UUID, int]) -> Filling:
        """Work out a message's links, by the present generation of what they are about."""
        found = {
            one.mark_in(message.id): one.address(generations.get(one.id, 0))
            for one in links_in(message)
        }
        own = own_link(message)
        known = generations.get(own.id, message.link_generation) if own else 0
        return cls(found | {message.mark: own.address(known) if own else ""})

    @classmethod
    def hiding(cls, message: Message, hidden: str) -> Filling:
        """Put the same words in place of every link, for who may not open them."""
        marks = [message.mark, *(one.mark_in(message.id) for one in links_in(message))]
        return cls(dict.fromkeys(marks, hidden))

    def put_in(self, body: str) -> str:
        """Return a plain body with its links."""
        for mark, address in self.addresses.items():
            body = body.replace(mark, address)
        return body

    def put_in_html(self, body: str) -> str:
        """Return an HTML body with its links."""
        for mark, address in self.addresses.items():
            body = body.replace(mark, str(escape(address)))
        return body


def purposes_of(messages: Iterable[Message]) -> dict[Purpose, set[UUID]]:
    """Return what the links of several messages are about, by purpose."""
    found: dict[Purpose, set[UUID]] = {}
    for message in messages:
        for one in links_in(message):
            found.setdefault(one.purpose, set()).add(one.id)
    return found


def _marks(message_id: UUID) -> re.Pattern[str]:
    return re.compile(rf"\{{\{{link {message_id.hex} ([a-z_]+) ([0-9a-f]{{32}})\}}\}}")
