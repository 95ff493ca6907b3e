"""Commands about events: list them, import a programme, export one."""

from __future__ import annotations

import json
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import click
import sqlalchemy as sa

from forum.core import clock, dates
from forum.core.actor import SYSTEM
from forum.core.commands import with_app
from forum.core.db import db
from forum.core.languages import LANGUAGES, by_key, language_of_feed
from forum.core.permissions import Action
from forum.core.text import clean_line
from forum.core.urls import absolute
from forum.core.zones import zone_of
from forum.events.models import Event
from forum.events.queries import managed_event, rooms_of
from forum.events.rules import LARGEST_CAPACITY, LONGEST_TITLE
from forum.people.models import Organisation
from forum.programme.exporting.frab_json import write_json
from forum.programme.exporting.frab_xml import write_xml
from forum.programme.exporting.outline import outline_of
from forum.programme.exporting.sheet import write_sheet
from forum.programme.importing.languages import languages_for
from forum.programme.importing.planning import plan_import
from forum.programme.importing.plans import Choices, ImportPlan
from forum.programme.importing.present import present_before
from forum.programme.importing.reading import read_programme
from forum.programme.importing.shapes import ImportedProgramme
from forum.programme.importing.shifting import check_times, moved_to
from forum.programme.importing.storing import (
    Imported,
    Wanted,
    import_event,
    import_into,
    plan_into,
)
from forum.programme.importing.telling import lines_of
from forum.programme.importing.texts import by_script
from forum.programme.queries import planned_sessions

USUAL_ZONE = "Asia/Hong_Kong"


@click.group("event")
def event_group() -> None:
    """Events: list, import and export."""


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
@click.option("--title", help="The title of the event to make, where the file names none.")
@click.option("--into", help="The slug of an event to import into, instead of making one.")
@click.option(
    "--time-zone",
    help="An IANA zone, for times that name none; the event’s own, else Asia/Hong_Kong.",
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
@click.option(
    "--take-languages",
    is_flag=True,
    help="With --into: give the event’s pages the languages of the file’s titles.",
)
@click.option("--publish", is_flag=True, help="Publish at once; else it stays a draft.")
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@with_app
def import_command(  # noqa: PLR0913 - click hands each option over by name
    file: Path,
    title: str | None,
    into: str | None,
    time_zone: str | None,
    organisation: str | None,
    capacity: int,
    starts_on: datetime | None,
    *,
    take_languages: bool,
    publish: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Make an event of a programme FILE, or bring an event up to date with it.

    The format is told by the content: frab XML and JSON, OPass, Sessionize, iCalendar, our own
    sheet as XLSX or CSV. What editors changed here is never overwritten: for choices, use the page.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        message = f"{file} cannot be read: {error.strerror}."
        raise click.ClickException(message) from None
    if into is not None:
        event = managed_event(SYSTEM, into, Action.EDIT_PROGRAMME)
        zone = zone_of(time_zone or event.time_zone)
        read = read_programme(content, zone)
        if dry_run:
            _say_plan(read, plan_into(event, read), zone)
            return
        languages = languages_for(event.languages, read) if take_languages else ()
        choices = Choices(languages=languages)
        updated = import_into(SYSTEM, event.id, read, choices, None, now=clock.now())
        _say_done(updated, as_json=as_json)
        return
    zone = zone_of(time_zone or USUAL_ZONE)
    cleaned = clean_line(title or read_programme(content, zone).source.title)[:LONGEST_TITLE]
    if not cleaned:
        message = "Give the event a title: --title “…”; or name one: --into its-slug."
        raise click.UsageError(message)
    on = starts_on.date() if starts_on else None
    wanted = Wanted(by_script(cleaned), zone.key, capacity, publish, on)
    owner = _organisation(organisation)
    if dry_run:
        read = moved_to(check_times(read_programme(content, zone)), zone, on)
        _say_plan(read, plan_import(read, present_before(owner, zone, read)), zone)
        return
    done = import_event(SYSTEM, owner, content, wanted, Choices(), now=clock.now())
    _say_done(done, as_json=as_json)


class ExportAs(StrEnum):
    """What a programme is written as."""

    FRAB_XML = "frab-xml"
    FRAB_JSON = "frab-json"
    XLSX = "xlsx"


@event_group.command("export")
@click.argument("event")
@click.option(
    "--as",
    "form",
    type=click.Choice([one.value for one in ExportAs]),
    required=True,
    help="frab XML or JSON: what guests see; xlsx: all that is planned, to edit and import again.",
)
@click.option(
    "--language",
    type=click.Choice([one.key for one in LANGUAGES]),
    help="Of titles in frab files; else the event’s first.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file to write; else standard output.",
)
@with_app
def export_command(event: str, form: str, language: str | None, out: Path | None) -> None:
    """Write the programme of an EVENT, named by its slug, as a file."""
    found = managed_event(SYSTEM, event, Action.EDIT_PROGRAMME)
    body = _written(found, ExportAs(form), language)
    if out is None:
        click.echo(body, nl=False)
        return
    try:
        out.write_bytes(body)
    except OSError as error:
        message = f"{out} cannot be written: {error.strerror}."
        raise click.ClickException(message) from None
    click.echo(f"{out}: {len(body):,} bytes")


def _written(event: Event, form: ExportAs, language: str | None) -> bytes:
    if form is ExportAs.XLSX:
        return write_sheet(event, planned_sessions(event.id), rooms_of(event.id))
    outline = outline_of(event, language_of_feed(language, event.languages), clock.now())
    return write_xml(outline) if form is ExportAs.FRAB_XML else write_json(outline)


def _say_plan(file: ImportedProgramme, plan: ImportPlan, zone: ZoneInfo) -> None:
    for warning in file.warnings:
        click.echo(f"note: {warning}", err=True)
    for line in lines_of(file, plan, zone):
        click.echo(line)
    click.echo("Nothing was written.")


def _say_done(done: Imported, *, as_json: bool) -> None:
    public = absolute(f"/en/e/{done.slug}/")
    warnings = [str(warning) for warning in done.warnings]
    if as_json:
        figures = {
            "slug": done.slug,
            "sessions": done.sessions,
            "speakers": done.speakers,
            "rooms": done.rooms,
            "days": done.days,
            "new": done.made,
            "changed": done.changed,
            "languages": list(done.languages),
            "warnings": warnings,
            "url": public,
        }
        click.echo(json.dumps(figures, ensure_ascii=False))
        return
    for warning in warnings:
        click.echo(f"note: {warning}", err=True)
    click.echo(
        f"{done.sessions} sessions, {done.speakers} speakers, {done.rooms} rooms, "
        f"{done.days} days; {done.made} sessions new, {done.changed} changed: {public}",
    )
    spoken = [known.name for key in done.languages if (known := by_key(key))]
    click.echo(f"Languages of the pages: {', '.join(spoken)}")


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
