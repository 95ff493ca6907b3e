"""Commands about seats."""

from __future__ import annotations

import json

import click

from forum.core.commands import with_app
from forum.core.errors import NotFound
from forum.core.i18n import sentence
from forum.registrations.recount import recount


@click.command("seats")
@click.argument("event")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@with_app
def seats(event: str, *, as_json: bool) -> None:
    """Print the seats of EVENT (its slug), counted from rows and from pools."""
    found = recount(event)
    if not found:
        raise NotFound(sentence("There is no event “%(slug)s”.", slug=event))
    row = found[0]
    if as_json:
        click.echo(json.dumps(row.as_dict()))
        return
    for name, value in row.as_dict().items():
        click.echo(f"{name:<12}{value}")


commands = (seats,)
