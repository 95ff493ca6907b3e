"""Commands about events: list them, import a programme."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from uuid import UUID

import click
import sqlalchemy as sa

from forum.core import clock, dates
from forum.core.actor import SYSTEM
from forum.core.commands import with_app
from forum.core.db import db
from forum.core.text import clean_line
from forum.core.urls import absolute
from forum.events.models import Event
from forum.events.rules import LARGEST_CAPACITY, LONGEST_TITLE
from forum.people.models import Organisation
from forum.programme.importing.storing import READERS, Wanted, import_event


@click.group("event")
def event_group() -> None:
    """Events: list and import."""


@event_group.command("list")
@with_app
def list_events() -> None:
    """Print every event: state, day, address."""
    rows = db.session.scalars(sa.select(Event).order_by(Event.starts_at)).all()
    if not rows:
        click.echo("No event yet. Make one in /manage/, or: forum event import FILE --title …")
    for row in rows:
        day = dates.short_day(row.starts_at.astimezone(row.zone).date(), "en")
        when = f"{day:<18} {row.starts_at.year}"
        click.echo(f"{row.state.value:<10} {when} {row.slug:<40} {row.title.pick('en')}")


@event_group.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "format_name",
    type=click.Choice(sorted(READERS)),
    default="opass",
    show_default=True,
)
@click.option("--title", required=True, help="The event's title; these files name none.")
@click.option(
    "--time-zone", default="Asia/Hong_Kong", show_default=True, help="An IANA zone; never guessed."
)
@click.option("--organisation", help="Its slug; not needed where there is only one.")
@click.option(
    "--capacity",
    type=click.IntRange(1, LARGEST_CAPACITY),
    default=200,
    show_default=True,
    help="Seats.",
)
@click.option(
    "--starts-on",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Move all days so that the first is this one.",
)
@click.option("--publish", is_flag=True, help="Publish at once; else it stays a draft.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@with_app
def import_command(  # noqa: PLR0913 - click hands each option over by name
    file: Path,
    format_name: str,
    title: str,
    time_zone: str,
    organisation: str | None,
    capacity: int,
    starts_on: datetime | None,
    *,
    publish: bool,
    as_json: bool,
) -> None:
    """Make an event of a programme FILE."""
    try:
        content = file.read_bytes()
    except OSError as error:
        message = f"{file} cannot be read: {error.strerror}."
        raise click.ClickException(message) from None
    cleaned = clean_line(title)[:LONGEST_TITLE]
    if not cleaned:
        message = "Give the event a title: --title “…”."
        raise click.UsageError(message)
    wanted = Wanted(cleaned, time_zone, capacity, publish, starts_on.date() if starts_on else None)
    done = import_event(
        SYSTEM, _organisation(organisation), content, format_name, wanted, now=clock.now()
    )
    public = absolute(f"/en/e/{done.slug}/")
    if as_json:
        figures = {
            "slug": done.slug,
            "sessions": done.sessions,
            "speakers": done.speakers,
            "rooms": done.rooms,
            "days": done.days,
            "warnings": done.warnings,
            "url": public,
        }
        click.echo(json.dumps(figures, ensure_ascii=False))
        return
    for warning in done.warnings:
        click.echo(f"note: {warning}", err=True)
    click.echo(
        f"{done.sessions} sessions, {done.speakers} speakers, {done.rooms} rooms, "
        f"{done.days} days: {public}",
    )


def _organisation(slug: str | None) -> UUID:
    wanted = sa.select(Organisation.id, Organisation.slug).order_by(Organisation.slug)
    if slug:
        wanted = wanted.where(Organisation.slug == slug)
    rows = db.session.execute(wanted.limit(2)).all()
    if not rows:
        known = f"There is no organisation “{slug}”." if slug else "There is no organisation yet."
        message = f"{known} Make one with: forum user invite you@example.com"
        raise click.ClickException(message)
    if len(rows) > 1:
        message = (
            "There are several organisations; name one, "
            f"for instance --organisation {rows[0].slug}."
        )
        raise click.UsageError(message)
    found: UUID = rows[0].id
    return found


commands = (event_group,)
