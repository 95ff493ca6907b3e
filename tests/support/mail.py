"""A real SMTP server that keeps what it is given."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.support.ground import free_port, wait_until


@dataclass
class Mailbox:
    """The mails that arrived, and how the server is to answer the next ones."""

    port: int
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    # Answers for the next mails instead of accepting them, for example "451 Try again later".
    refusals: list[str] = field(default_factory=list)
    # How long the server thinks about each mail before it answers.
    seconds: float = 0.0

    @property
    def url(self) -> str:
        """Return the address for FORUM_SMTP_URL."""
        return f"smtp://127.0.0.1:{self.port}"

    def to(self, address: str) -> list[EmailMessage]:
        """Return the mails that went to one address, in order of arrival."""
        pairs = zip(self.mails, self.recipients, strict=True)
        return [mail for mail, addresses in pairs if address in addresses]

    def wait_for(self, number: int, *, seconds: float = 20) -> list[EmailMessage]:
        """Return all mails once at least `number` arrived."""
        wait_until(lambda: len(self.mails) >= number, seconds=seconds, what=f"mail {number}")
        return self.mails

    def empty(self) -> None:
        """Forget everything."""
        self.mails.clear()
        self.recipients.clear()
        self.refusals.clear()
        self.seconds = 0.0

    async def handle_DATA(  # noqa: N802 — the name aiosmtpd calls
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Keep one mail, or answer as told."""
        if self.refusals:
            return self.refusals.pop(0)
        content = cast("bytes", envelope.content)
        parsed: Any = message_from_bytes(content, policy=policy.default)
        self.mails.append(parsed)
        self.recipients.append(list(envelope.rcpt_tos))
        if self.seconds:
            await asyncio.sleep(self.seconds)
        return "250 Kept"


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    """Run an SMTP server until the block ends."""
    mailbox = Mailbox(port=free_port())
    controller = Controller(mailbox, hostname="127.0.0.1", port=mailbox.port, enable_SMTPUTF8=True)
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()
