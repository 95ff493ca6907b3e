"""The `forum` command: `serve`, and the way to all others."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from urllib.parse import urlsplit

import click

from forum import __version__, server
from forum.settings import Settings, WrongSetting, load


class Commands(click.Group):
    """Loads the other commands, and with them all of Forum, when one is asked for.

    A supervisor lives as long as its processes, and needs none of that.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all, in the order of the alphabet."""
        others: click.Group = import_module("forum.commands").commands
        return sorted([*super().list_commands(ctx), *others.list_commands(ctx)])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of this name."""
        if own := super().get_command(ctx, cmd_name):
            return own
        found: click.Command | None = import_module("forum.commands").find(ctx, cmd_name)
        return found


@click.group(cls=Commands)
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
    server.prepare(settings)
    click.echo(f"Forum listens on http://{host}:{wanted} for {settings.base_url}", err=True)
    server.serve(settings, host=host, port=wanted, jobs=not no_jobs)


def main() -> None:
    """Run the command; errors are one sentence on standard error and a status other than 0."""
    try:
        cli(standalone_mode=False)
    except click.exceptions.Abort:
        raise SystemExit(130) from None
    except click.ClickException as error:
        error.show()
        raise SystemExit(error.exit_code) from None
    except (WrongSetting, server.PortInUse) as error:
        _fail(str(error))
    except Exception as error:
        sentence: str | None = import_module("forum.checks").told(error)
        if sentence is None:
            raise
        _fail(sentence)


def _fail(sentence: str) -> None:
    click.echo(f"forum: {sentence}", err=True)
    sys.exit(1)
