"""A mail server that misbehaves as it is told: silent, refusing, hanging up, greylisting, slow."""

from __future__ import annotations

import socketserver
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import partial
from typing import Any

SILENT = "silent"
HANG_UP = "hang up"
Behave = Callable[[str, "Rude"], str]
"""What to answer to a line, or SILENT, or HANG_UP, or "" for the polite answer."""


def polite(_line: str, _server: Rude) -> str:
    """Behave."""
    return ""


@dataclass
class Rude:
    """What the server took, how often it was called, and how it behaves; DOT ends a mail."""

    port: int = 0
    behave: Behave = polite
    mails: list[EmailMessage] = field(default_factory=list)
    envelopes: list[str] = field(default_factory=list)
    lines: int = 0
    asked: Counter[str] = field(default_factory=Counter)
    drip_seconds: float = 0.0
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        """Return the address for FORUM_SMTP_URL."""
        return f"smtp://127.0.0.1:{self.port}"


POLITE = {
    "EHLO": "250 rude.example",
    "HELO": "250 rude.example",
    "MAIL": "250 OK",
    "RCPT": "250 OK",
    "DATA": "354 Go on",
    "RSET": "250 OK",
    "NOOP": "250 OK",
    "QUIT": "221 Bye",
    "DOT": "250 Kept",
    "HELLO": "220 rude.example",
}


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        assert isinstance(self.server, _Server)
        rude = self.server.rude
        rude.lines += 1
        try:
            self._talk(rude)
        except OSError:
            return

    def _talk(self, rude: Rude) -> None:
        if not self._answer("HELLO", rude):
            return
        while line := self.rfile.readline().decode("utf-8", "replace").strip():
            verb = line[:4].upper()
            if verb == "MAIL":
                rude.envelopes.append(line.partition("<")[2].partition(">")[0])
            if not self._answer(line, rude) or verb == "QUIT":
                return
            if verb == "DATA" and self._said.startswith("354"):
                keep = partial(self._keep, rude, self._body())
                if not self._answer("DOT", rude, before=keep):
                    return

    def _body(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line[1:] if line.startswith(b"..") else line)
        return b"".join(lines)

    def _keep(self, rude: Rude, body: bytes) -> None:
        parsed: Any = message_from_bytes(body, policy=policy.default)
        rude.mails.append(parsed)

    def _answer(self, line: str, rude: Rude, before: Callable[[], None] = lambda: None) -> bool:
        verb = line[:5].upper() if line == "HELLO" else line[:4].upper().strip()
        rude.asked[verb] += 1
        says = rude.behave(line, rude) or POLITE.get(verb, "502 What?")
        if verb == "DOT" and not says.startswith(("4", "5")):
            before()
        self._said = says
        if says == HANG_UP:
            return False
        if says == SILENT:
            rude.over.wait(30)
            return False
        for byte in f"{says}\r\n".encode():
            self.wfile.write(bytes([byte]))
            if rude.drip_seconds:
                time.sleep(rude.drip_seconds)
        return True


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    rude: Rude


@contextmanager
def rude_server(behave: Behave = polite) -> Iterator[Rude]:
    """Run the server until the block ends."""
    rude = Rude(behave=behave)
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.rude = rude
        rude.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield rude
        finally:
            rude.over.set()
            server.shutdown()
            thread.join()
