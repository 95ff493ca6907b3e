"""One link, many hands; ten asks, many processes; two owners who demote each other."""

from __future__ import annotations

import threading
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from forum.core.actor import SYSTEM
from forum.core.db import db, writing
from forum.core.errors import TooMany
from forum.core.links import Purpose, claim, derive
from forum.core.permissions import Role
from forum.people import service
from forum.people.models import Member, SignInLink, User, UserSession
from forum.people.rules import TRIES_OF_ADDRESS, LastOwner, LinkUsed
from forum.people.service.sessions import SignedIn, begin_session
from tests.factories import NOW, make_member, make_organisation
from tests.races.crowd import all_at_once

CLIENTS = 16
pytestmark = pytest.mark.both_databases


@pytest.fixture
def token(app: Flask) -> str:
    with app.app_context():
        return service.make_sign_in_link("mei@example.com", now=NOW)


def sessions(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).select_from(UserSession)) or 0


def test_one_link_pressed_by_many_at_once_signs_in_one(app: Flask, token: str) -> None:
    answers = all_at_once(
        app,
        CLIENTS,
        lambda _: service.consume_sign_in_link(token, network="", user_agent="", now=NOW),
    )
    assert sum(isinstance(answer, SignedIn) for answer in answers) == 1
    assert sum(isinstance(answer, LinkUsed) for answer in answers) == CLIENTS - 1
    assert sessions(app) == 1


def test_the_control_that_looks_before_it_uses_signs_in_several(app: Flask, token: str) -> None:
    """Without the guarded UPDATE the same crowd gets in more than once: the test can see it."""
    all_have_looked = threading.Barrier(CLIENTS)

    def look_then_use(_number: int) -> bool:
        link_id = claim(Purpose.SIGN_IN, token).id
        link = db.session.scalars(sa.select(SignInLink).where(SignInLink.id == link_id)).one()
        db.session.rollback()
        all_have_looked.wait(30)
        if link.used_at is not None:
            return False
        with writing() as session:
            session.execute(
                sa.update(SignInLink).where(SignInLink.id == link_id).values(used_at=NOW)
            )
            user = session.scalars(sa.select(User)).one()
            begin_session(session, user, "", NOW, by="control")
        return True

    answers = all_at_once(app, CLIENTS, look_then_use)
    assert sum(answer is True for answer in answers) > 1


def test_of_many_asks_at_once_no_more_than_ten_pass(app: Flask) -> None:
    answers = all_at_once(
        app,
        CLIENTS * 2,
        lambda _: service.request_sign_in("mei@example.com", network="", lang="en", now=NOW),
    )
    assert all(answer is None or isinstance(answer, TooMany) for answer in answers)
    assert sum(answer is None for answer in answers) <= TRIES_OF_ADDRESS
    with app.app_context():
        links = db.session.scalar(sa.select(sa.func.count()).select_from(SignInLink)) or 0
    assert links == sum(answer is None for answer in answers)


def test_an_invitation_taken_up_by_many_at_once_makes_one_member(app: Flask) -> None:
    with app.app_context():
        organisation = make_organisation()
        invitation = service.invite_member(
            SYSTEM, organisation.id, "mei@example.com", Role.DOOR, lang="en", now=NOW
        )
        token = derive(Purpose.MEMBER_INVITATION, invitation)
    answers = all_at_once(
        app,
        CLIENTS,
        lambda _: service.accept_invitation(
            token, name="M", lang="en", network="", user_agent="", now=NOW
        ),
    )
    assert sum(isinstance(answer, SignedIn) for answer in answers) == 1
    with app.app_context():
        assert len(db.session.scalars(sa.select(Member)).all()) == 1


def test_a_new_address_named_by_many_at_once_becomes_one_user(app: Flask) -> None:
    with app.app_context():
        organisation_id = make_organisation().id
    answers = all_at_once(
        app,
        CLIENTS,
        lambda _: service.make_sign_in_link(
            "mei@example.com", now=NOW, organisation_id=organisation_id
        ),
    )
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    with app.app_context():
        assert len(db.session.scalars(sa.select(User)).all()) == 1
        assert len(db.session.scalars(sa.select(Member)).all()) == 1


def test_owners_who_demote_each_other_leave_one(app: Flask) -> None:
    with app.app_context():
        organisation = make_organisation()
        for _ in range(4):
            make_member(organisation)
        members: list[UUID] = list(db.session.scalars(sa.select(Member.id)))
        organisation_id = organisation.id
    answers = all_at_once(
        app,
        len(members),
        lambda n: service.change_role(SYSTEM, organisation_id, members[n], Role.VIEWER, now=NOW),
    )
    assert sum(isinstance(answer, LastOwner) for answer in answers) == 1
    with app.app_context():
        owners = db.session.scalars(sa.select(Member).where(Member.role == Role.OWNER)).all()
    assert len(owners) == 1


def test_an_older_link_and_a_newer_one_pressed_together_lock_nobody_out(app: Flask) -> None:
    with app.app_context():
        tokens = [service.make_sign_in_link("mei@example.com", now=NOW) for _ in range(4)]
    answers = all_at_once(
        app,
        CLIENTS,
        lambda n: service.consume_sign_in_link(tokens[n % 4], network="", user_agent="", now=NOW),
    )
    assert all(isinstance(answer, SignedIn | LinkUsed) for answer in answers)
    assert any(isinstance(answer, SignedIn) for answer in answers)
