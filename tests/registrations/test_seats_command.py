"""`forum seats`: an event's seats and the places of its sessions, for people and for programs."""

from __future__ import annotations

import json

import click
from click.testing import CliRunner
from flask import Flask

from forum.core.commands import MAKE_APP
from forum.core.db import db
from forum.registrations.cli import seats
from tests.factories import make_event, make_workshop
from tests.registrations.signing_up import registered, sign_up


def test_places_of_sessions_stand_below_the_seats_of_their_event(app: Flask) -> None:
    with app.app_context():
        event = make_event(capacity=10)
        workshop = make_workshop(event, places=1)
        for name in "ab":
            sign_up(registered(event.id, name), workshop.id)
        slug, session_id = event.slug, str(workshop.id)
        db.session.remove()
    told = json.loads(_run(app, slug, "--json"))
    assert (told["taken"], told["agrees"]) == (2, True)
    (places,) = told["sessions"]
    assert places == {
        "slug": slug,
        "session": session_id,
        "passes_on": True,
        "capacity": 1,
        "taken": 1,
        "waiting": 1,
        "seated": 1,
        "turns": 1,
        "queued": 1,
        "strangers": 0,
        "agrees": True,
    }
    assert _run(app, slug).count("capacity") == 2


def _run(app: Flask, *words: str) -> str:
    root = click.Context(click.Group("forum"))
    root.meta[MAKE_APP] = lambda: app
    with root:
        done = CliRunner().invoke(seats, words, parent=root)
    assert done.exit_code == 0, done.output
    return done.output
