"""Commands about seats."""

from __future__ import annotations

import json

import click

from forum.core.commands import with_app
from forum.core.errors import NotFound
from forum.core.i18n import sentence
from forum.registrations.recount import PlacesRecount, Recount, recount, recount_places


@click.command("seats")
@click.argument("event")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@with_app
def seats(event: str, *, as_json: bool) -> None:
    """Print the seats of EVENT (its slug), counted from rows and from pools.

    The places of its sessions follow, where people must sign up.
    """
    found = recount(event)
    if not found:
        raise NotFound(sentence("There is no event “%(slug)s”.", slug=event))
    row, sessions = found[0], recount_places(event)
    if as_json:
        places = [one.as_dict() for one in sessions]
        click.echo(json.dumps({**row.as_dict(), "sessions": places}))
        return
    counted: list[Recount | PlacesRecount] = [row, *sessions]
    for one in counted:
        for name, value in one.as_dict().items():
            click.echo(f"{name:<12}{value}")


commands = (seats,)
