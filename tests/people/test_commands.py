"""`forum user`: a link that signs in, and a list."""

from __future__ import annotations

from collections.abc import Callable

import click
import pytest
from click.testing import CliRunner, Result
from flask import Flask

from forum.core.commands import MAKE_APP
from forum.core.errors import DomainError
from forum.people.cli import user_group
from tests.people.signing_in import csrf_of

Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask) -> Run:
    """Run `forum user …` on the application under test."""

    def invoke(*words: str) -> Result:
        root = click.Context(click.Group("forum"))
        root.meta[MAKE_APP] = lambda: app
        with root:
            return CliRunner().invoke(user_group, words, parent=root)

    return invoke


def test_the_first_invited_person_owns_a_first_organisation(app: Flask, run: Run) -> None:
    done = run("invite", "mei@example.com", "--name", "Mei")
    assert done.exit_code == 0, done.output
    link = done.output.strip()
    assert link.startswith("http://localhost/sign-in/")
    client = app.test_client()
    path = link.removeprefix("http://localhost")
    token = csrf_of(client.get(path))
    assert client.post(path, data={"csrf_token": token}).status_code == 303
    assert client.get("/manage/organisations/my-organisation/settings").status_code == 200
    assert "mei@example.com\tMei\tmy-organisation: owner" in run("list").output


def test_a_role_is_given_once_and_kept_afterwards(run: Run) -> None:
    assert run("invite", "mei@example.com", "--organisation", "harbour-forum").exit_code == 0
    assert run("invite", "tom@example.com", "--role", "door").exit_code == 0
    assert run("invite", "tom@example.com").exit_code == 0
    assert "tom@example.com\t\tharbour-forum: door" in run("list").output


def test_a_second_organisation_is_made_only_when_told(run: Run) -> None:
    run("invite", "mei@example.com", "--organisation", "harbour-forum")
    refused = run("invite", "mei@example.com", "--organisation", "pier-forum")
    assert isinstance(refused.exception, DomainError)
    assert "There is no organisation “pier-forum”; there are: harbour-forum." in str(
        refused.exception
    )
    assert run("invite", "mei@example.com", "--organisation", "pier-forum", "--new").exit_code == 0
    unsure = run("invite", "mei@example.com")
    assert "Say which organisation" in str(unsure.exception)


@pytest.mark.parametrize("typed", ["mei", "", "a\x00b", "m" * 10_000])
def test_what_is_no_address_is_refused_in_a_sentence(run: Run, typed: str) -> None:
    refused = run("invite", typed)
    assert "correct format" in str(refused.exception)
    assert run("list").output == ""
