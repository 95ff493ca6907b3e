"""What mail servers do with our mails: a mail that was taken comes back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click
import sqlalchemy as sa
from click.testing import CliRunner, Result
from flask import Flask

from forum.core.commands import MAKE_APP
from forum.core.db import db
from forum.messaging.cli import mail
from forum.messaging.envelopes import bounce_address
from forum.messaging.models import Bounce, Message
from forum.messaging.service.bouncing import Taken, take_in
from tests.factories import NOW
from tests.messaging.returned_mail import postfix

BOUNCES = "bounces@example.com"


def receive(app: Flask, raw: bytes, *words: str) -> Result:
    """Pipe a mail into `forum mail receive`, as a mail server does."""
    root = click.Context(click.Group("forum"))
    root.meta[MAKE_APP] = lambda: app
    with root:
        return CliRunner().invoke(mail, ["receive", *words], input=raw, parent=root)


def come_back(app: Flask, message: Message, **given: Any) -> Taken:
    """Let a mail come back from its recipient, by default as from an unknown mailbox."""
    with app.app_context():
        return take_in(postfix(message.message_id, message.to_email, **given), now=NOW)


def own_address(app: Flask, message: Message) -> str:
    """Return the envelope sender of a message's last copy."""
    with app.app_context():
        return bounce_address(message.id, BOUNCES, message.copies)


def with_bounces(app: Flask) -> None:
    """Give the Forum under test an address of its own for reports."""
    settings = app.config["FORUM_SETTINGS"]
    app.config["FORUM_SETTINGS"] = replace(settings, mail_bounces=BOUNCES)


def bounces(app: Flask) -> list[Bounce]:
    """Return everything that was reported, oldest first."""
    with app.app_context():
        return list(db.session.scalars(sa.select(Bounce).order_by(Bounce.at, Bounce.id)))
