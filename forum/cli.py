"""The `forum` command; each room adds its own sub-commands."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import click
from alembic.util import CommandError
from flask import Flask
from sqlalchemy.exc import DBAPIError, OperationalError

from forum import __version__, server
from forum.app import create_app
from forum.checks import doctor, said_by
from forum.core import logs
from forum.core.commands import MAKE_APP
from forum.core.errors import DomainError
from forum.database import check_schema, close_connections, upgrade_schema
from forum.demo.command import demo
from forum.rooms import COMMANDS
from forum.settings import Settings, WrongSetting, load


@click.group()
@click.version_option(__version__, prog_name="forum")
@click.option(
    "--instance",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder of settings, database and uploads (default: instance).",
)
@click.pass_context
def cli(context: click.Context, instance: Path | None) -> None:
    """Run seminars and forums: programme, registration, tickets, door, calendars."""
    context.obj = instance
    context.meta[MAKE_APP] = lambda: _ready_app(context)


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


def settings_of(context: click.Context) -> Settings:
    """Return the settings of this command's instance."""
    return load(instance=context.find_root().obj)


@cli.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port", type=click.IntRange(1, 65535), help="Default: the port of FORUM_BASE_URL, else 8000."
)
@click.option("--no-jobs", is_flag=True, help="Only web workers; run `forum worker` elsewhere.")
@click.pass_context
def serve(context: click.Context, host: str, port: int | None, *, no_jobs: bool) -> None:
    """Serve the forum until stopped."""
    settings = settings_of(context)
    wanted = port or urlsplit(settings.base_url).port or 8000
    server.check_port(host, wanted)
    close_connections(_ready_app(context))
    click.echo(f"Forum listens on http://{host}:{wanted} for {settings.base_url}", err=True)
    server.serve(settings, host=host, port=wanted, jobs=not no_jobs)


@cli.command()
@click.option("--quiet", is_flag=True, help="Log warnings only, in words.")
@click.pass_context
def worker(context: click.Context, *, quiet: bool) -> None:
    """Deliver mails and run periodic tasks until stopped."""
    from forum.jobs import run_jobs  # noqa: PLC0415 - Huey and Redis load for half a second

    logs.configure(plain=quiet, quiet=quiet)
    stop = threading.Event()
    server.stop_on_signals(stop)
    run_jobs(create_app(settings_of(context)), stop)


@cli.group()
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


@cli.command("doctor")
@click.pass_context
def doctor_command(context: click.Context) -> None:
    """Look at everything that can be wrong; exit 1 when something is."""
    with _looking(context):
        findings = doctor()
    for finding in findings:
        click.echo(f"{'ok  ' if finding.good else 'BAD '} {finding.what}: {finding.says}")
    if not all(finding.good for finding in findings):
        raise SystemExit(1)


cli.add_command(demo)
for _command in COMMANDS:
    cli.add_command(_command)


def main() -> None:
    """Run the command; errors are one sentence on standard error and a status other than 0."""
    try:
        cli(standalone_mode=False)
    except click.exceptions.Abort:
        raise SystemExit(130) from None
    except click.ClickException as error:
        error.show()
        raise SystemExit(error.exit_code) from None
    except (WrongSetting, server.PortInUse, DomainError) as error:
        _fail(str(error))
    except OperationalError as error:
        _fail(f"The database does not answer: {said_by(error)}")
    except DBAPIError as error:
        _fail(f"The database refused: {said_by(error)}")
    except CommandError as error:
        _fail(f"The database's schema is not one this Forum knows: {error}")


def _fail(sentence: str) -> None:
    click.echo(f"forum: {sentence}", err=True)
    sys.exit(1)
