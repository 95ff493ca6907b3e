"""The commands that need all of Forum; each room adds its own sub-commands."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import Flask

from forum import workers
from forum.app import create_app
from forum.checks import doctor
from forum.cli import settings_of
from forum.core import logs
from forum.core.commands import MAKE_APP
from forum.database import check_schema, close_connections, upgrade_schema
from forum.demo.command import demo
from forum.jobs import run_jobs
from forum.rooms import COMMANDS


@click.group()
def commands() -> None:
    """Hold them for `forum.cli`, which loads this module when one of them is called."""


def find(context: click.Context, name: str) -> click.Command | None:
    """Return the command of this name, and let it make an application."""
    context.meta[MAKE_APP] = lambda: _ready_app(context)
    return commands.get_command(context, name)


def _ready_app(context: click.Context) -> Flask:
    app = create_app(settings_of(context))
    with app.app_context():
        upgrade_schema()
    return app


@contextmanager
def _looking(context: click.Context) -> Iterator[None]:
    """Enter an application whose schema is taken as it stands, and leave no connection open."""
    app = create_app(settings_of(context))
    try:
        with app.app_context():
            yield
    finally:
        close_connections(app)


@commands.command()
@click.option("--quiet", is_flag=True, help="Log warnings only, in words.")
@click.pass_context
def worker(context: click.Context, *, quiet: bool) -> None:
    """Deliver mails and run periodic tasks until stopped."""
    logs.configure(plain=quiet, quiet=quiet)
    stop = threading.Event()
    workers.stop_on_signals(stop)
    run_jobs(create_app(settings_of(context)), stop)


@commands.group()
def db() -> None:
    """Bring the database's schema up to date, or look at it."""


@db.command("upgrade")
@click.pass_context
def upgrade(context: click.Context) -> None:
    """Bring the database to this version's schema."""
    with _looking(context):
        click.echo(f"The schema is at {upgrade_schema()}.")


@db.command("check")
@click.pass_context
def check(context: click.Context) -> None:
    """Say whether the schema is this version's; exit 1 when not."""
    with _looking(context):
        found, wanted = check_schema()
    if found != wanted:
        stands = f"The schema is at {found or 'nothing'}, this Forum wants {wanted}."
        message = f"{stands} Run: forum db upgrade"
        raise click.ClickException(message)
    click.echo(f"The schema is at {found}.")


@commands.command("doctor")
@click.pass_context
def doctor_command(context: click.Context) -> None:
    """Look at everything that can be wrong; exit 1 when something is."""
    with _looking(context):
        findings = doctor()
    for finding in findings:
        click.echo(f"{'ok  ' if finding.good else 'BAD '} {finding.what}: {finding.says}")
    if not all(finding.good for finding in findings):
        raise SystemExit(1)


commands.add_command(demo)
for _command in COMMANDS:
    commands.add_command(_command)
