"""The schema: bringing a database to this version's, and saying where it stands."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from flask import Flask

from forum.core.db import db
from forum.core.schema import MIGRATIONS, check_schema

__all__ = ["check_schema", "close_connections", "configuration", "upgrade_schema"]


def upgrade_schema() -> str:
    """Bring the database to the newest revision; return it. Nothing happens when it is there."""
    found, wanted = check_schema()
    if found != wanted:
        command.upgrade(configuration(), "head")
    return wanted


def close_connections(app: Flask) -> None:
    """Close every connection of an application that was only needed to prepare the database."""
    app.extensions["forum_pages"].close()
    with app.app_context():
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


def configuration() -> Config:
    """Return Alembic's configuration, which needs no file."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config
