"""A mail server in a process of its own that takes everything and notes when, in a file.

A line of the file is a moment (seconds since 1970) and what came: a call, or a mail's Message-ID.
"""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

CALL = "call"
NICENESS = 10
"""It stands for a machine elsewhere, and so takes what others leave of this one."""

_MESSAGE_ID = re.compile(rb"^Message-ID: *(<[^>]*>)", re.MULTILINE | re.IGNORECASE)


class Sink:
    """What answers a mail server's commands."""

    def __init__(self, file: Path) -> None:
        self._notes = file.open("a", buffering=1)

    async def handle_MAIL(  # noqa: N802 - the name aiosmtpd calls
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        """Note the first byte of a mail."""
        self._note(CALL)
        envelope.mail_from = address
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - the name aiosmtpd calls
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Take a mail."""
        content: Any = envelope.content
        found = _MESSAGE_ID.search(content)
        self._note(found[1].decode() if found else "?")
        return "250 Kept"

    def _note(self, what: str) -> None:
        self._notes.write(f"{time.time():.6f} {what}\n")


def main() -> None:
    """Serve on the port given, until stopped."""
    port, file = int(sys.argv[1]), Path(sys.argv[2])
    os.nice(NICENESS)
    controller = Controller(Sink(file), hostname="127.0.0.1", port=port)
    controller.start()
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    controller.stop()


if __name__ == "__main__":
    main()
