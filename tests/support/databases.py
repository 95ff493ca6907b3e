"""Fresh databases with every table, copied from one made once a run."""

from __future__ import annotations

import shutil
from pathlib import Path

from alembic import command as alembic
from flask import Flask

from forum.app import create_app
from forum.core.db import db
from forum.database import configuration
from forum.settings import Settings, load


def settings_for(folder: Path, database_url: str = "", **more: str) -> Settings:
    """Return settings for an instance of its own in `folder`; SQLite where no address is given.

    Forms are taken however quickly they are sent, as tests are quicker than people.
    """
    given = {"database_url": database_url, "base_url": "http://localhost", "form_seconds": "0"}
    given |= more
    variables = {f"FORUM_{name.upper()}": value for name, value in given.items() if value}
    return load(variables, instance=folder)


def make_tables(settings: Settings) -> None:
    """Create every table in an empty database, and leave no connection open.

    The database says that it is at the newest revision, so that a live Forum takes it as it is.
    """
    app = create_app(settings)
    with app.app_context():
        db.create_all()
        alembic.stamp(configuration(), "head")
    close(app)


def close(app: Flask) -> None:
    """Close every connection of an application."""
    app.extensions["forum_live"].close()
    app.extensions["forum_pages"].close()
    with app.app_context():
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


def sqlite_template(folder: Path) -> Path:
    """Make a SQLite file with every table and return it."""
    settings = settings_for(folder)
    make_tables(settings)
    return Path(settings.database_url.removeprefix("sqlite:///"))


def copy_of(template: Path, folder: Path) -> str:
    """Copy a closed SQLite file into an instance and return its address."""
    target = folder / "forum.sqlite3"
    shutil.copyfile(template, target)
    return f"sqlite:///{target}"
