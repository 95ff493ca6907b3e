"""The last door: who comes while the server stops gets a whole answer, whoever closes when."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from http.client import HTTPConnection, HTTPResponse
from itertools import permutations
from time import monotonic, sleep

import pytest

from forum.last_door import LONGEST_LINE_SECONDS, LastDoor

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="Only Linux lets a program choose the socket."
)
HOSTS = ["127.0.0.1", "::1"]
WORKERS = 3


class Port:
    """A port as `forum serve` has it: a bound socket that listens not, and the workers' sockets."""

    def __init__(self, stack: ExitStack, host: str) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.host = host
        self.bound = stack.enter_context(socket.socket(family))
        # Without the option yet: with it the kernel may choose a port of another server of ours.
        self.bound.bind((host, 0))
        self.bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self.number: int = self.bound.getsockname()[1]
        self.workers = [stack.enter_context(socket.socket(family)) for _ in range(WORKERS)]
        for worker in self.workers:
            worker.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            worker.bind((host, self.number))
            worker.listen(64)
            worker.settimeout(0)
        self.door = LastDoor(self.bound)

    def ask(self, method: str = "GET", body: bytes | None = None) -> HTTPResponse:
        line = HTTPConnection(self.host, self.number, timeout=10)
        line.request(method, "/en/", body)
        answer = line.getresponse()
        answer.read()
        line.close()
        return answer

    def waiting(self) -> int:
        """Take up what waits in the workers' queues; return how many there were."""
        found = 0
        for worker in self.workers:
            with suppress(OSError):
                while True:
                    worker.accept()[0].close()
                    found += 1
        return found


@pytest.fixture(params=HOSTS)
def port(request: pytest.FixtureRequest) -> Iterator[Port]:
    """A port on the loopback, whose door is closed at the end."""
    with ExitStack() as stack:
        made = Port(stack, request.param)
        yield made
        made.door.close()


def test_the_control_without_a_door_leads_lines_to_the_workers(port: Port):
    for _ in range(20):
        socket.create_connection((port.host, port.number)).close()
    assert port.waiting() == 20


def test_every_new_line_leads_to_the_door(port: Port):
    port.door.open(WORKERS, 64)
    answers = [port.ask() for _ in range(20)]
    assert {answer.status for answer in answers} == {503}
    assert {answer.headers["Retry-After"] for answer in answers} == {"5"}
    assert port.waiting() == 0


@pytest.mark.parametrize("order", list(permutations(range(WORKERS))), ids=str)
def test_it_stays_so_in_whatever_order_the_workers_close(order: tuple[int, ...]):
    with ExitStack() as stack:
        port = Port(stack, HOSTS[0])
        port.door.open(WORKERS, 64)
        for number in order:
            port.workers[number].close()
            assert {port.ask().status for _ in range(8)} == {503}
        port.door.close()


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "DELETE", "NONSENSE"])
def test_whatever_is_asked_is_answered(port: Port, method: str):
    port.door.open(WORKERS, 64)
    assert port.ask(method, b"name=Sample").status == 503


def test_a_large_upload_is_heard_out(port: Port):
    port.door.open(WORKERS, 64)
    assert port.ask("POST", bytes(5_000_000)).status == 503


def test_a_client_that_drips_holds_nobody_up(port: Port):
    port.door.open(WORKERS, 64)
    over = threading.Event()

    def _drip() -> None:
        with suppress(OSError), socket.create_connection((port.host, port.number)) as line:
            while not over.wait(0.1):
                line.sendall(b"x")

    client = threading.Thread(target=_drip)
    client.start()
    sleep(0.3)
    began = monotonic()
    port.door.close()
    assert monotonic() - began < LONGEST_LINE_SECONDS + 0.5
    over.set()
    client.join()


def test_who_comes_after_it_has_closed_is_refused(port: Port):
    port.door.open(WORKERS, 64)
    for worker in port.workers:
        worker.close()
    port.door.close()
    with pytest.raises(ConnectionRefusedError):
        port.ask()
