"""Commands about mail: taking in what mail servers send back."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from forum.core import clock
from forum.core.commands import MAKE_APP
from forum.core.db import db
from forum.messaging.incoming import LARGEST, UnreadableMail
from forum.messaging.service.coming_in import take_in_mail

if TYPE_CHECKING:
    from forum.core.commands import MakeApp

UNREADABLE = 65
"""EX_DATAERR of sysexits.h: the mail server need not try again."""

LATER = 75
"""EX_TEMPFAIL of sysexits.h: it keeps the mail, and tries again."""


@click.group()
def mail() -> None:
    """Mail that comes in."""


@mail.command()
@click.option(
    "--to",
    "came_to",
    default="",
    metavar="ADDRESS",
    help="The address that the mail was sent to, where its headers do not say.",
)
@click.pass_context
def receive(context: click.Context, came_to: str) -> None:
    """Read one mail from standard input, as mail servers pipe it, and note what it says.

    Delivery reports and answers of calendars are noted; anything else is passed over. Exit status
    0 when that is done, 65 when there is no mail in it, 75 when the mail server is to try again.
    """
    raw = _standard_input()
    try:
        make_app: MakeApp = context.find_root().meta[MAKE_APP]
        app = make_app()
        authserv = app.config["FORUM_SETTINGS"].mail_authserv
        with app.app_context():
            try:
                take_in_mail(raw, came_to, authserv=authserv, now=clock.now())
            finally:
                db.session.remove()
                db.engine.dispose()
    except UnreadableMail:
        click.echo("forum: There is no mail on standard input.", err=True)
        raise SystemExit(UNREADABLE) from None
    except Exception as error:  # noqa: BLE001 - whatever it is, the mail must not be lost
        click.echo(f"forum: Not taken in, try again later: {type(error).__name__}.", err=True)
        raise SystemExit(LATER) from None


def _standard_input() -> bytes:
    """Read all, so that the mail server need not stop in the middle; keep what is looked at."""
    stream = sys.stdin.buffer
    kept = stream.read(LARGEST)
    while stream.read(LARGEST):
        pass
    return kept


commands = (mail,)
