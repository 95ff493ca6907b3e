"""The command `forum demo`: fills a fresh instance, prints where to go, serves until stopped."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from forum import server
from forum.app import create_app
from forum.calendar.rules import feed_path
from forum.checkin.service import main_checkpoint, make_pairing_link
from forum.core import clock
from forum.core.actor import SYSTEM
from forum.core.links import Purpose, derive
from forum.core.permissions import Role
from forum.core.urls import absolute
from forum.database import close_connections, upgrade_schema
from forum.demo.filling import Sample, fill
from forum.events.queries import event_by_id
from forum.people.service import make_sign_in_link
from forum.settings import Settings, load

if TYPE_CHECKING:
    from flask import Flask

ORGANISER = "organiser@example.com"
MARK = ".forum-demo"
LOCK = ".forum-demo.lock"
LONGEST_START = 60.0


class DemoInUse(click.ClickException):
    """Another demo serves from the same folder."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where to go, as printed."""

    public_url: str
    organiser_url: str
    door_url: str
    feed_url: str
    speaker_url: str
    event: str


@click.command("demo")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option(
    "--instance",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder in which demo/ is made (default: instance).",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line with the addresses.")
@click.pass_context
def demo(context: click.Context, port: int, instance: Path | None, *, as_json: bool) -> None:
    """Start a sample forum in instance/demo/, made new each time; real data is never touched."""
    server.check_port("127.0.0.1", port)
    place = instance or context.find_root().obj or Path("instance")
    folder = place / "demo"
    with _alone(place):
        _clear(folder)
        settings = demo_settings(folder, port)
        app = create_app(settings)
        if not as_json:
            click.echo("Making a sample forum …", err=True)
        addresses = prepare(app)
        close_connections(app)
        threading.Thread(
            target=_announce, args=(addresses, port), kwargs={"as_json": as_json}, daemon=True
        ).start()
        server.serve(settings, host="127.0.0.1", port=port, jobs=True, quiet=True)


def demo_settings(folder: Path, port: int) -> Settings:
    """Return settings that no variable of the environment can turn to a real database."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).write_text("Made by `forum demo`; made new at each start.\n", "utf-8")
    for name in [name for name in os.environ if name.startswith("FORUM_")]:
        del os.environ[name]
    return load({"FORUM_BASE_URL": f"http://127.0.0.1:{port}"}, instance=folder)


def prepare(app: Flask) -> Addresses:
    """Fill the database and make the one-time links."""
    with app.app_context():
        upgrade_schema()
        now = clock.now()
        sample = fill(now)
        return _addresses(sample)


def _addresses(sample: Sample) -> Addresses:
    now = clock.now()
    organiser = make_sign_in_link(
        ORGANISER,
        now=now,
        organisation_id=sample.organisation_id,
        role=Role.OWNER,
        name="Sample Organiser",
    )
    event = event_by_id(sample.event_id)
    checkpoint = main_checkpoint(SYSTEM, event, now=now)
    pairing = make_pairing_link(SYSTEM, event, checkpoint, now=now)
    return Addresses(
        public_url=absolute(f"/en/e/{sample.slug}/"),
        organiser_url=absolute(f"/sign-in/{organiser}"),
        door_url=absolute(f"/door/pair/{pairing.secret}"),
        feed_url=absolute(feed_path(sample.slug)),
        speaker_url=absolute(f"/s/{derive(Purpose.SPEAKER, sample.engagement_id)}"),
        event=sample.slug,
    )


def _announce(addresses: Addresses, port: int, *, as_json: bool) -> None:
    """Print the addresses once they answer, so that nobody follows them too early."""
    end = time.monotonic() + LONGEST_START
    while not _listens(port) and time.monotonic() < end:
        time.sleep(0.1)
    _print(addresses, as_json=as_json)


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def _print(addresses: Addresses, *, as_json: bool) -> None:
    if as_json:
        values = {name: getattr(addresses, name) for name in Addresses.__slots__}
        click.echo(json.dumps(values))
        sys.stdout.flush()
        return
    site = urlsplit(addresses.public_url)
    for line in (
        "",
        f"  The sample forum     {addresses.public_url}",
        f"  Organiser (10 min)   {addresses.organiser_url}",
        f"  Door (pair a phone)  {addresses.door_url}",
        f"  A speaker’s page     {addresses.speaker_url}",
        f"  Calendar feed        {addresses.feed_url}",
        "",
        f"  All events           {site.scheme}://{site.netloc}/",
        "  Stop with Ctrl-C. Everything here is a sample and is made new at the next start.",
        "",
    ):
        click.echo(line)


def _clear(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()) and not (folder / MARK).exists():
        message = (
            f"{folder} holds something that `forum demo` did not make. "
            "Name another place: --instance DIR"
        )
        raise click.ClickException(message)
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    place.mkdir(parents=True, exist_ok=True)
    with (place / LOCK).open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            message = (
                f"Another demo is running from {place}. "
                "Stop it, or name another place: --instance DIR"
            )
            raise DemoInUse(message) from None
        yield
