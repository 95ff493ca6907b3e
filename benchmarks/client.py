"""A lean client: raw sockets, HTTP/1.1 with keep-alive, one thread for all connections."""

from __future__ import annotations

import selectors
import socket
from collections.abc import Callable, Generator
from contextlib import suppress
from dataclasses import dataclass, field
from time import perf_counter

Visit = Generator[bytes, bytes, None]
"""One visit: yields each request and is sent its answer, head and body as they came."""

NewVisit = Callable[[], Visit]
CHUNK = 1 << 18
LONGEST_SILENCE = 30.0
NO_BODY = (b"304", b"204")


@dataclass
class Outcome:
    """What a run came to: the seconds each visit took, and the seconds of the whole run."""

    took: list[float] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Return the visits a second."""
        return len(self.took) / self.seconds if self.seconds else 0.0

    def quantile(self, share: float) -> float:
        """Return the seconds within which this share of the visits was done."""
        ordered = sorted(self.took)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]

    def add(self, other: Outcome) -> None:
        """Take another run of the same thing in."""
        self.took += other.took
        self.seconds += other.seconds


@dataclass
class _Line:
    """One client: its connection, the visit it is at, and what of the answer is here."""

    socket: socket.socket
    visit: Visit
    began: float = 0.0
    so_far: bytes = b""
    wanted: int = 0


def run(
    port: int, new_visit: NewVisit, *, clients: int, seconds: float = 0, visits: int = 0
) -> Outcome:
    """Let so many clients pay visits one after another, for a time or until so many are paid.

    Raises RuntimeError where the server hangs up or keeps silent.
    """
    outcome, left = Outcome(), visits or 1 << 60
    with selectors.DefaultSelector() as selector:
        began = perf_counter()
        until = began + (seconds or 3600)
        open_lines = 0
        for _ in range(min(clients, left)):
            line = _Line(_connected(port), new_visit())
            selector.register(line.socket, selectors.EVENT_READ, line)
            _begin(line)
            open_lines += 1
            left -= 1
        while open_lines:
            ready = selector.select(LONGEST_SILENCE)
            if not ready:
                message = "the server kept silent"
                raise RuntimeError(message)
            for key, _ in ready:
                line = key.data
                if not _is_over(line):
                    continue
                now = perf_counter()
                if now <= until:
                    outcome.took.append(now - line.began)
                    outcome.seconds = now - began
                if now < until and left:
                    left -= 1
                    line.visit = new_visit()
                    _begin(line)
                else:
                    selector.unregister(line.socket)
                    line.socket.close()
                    open_lines -= 1
    return outcome


def _connected(port: int) -> socket.socket:
    line = socket.create_connection(("127.0.0.1", port), timeout=LONGEST_SILENCE)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return line


def _begin(line: _Line) -> None:
    line.began = perf_counter()
    line.socket.sendall(next(line.visit))


def _is_over(line: _Line) -> bool:
    """Take in what has come; say whether the visit is done."""
    data = line.socket.recv(CHUNK)
    if not data:
        message = "the server hung up"
        raise RuntimeError(message)
    line.so_far = line.so_far + data if line.so_far else data
    if not line.wanted:
        head = line.so_far.find(b"\r\n\r\n")
        if head < 0:
            return False
        line.wanted = head + 4 + _length(line.so_far, head)
    if len(line.so_far) < line.wanted:
        return False
    answer, line.so_far, line.wanted = line.so_far, b"", 0
    with suppress(StopIteration):
        line.socket.sendall(line.visit.send(answer))
        return False
    return True


def _length(answer: bytes, head: int) -> int:
    if answer[9:12] in NO_BODY:
        return 0
    stated = header(answer[: head + 2], b"content-length")
    if not stated:
        message = f"an answer without its length: {answer[:head]!r}"
        raise RuntimeError(message)
    return int(stated)


def header(answer: bytes, name: bytes) -> bytes:
    """Return a header's value, empty where there is none; the name in lower case."""
    at = answer.find(b"\r\n" + name + b":")
    return answer[at + len(name) + 3 : answer.index(b"\r\n", at + 2)].strip() if at >= 0 else b""


def request(method: str, path: str, port: int, *headers: str, body: bytes = b"") -> bytes:
    """Return a request as it goes over the line."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", *headers]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def expect(answer: bytes, status: int) -> None:
    """Raise RuntimeError unless an answer has the status that the visit stands for."""
    if answer[9:12] != str(status).encode():
        message = f"an answer that was not {status}: {answer[:400]!r}"
        raise RuntimeError(message)
