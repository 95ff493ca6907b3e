"""`forum doctor`: what can be wrong with an instance, each finding with what to do."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from alembic.util import CommandError
from flask import current_app
from sqlalchemy.exc import DBAPIError, OperationalError

from forum.core import audit, clock, outbox, typesetting
from forum.core.db import db
from forum.core.errors import DomainError
from forum.database import check_schema
from forum.messaging import post, records
from forum.messaging.post import LineDownError, MailServer
from forum.messaging.queries.keeping import number_past_their_time
from forum.registrations.recount import PlacesRecount, Recount, recount, recount_places
from forum.registrations.recount_choices import recount_choices
from forum.settings import Settings

FREE_SHARE = 0.05
SOUND_SQLITE = ((3, 51, 3), (3, 50, 7), (3, 44, 6))


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    what: str
    good: bool
    says: str


def doctor() -> list[Finding]:
    """Look at everything; the order is that of the printed list."""
    return [*_of_the_database(), _disk(), _base_url(), *_mail(), _pdf()]


def told(error: Exception) -> str | None:
    """Return the sentence in which an operator is told of an error; None of one unforeseen."""
    if isinstance(error, DomainError):
        return str(error)
    if isinstance(error, OperationalError):
        return f"The database does not answer: {said_by(error)}"
    if isinstance(error, DBAPIError):
        return f"The database refused: {said_by(error)}"
    if isinstance(error, CommandError):
        return f"The database's schema is not one this Forum knows: {error}"
    return None


def said_by(error: DBAPIError) -> str:
    """Return the first line of what the database itself said, without statement or values."""
    said = str(error.orig).strip().splitlines()
    return said[0] if said else type(error.orig).__name__


def _of_the_database() -> Iterator[Finding]:
    """Look until looking on would tell nothing: no answer, or not the tables of this version."""
    looks: tuple[Callable[[], Finding], ...] = (_database, _seats, _audit, _effects, _words)
    try:
        yield (schema := _schema())
        if schema.good:
            yield from (look() for look in looks)
    except DBAPIError as error:
        db.session.rollback()
        yield Finding("database", good=False, says=f"does not answer: {said_by(error)}")


def _schema() -> Finding:
    found, wanted = check_schema()
    says = f"at {found}" if found == wanted else f"at {found or 'nothing'}; run: forum db upgrade"
    return Finding("schema", good=found == wanted, says=says)


def _database() -> Finding:
    if db.engine.dialect.name != "sqlite":
        version = db.session.scalar(sa.text("SHOW server_version"))
        sync = db.session.scalar(sa.text("SHOW synchronous_commit"))
        good = sync != "off"
        return Finding(
            "database", good=good, says=f"PostgreSQL {version}, synchronous_commit {sync}"
        )
    whole = db.session.scalar(sa.text("PRAGMA quick_check"))
    foreign = db.session.execute(sa.text("PRAGMA foreign_key_check")).all()
    version = sqlite3.sqlite_version
    note = (
        ""
        if _sound(sqlite3.sqlite_version_info)
        else " (has the WAL-reset fault; one process checkpoints)"
    )
    good = whole == "ok" and not foreign
    return Finding(
        "database", good, f"SQLite {version}{note}, {whole}, {len(foreign)} broken references"
    )


def _sound(version: tuple[int, int, int]) -> bool:
    return version >= SOUND_SQLITE[0] or any(
        version[:2] == fixed[:2] and version >= fixed for fixed in SOUND_SQLITE
    )


def _seats() -> Finding:
    counted: list[Recount | PlacesRecount] = [*recount(), *recount_places()]
    wrong = [
        f"{row.name}: {row.taken} taken, {row.seated} seated" for row in counted if not row.agrees
    ]
    wrong += [
        f"{one.name}: {one.without} chosen without a place, {one.unasked} places not chosen"
        for one in recount_choices()
        if not one.agrees
    ]
    if not wrong:
        return Finding("seats", good=True, says="counters and rows agree")
    names = ", ".join(wrong)
    return Finding("seats", good=False, says=f"counters and rows differ: {names}")


def _audit() -> Finding:
    try:
        sealed, waiting = audit.verify(db.session())
    except ValueError as broken:
        return Finding("audit", good=False, says=str(broken))
    return Finding("audit", good=True, says=f"{sealed} sealed, {waiting} not yet")


def _effects() -> Finding:
    stuck = outbox.stuck()
    if not stuck:
        return Finding("effects", good=True, says="none fails again and again")
    topics = ", ".join(f"{topic} ({number})" for topic, number in stuck.items())
    says = f"failed {outbox.TRIED_IN_VAIN} times or more: {topics}; the log says why"
    return Finding("effects", good=False, says=f"{says}, they are tried again daily")


def _words() -> Finding:
    number = number_past_their_time(clock.now())
    says = "none is kept past its time"
    if number:
        says = f"the words of {number} mails are past their time and go within the hour"
    return Finding("letters", good=True, says=says)


def _disk() -> Finding:
    usage = shutil.disk_usage(current_app.config["FORUM_INSTANCE"])
    share = usage.free / usage.total
    return Finding("disk", good=share >= FREE_SHARE, says=f"{share:.0%} free")


def _base_url() -> Finding:
    settings: Settings = current_app.config["FORUM_SETTINGS"]
    local = "127.0.0.1" in settings.base_url or "localhost" in settings.base_url
    says = settings.base_url + ("; phones cannot reach it: set FORUM_BASE_URL" if local else "")
    return Finding("address", good=True, says=says)


def _pdf() -> Finding:
    says = "programmes can be printed"
    if not typesetting.is_there():
        says = "programmes are not printed; for that, install Forum with its extra: forum[pdf]"
    return Finding("pdf", good=True, says=says)


def _mail() -> Iterator[Finding]:
    """Look whether the mail server answers, and whether receivers will believe our mails."""
    server = post.mail_server()
    if server is None:
        says = "no FORUM_SMTP_URL: mails are kept and can be read in /manage/"
        yield Finding("mail", good=True, says=says)
        return
    sender = post.sender()
    domain = post.domain_of(sender)
    yield _mail_server(server, sender)
    yield _replies()
    if not records.is_public(domain):
        says = f"no other mail server believes mails from {domain or sender}: set FORUM_MAIL_FROM"
        yield Finding("sender", good=False, says=says)
        return
    for one in post.sending_domains():
        yield from _records(one)


def _records(domain: str) -> Iterator[Finding]:
    """Look at the records of one domain that mails come from: Forum's own, or that of events."""
    settings: Settings = current_app.config["FORUM_SETTINGS"]
    envelope_domain = post.domain_of(post.bounces()) or domain
    for one in records.verdicts(domain, envelope_domain, settings.mail_dkim, records.texts_at):
        says = one.says if domain in one.says else f"{domain}: {one.says}"
        yield Finding(one.what, good=one.good, says=says)


def _replies() -> Finding:
    """Look where guests' calendars answer to: in a domain that mails come from."""
    settings: Settings = current_app.config["FORUM_SETTINGS"]
    address = settings.mail_replies
    if not address:
        says = "no FORUM_MAIL_REPLIES: calendars answer to the event's contact, unseen by Forum"
        return Finding("replies", good=True, says=says)
    if post.domain_of(address) not in post.sending_domains():
        says = f"calendars answer to {address}, in a domain that no mail comes from"
        return Finding("replies", good=False, says=says)
    return Finding("replies", good=True, says=f"calendars answer to {address}")


def _mail_server(server: MailServer, sender: str) -> Finding:
    try:
        with server.line():
            pass
    except LineDownError as down:
        return Finding("mail", good=False, says=f"{down}; mails wait until it answers")
    return Finding("mail", good=True, says=f"sent from {sender} by {server.host}:{server.port}")
