"""The last door: while the web workers finish, every new line leads here and is told to come again.

Each worker listens on a socket of its own, all of one port (SO_REUSEPORT), and lines that wait in
the queue of one that closes are dropped by the kernel without a word. So one more socket is opened
on the port, and the kernel is told to lead all new lines to it (SO_ATTACH_REUSEPORT_CBPF, Linux;
socket(7)). The workers take what is in their queues and finish it; only then are they stopped.
"""

from __future__ import annotations

import ctypes
import logging
import socket
import struct
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

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
LONGEST_REQUEST_SECONDS = 2
LARGEST_BODY = 1_000_000
COME_AGAIN = """\
Forum is being started again. Please try once more in a few seconds.
系統正在重新啟動，請於數秒後再試。
系统正在重新启动，请在几秒后重试。
""".encode()


class LastDoor:
    """Opens beside a bound socket of the port, and stays open until the workers are gone."""

    def __init__(self, bound: socket.socket) -> None:
        self._bound = bound
        self._servers: list[_Server] = []

    def open(self, workers: int, backlog: int) -> None:
        """Lead all new lines here, away from so many workers, and let these empty their queues.

        The kernel numbers the listening sockets of a port as they began, and fills the gap of one
        that closes with the last. So there are as many here as there are workers: the first of them
        keeps its number until only they are left.
        """
        if not sys.platform.startswith("linux"):
            return
        try:
            self._servers = [_Server(self._bound, backlog) for _ in range(workers)]
            if self._servers:
                _attach(
                    self._servers[0].socket, SO_ATTACH_REUSEPORT_CBPF, [(RETURN, 0, 0, workers)]
                )
        except OSError as reason:
            log.warning("new lines may be dropped while the server stops: %s", reason.strerror)
        for server in self._servers:
            server.thread.start()
        time.sleep(QUEUES_EMPTY_SECONDS)

    def close(self) -> None:
        """Let nobody come any more, answer who has come, then close."""
        for server in self._servers:
            # Who begins a line from here on asks again after a second, and is refused then.
            with suppress(OSError):
                _attach(server.socket, SO_ATTACH_FILTER, NO_NEW_LINES)
        time.sleep(LAST_LINES_SECONDS)
        for server in self._servers:
            server.end()


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    timeout = 0

    def __init__(self, bound: socket.socket, backlog: int) -> None:
        super().__init__(bound.getsockname()[:2], _ComeAgain, bind_and_activate=False)
        self.socket.close()
        self.socket = socket.socket(bound.family)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self.socket.bind(bound.getsockname())
        self.socket.listen(backlog)
        self.thread = threading.Thread(target=self.serve_forever, args=(0.02,))

    def end(self) -> None:
        self.shutdown()
        self.thread.join()
        self.socket.settimeout(0)
        with suppress(BlockingIOError):
            while True:
                self.process_request(*self.socket.accept())
        self.server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: who hangs up on this door loses nothing."""


class _ComeAgain(BaseHTTPRequestHandler):
    timeout = LONGEST_REQUEST_SECONDS

    def answer(self) -> None:
        # What was sent must be read: else the kernel takes the answer back with a reset.
        self.rfile.read(min(int(self.headers.get("Content-Length") or 0), LARGEST_BODY))
        self.send_response(503)
        self.send_header("Retry-After", "5")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(COME_AGAIN)))
        self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(COME_AGAIN)

    # Named so by http.server.
    do_GET = do_HEAD = do_POST = answer  # noqa: N815 - see above

    def version_string(self) -> str:
        return "Forum"

    def log_message(self, *_words: object) -> None:
        """Log nothing: addresses may hold the secret part of personal links."""


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
