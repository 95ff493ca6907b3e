"""`forum serve` as an operator meets it: it starts, says what is wrong, mends itself, ends well."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from time import monotonic

import pytest
import sqlalchemy as sa

from forum.app import create_app
from forum.assets_of_app import edition
from forum.core.db import writing
from forum.core.page_scopes import PageBytes
from forum.settings import Settings
from tests.factories import make_event
from tests.support import databases
from tests.support.ground import answers, free_port, running, wait_until
from tests.support.live import command, environment_of, name_of, processes_below

# One worker of the run has the one server that tests leave running.
pytestmark = pytest.mark.xdist_group("server")

CLIENTS = 8
WORKING = {"forum-web", "forum-jobs"}
STOPS_WITHIN = 10


@dataclass
class Server:
    """A running `forum serve` and where it listens."""

    process: subprocess.Popen[bytes]
    port: int
    settings: Settings
    slug: str

    @property
    def jobs(self) -> list[int]:
        return self._named("forum-jobs")

    @property
    def web_workers(self) -> list[int]:
        return self._named("forum-web")

    @property
    def preloaded(self) -> list[int]:
        return self._named("forum-preloaded")

    def read(self, path: str) -> bytes:
        address = f"http://127.0.0.1:{self.port}{path}"
        with urllib.request.urlopen(address, timeout=STOPS_WITHIN) as answer:
            return answer.read()

    def _named(self, name: str) -> list[int]:
        return [pid for pid, its in processes_below(self.process.pid).items() if its == name]


@dataclass
class Tally:
    """What clients under load met: pages, being asked to come again, and anything worse."""

    whole: int = 0
    told_to_come_again: int = 0
    cut: list[str] = field(default_factory=list)


@contextmanager
def served(folder: Path, template: Path, *more: str) -> Iterator[Server]:
    """Serve an instance with one published event until the block ends."""
    port = free_port()
    base_url = f"http://127.0.0.1:{port}"
    url = databases.copy_of(template, folder)
    settings = databases.settings_for(folder, url, base_url=base_url)
    app = create_app(settings)
    with app.app_context():
        slug = make_event().slug
    databases.close(app)
    words = command("serve", "--port", str(port), *more)
    environment = environment_of(settings)
    log = folder / "served.log"
    with running(words, port=port, log=log, environment=environment, seconds=60) as process:
        yield Server(process, port, settings, slug)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Server]:
    """One server for the tests that leave it running."""
    with served(tmp_path_factory.mktemp("served"), sqlite_template) as running_one:
        yield running_one


def start_again(port: int, settings: Settings) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command("serve", "--port", str(port)),
        env=environment_of(settings),
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )


def visit_until_it_ends(port: int, path: str, tally: Tally) -> None:
    """Ask on a fresh line each time: each that is let in must get a whole answer."""
    while True:
        line = HTTPConnection("127.0.0.1", port, timeout=STOPS_WITHIN)
        try:
            line.connect()
        except OSError:
            return
        try:
            line.request("GET", path, headers={"Connection": "close"})
            answer = line.getresponse()
            body = answer.read()
        except (OSError, HTTPException) as problem:
            tally.cut.append(repr(problem))
        else:
            if answer.status == 200 and b"</html>" in body:
                tally.whole += 1
            elif answer.status == 503 and answer.headers["Retry-After"]:
                tally.told_to_come_again += 1
            else:
                tally.cut.append(f"{answer.status}, {len(body)} bytes")
        finally:
            line.close()


@pytest.mark.soak
def test_a_stop_under_load_cuts_no_request_and_leaves_nothing_behind(
    tmp_path: Path, sqlite_template: Path, full_figures: bool
):
    tally = Tally()
    for number in range(50 if full_figures else 1):
        folder = tmp_path / str(number)
        folder.mkdir()
        with served(folder, sqlite_template) as one:
            # The form is rendered for each guest: such requests last long enough to be caught.
            asked = (one.port, f"/en/e/{one.slug}/register", tally)
            crowd = [
                threading.Thread(target=visit_until_it_ends, args=asked) for _ in range(CLIENTS)
            ]
            enough = tally.whole + 3 * CLIENTS
            for client in crowd:
                client.start()
            wait_until(lambda enough=enough: tally.whole > enough, seconds=60, what="the crowd")
            assert (len(one.jobs), len(one.web_workers)) == (1, 2)
            left = processes_below(one.process.pid)
            began = monotonic()
            one.process.send_signal(signal.SIGTERM)
            assert one.process.wait(STOPS_WITHIN + 5) == 0
            assert monotonic() - began < STOPS_WITHIN
            for client in crowd:
                client.join(STOPS_WITHIN)
            assert [name for name in map(name_of, left) if name in WORKING] == []
            wait_until(lambda left=left: not any(map(name_of, left)), seconds=1, what="the end")
    assert tally.cut == []
    assert tally.told_to_come_again


def test_a_second_start_on_the_port_says_so_and_the_first_goes_on(server: Server):
    again = start_again(server.port, server.settings)
    assert again.returncode == 1
    assert again.stdout == ""
    assert again.stderr.count("\n") == 1
    assert f"Port {server.port}" in again.stderr
    assert f"--port {server.port + 1}" in again.stderr
    assert server.read("/healthz") == b'{"alive":true}\n'


def test_a_port_that_another_program_holds_is_named(settings: Settings):
    with socket.create_server(("127.0.0.1", 0)) as other:
        refused = start_again(other.getsockname()[1], settings)
    assert refused.returncode == 1
    assert "is in use" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_dead_jobs_process_is_started_again(server: Server):
    (before,) = server.jobs
    os.kill(before, signal.SIGKILL)
    wait_until(lambda: server.jobs not in ([], [before]), seconds=30, what="the next jobs process")
    assert len(server.jobs) == 1


def test_a_dead_web_worker_is_started_again_while_the_other_answers(server: Server):
    wait_until(lambda: len(server.web_workers) == 2, seconds=30, what="the web workers")
    dead, alive = server.web_workers
    os.kill(dead, signal.SIGKILL)
    wait_until(
        lambda: len(server.web_workers) == 2 and dead not in server.web_workers,
        seconds=30,
        what="the next web worker",
    )
    assert alive in server.web_workers
    wait_until(lambda: answers(server.port), seconds=30, what="an answer")
    assert server.read("/healthz") == b'{"alive":true}\n'


def test_when_the_one_all_are_forked_from_dies_all_are_begun_anew(
    tmp_path: Path, sqlite_template: Path
):
    # A server of its own: Granian gives up where a worker dies soon after it was started again.
    with served(tmp_path, sqlite_template) as one:
        before = {*one.jobs, *one.web_workers, *one.preloaded}
        assert len(before) == 4
        os.kill(one.preloaded[0], signal.SIGKILL)
        wait_until(lambda: not any(map(name_of, before)), seconds=30, what="the orphans' end")
        wait_until(
            lambda: (len(one.preloaded), len(one.jobs), len(one.web_workers)) == (1, 1, 2),
            seconds=30,
            what="the next ones",
        )
        wait_until(lambda: answers(one.port), seconds=30, what="an answer")
        assert one.read("/healthz") == b'{"alive":true}\n'


def test_a_kept_page_is_answered_from_its_bytes_before_flask(server: Server):
    """No view knows this address: only the layer before Flask can answer it."""
    app = create_app(server.settings)
    with app.app_context(), writing() as session:
        session.execute(
            sa.insert(PageBytes).values(
                address=edition() + "/en/kept-by-hand",
                scope="site",
                body=b"from bytes",
                gzipped=b"",
                etag="by-hand",
                headers='[["Content-Type", "text/plain"]]',
                valid_until=4e9,
            )
        )
    databases.close(app)
    assert server.read("/en/kept-by-hand") == b"from bytes"


def test_without_jobs_there_are_web_workers_alone(tmp_path: Path, sqlite_template: Path):
    with served(tmp_path, sqlite_template, "--no-jobs") as one:
        assert len(one.web_workers) == 2
        assert one.jobs == []


def test_a_killed_server_leaves_nothing_behind_and_the_port_is_free_again(
    tmp_path: Path, sqlite_template: Path
):
    with served(tmp_path, sqlite_template) as one:
        assert (len(one.jobs), len(one.web_workers)) == (1, 2)
        left = processes_below(one.process.pid)
        one.process.kill()
        one.process.wait()
        wait_until(
            lambda: not any(map(name_of, left)), seconds=STOPS_WITHIN, what="the end of the others"
        )
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", one.port))
