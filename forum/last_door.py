"""The last door: while the web workers finish, every new line leads here and is told to come again.

Each worker listens on a socket of its own, all of one port (SO_REUSEPORT), and lines that wait in
the queue of one that closes are dropped by the kernel without a word. So more sockets are opened on
the port, and the kernel is told to lead all new lines to the first of them (Linux; socket(7),
SO_ATTACH_REUSEPORT_CBPF). The workers take what is in their queues and finish it; only then are
they stopped.
"""

from __future__ import annotations

import ctypes
import logging
import selectors
import socket
import struct
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic, sleep

log = logging.getLogger("forum.server")

SO_ATTACH_FILTER, SO_ATTACH_REUSEPORT_CBPF = 26, 51
LOAD_BYTE, JUMP_IF_SET, RETURN = 0x30, 0x45, 0x06
TCP_FLAGS_AT, SYN, WHOLE_PACKET = 13, 0x02, 0xFFFF
NO_NEW_LINES = (
    (LOAD_BYTE, 0, 0, TCP_FLAGS_AT),
    (JUMP_IF_SET, 0, 1, SYN),
    (RETURN, 0, 0, 0),
    (RETURN, 0, 0, WHOLE_PACKET),
)
"""A program for the kernel: drop packets that begin a line, let all others through."""

QUEUES_EMPTY_SECONDS = 0.25
LAST_LINES_SECONDS = 0.05
LONGEST_LINE_SECONDS = 2.0
LOOK_SECONDS = 0.02
CHUNK = 1 << 16
LONGEST_HEAD = 1 << 16
SAYS = """\
Forum is being started again. Please try once more in a few seconds.
系統正在重新啟動，請於數秒後再試。
系统正在重新启动，请在几秒后重试。
""".encode()
COME_AGAIN = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nCache-Control: no-store\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
) % len(SAYS)


@dataclass(eq=False)
class _Line:
    """A client: until when it is heard, and the head of its request as far as it has come."""

    socket: socket.socket
    until: float
    head: bytes = b""
    answered: bool = False


class LastDoor:
    """Opens beside a bound socket of the port, and stays open until the workers are gone."""

    def __init__(self, bound: socket.socket) -> None:
        self._bound = bound
        self._doors: list[socket.socket] = []
        self._over = threading.Event()
        # A process that is to end waits for nobody here.
        self._thread = threading.Thread(target=self._serve, name="last door", daemon=True)

    def open(self, workers: int, backlog: int) -> None:
        """Lead all new lines here, away from so many workers, and let these empty their queues.

        The kernel numbers the listening sockets of a port as they began, and fills the gap of one
        that closes with the last. So there are as many here as there are workers: the first of them
        keeps its number until only they are left.
        """
        if not sys.platform.startswith("linux"):
            return
        try:
            for _ in range(workers):
                self._doors.append(_listening_beside(self._bound, backlog))
            for first in self._doors[:1]:
                _attach(first, SO_ATTACH_REUSEPORT_CBPF, [(RETURN, 0, 0, workers)])
        except OSError as reason:
            log.warning("new lines may be dropped while the server stops: %s", reason.strerror)
        self._thread.start()
        sleep(QUEUES_EMPTY_SECONDS)

    def close(self) -> None:
        """Let nobody come any more, answer who has come, then close; within some two seconds."""
        for door in self._doors:
            # Who begins a line from here on asks again after a second, and is refused then.
            with suppress(OSError):
                _attach(door, SO_ATTACH_FILTER, NO_NEW_LINES)
        if self._thread.is_alive():
            sleep(LAST_LINES_SECONDS)
            self._over.set()
            self._thread.join(LONGEST_LINE_SECONDS + 1)

    def _serve(self) -> None:
        lines: set[_Line] = set()
        with selectors.DefaultSelector() as selector:
            for door in self._doors:
                selector.register(door, selectors.EVENT_READ)
            while self._doors or lines:
                over = self._over.is_set()
                for key, _ in selector.select(LOOK_SECONDS):
                    if key.data is not None and _is_done(key.data):
                        _let_go(selector, lines, key.data)
                for door in self._doors:
                    for line in _come(door):
                        selector.register(line.socket, selectors.EVENT_READ, line)
                        lines.add(line)
                for line in [line for line in lines if monotonic() > line.until]:
                    _let_go(selector, lines, line)
                if over:
                    self._shut(selector)

    def _shut(self, selector: selectors.BaseSelector) -> None:
        for door in self._doors:
            selector.unregister(door)
            door.close()
        self._doors = []


def _listening_beside(bound: socket.socket, backlog: int) -> socket.socket:
    door = socket.socket(bound.family)
    try:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        door.bind(bound.getsockname())
        door.listen(backlog)
        door.setblocking(False)  # noqa: FBT003 - the socket's own shape
    except OSError:
        door.close()
        raise
    return door


def _come(door: socket.socket) -> list[_Line]:
    """Take up all who wait at a door."""
    come = []
    # Nobody waits any more, or who did has hung up, or there are no handles left: all end it here.
    with suppress(OSError):
        while True:
            line, _ = door.accept()
            line.setblocking(False)  # noqa: FBT003 - the socket's own shape
            come.append(_Line(line, monotonic() + LONGEST_LINE_SECONDS))
    return come


def _is_done(line: _Line) -> bool:
    """Answer once the request's head is here, and read what follows until the client hangs up.

    Closing before that would take the answer back: the kernel resets a line with unread bytes.
    """
    try:
        said = line.socket.recv(CHUNK)
        if not said:
            return True
        if not line.answered:
            line.head += said
            if b"\r\n\r\n" in line.head or len(line.head) > LONGEST_HEAD:
                line.answered = True
                body = b"" if line.head.startswith(b"HEAD ") else SAYS
                line.socket.sendall(COME_AGAIN + body)
                line.socket.shutdown(socket.SHUT_WR)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return False


def _let_go(selector: selectors.BaseSelector, lines: set[_Line], line: _Line) -> None:
    selector.unregister(line.socket)
    line.socket.close()
    lines.discard(line)


def _attach(
    listening: socket.socket, what: int, program: Sequence[tuple[int, int, int, int]]
) -> None:
    """Give the kernel a program of the classic packet filter (linux/filter.h); raises OSError.

    As SO_ATTACH_REUSEPORT_CBPF it returns the number of the socket that gets a new line, as
    SO_ATTACH_FILTER how much of a packet is let through.
    """
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *one) for one in program))
    listening.setsockopt(
        socket.SOL_SOCKET, what, struct.pack("@HP", len(program), ctypes.addressof(code))
    )
