"""Members, their roles and invitations: who may what, and the owner who must stay."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from forum.core.actor import SYSTEM
from forum.core.db import counted_statements, db
from forum.core.links import Purpose, derive
from forum.core.permissions import Role
from forum.people import service
from forum.people.models import Member, MemberInvitation, User
from tests.factories import NOW, make_member, make_organisation
from tests.people.conftest import House
from tests.people.signing_in import csrf_of, sign_in
from tests.support.mail import Mailbox

SignedIn = Callable[..., FlaskClient]


@pytest.fixture(autouse=True)
def _at_noon(clock: time_machine.Traveller) -> None:
    """Every test here stands at one moment unless it moves the clock."""


@pytest.fixture
def office(house: House) -> str:
    """The address of the house's pages."""
    return f"/manage/organisations/{house.slug}"


def post(client: FlaskClient, address: str, page: str = "/account", **data: str) -> TestResponse:
    """Send a form with the token of a page."""
    return client.post(address, data={"csrf_token": csrf_of(client.get(page)), **data})


def accept(client: FlaskClient, token: str, name: str) -> TestResponse:
    """Press the button of an invitation."""
    return post(client, f"/invitations/{token}", f"/invitations/{token}", name=name)


def member_id(app: Flask, user: User) -> UUID:
    with app.app_context():
        return db.session.scalars(sa.select(Member.id).where(Member.user_id == user.id)).one()


def role_of(app: Flask, user: User) -> Role | None:
    with app.app_context():
        return db.session.scalar(sa.select(Member.role).where(Member.user_id == user.id))


def colleague(app: Flask, house: House, role: Role) -> User:
    with app.app_context():
        service.make_sign_in_link(
            "colleague@example.com", now=NOW, organisation_id=house.id, role=role, name="Colleague"
        )
        return db.session.scalars(sa.select(User).where(User.name == "Colleague")).one()


def invite(app: Flask, house: House, email: str, role: Role = Role.PROGRAMME) -> str:
    with app.app_context():
        invitation = service.invite_member(SYSTEM, house.id, email, role, lang="en", now=NOW)
        return derive(Purpose.MEMBER_INVITATION, invitation)


def test_an_owner_invites_and_the_invited_joins_with_that_role(
    app: Flask, signed_in: SignedIn, house: House, office: str
) -> None:
    owner = signed_in(house.owner)
    answer = post(owner, f"{office}/members", email="mei@example.com", role="registrar")
    assert answer.status_code == 303
    page = owner.get(f"{office}/members").text
    assert "mei@example.com is invited. Send the link below yourself." in page
    (token,) = re.findall(r'value="http://localhost/invitations/([^"]+)"', page)
    mei = app.test_client()
    shown = mei.get(f"/invitations/{token}")
    assert "Sample Organisation" in shown.text
    assert "Registrar" in shown.text
    assert shown.headers["Referrer-Policy"] == "no-referrer"
    done = mei.post(
        f"/invitations/{token}", data={"csrf_token": csrf_of(shown), "name": "Mei 美 🎪"}
    )
    assert done.status_code == 303
    assert mei.get("/account").status_code == 200
    with app.app_context():
        user = db.session.scalars(sa.select(User).where(User.email == "mei@example.com")).one()
    assert user.name == "Mei 美 🎪"
    assert role_of(app, user) is Role.REGISTRAR
    assert "mei@example.com" in owner.get(f"{office}/members").text


def test_where_mail_is_sent_the_page_shows_no_link(
    signed_in: SignedIn, house: House, office: str, smtp: Mailbox
) -> None:
    owner = signed_in(house.owner)
    post(owner, f"{office}/members", email="mei@example.com", role="registrar")
    page = owner.get(f"{office}/members").text
    assert "An invitation is on its way to mei@example.com." in page
    assert "/invitations/" not in page.replace("/withdraw", "").replace(f"{office}/invitations", "")


def test_who_may_not_invite_is_shown_no_link(
    app: Flask, signed_in: SignedIn, house: House, office: str
) -> None:
    token = invite(app, house, "mei@example.com")
    assert token in signed_in(Role.OWNER).get(f"{office}/members").text
    page = signed_in(Role.MANAGER).get(f"{office}/members")
    assert page.status_code == 200
    assert "mei@example.com" in page.text
    assert token not in page.text


def test_an_invitation_is_used_once_and_looking_uses_nothing(app: Flask, house: House) -> None:
    token = invite(app, house, "mei@example.com")
    first, second = app.test_client(), app.test_client()
    for _ in range(3):
        assert first.get(f"/invitations/{token}").status_code == 200
    again = csrf_of(second.get(f"/invitations/{token}"))
    assert accept(first, token, "M").status_code == 303
    answer = second.post(f"/invitations/{token}", data={"csrf_token": again, "name": "M"})
    assert answer.status_code == 410
    assert second.get(f"/invitations/{token}").status_code == 410
    assert second.get("/account").status_code == 303


def test_an_invitation_lapses_after_a_day(
    app: Flask, client: FlaskClient, house: House, clock: time_machine.Traveller
) -> None:
    token = invite(app, house, "mei@example.com")
    form = csrf_of(client.get(f"/invitations/{token}"))
    clock.shift(timedelta(hours=24))
    answer = client.post(f"/invitations/{token}", data={"csrf_token": form, "name": "M"})
    assert answer.status_code == 410


def test_a_withdrawn_invitation_and_one_sent_anew_work_no_more(
    app: Flask, client: FlaskClient, signed_in: SignedIn, house: House, office: str
) -> None:
    old = invite(app, house, "mei@example.com")
    new = invite(app, house, "MEI@example.com")
    assert client.get(f"/invitations/{old}").status_code == 410
    assert client.get(f"/invitations/{new}").status_code == 200
    with app.app_context():
        newest = db.session.scalars(
            sa.select(MemberInvitation.id).where(MemberInvitation.withdrawn_at.is_(None))
        ).one()
    owner = signed_in(house.owner)
    assert post(owner, f"{office}/invitations/{newest}/withdraw").status_code == 303
    assert client.get(f"/invitations/{new}").status_code == 410
    assert post(owner, f"{office}/invitations/{newest}/withdraw").status_code == 404


@pytest.mark.parametrize("token", ["A" * 43, "x", "é" * 43, "%00" * 43])
def test_made_up_invitations_are_not_found(client: FlaskClient, token: str) -> None:
    assert client.get(f"/invitations/{token}").status_code == 404
    assert post(client, f"/invitations/{token}", "/sign-in", name="M").status_code == 404


def test_a_sign_in_link_is_no_invitation(app: Flask, client: FlaskClient, house: House) -> None:
    with app.app_context():
        token = service.make_sign_in_link(house.owner.email, now=NOW)
    assert client.get(f"/invitations/{token}").status_code == 404


def test_who_joins_gives_a_name_once(app: Flask, client: FlaskClient, house: House) -> None:
    token = invite(app, house, "mei@example.com")
    answer = accept(client, token, " ")
    assert answer.status_code == 422
    assert answer.text.count("Enter your full name") == 2
    assert accept(client, token, "M").status_code == 303
    with app.app_context():
        other = make_organisation()
        elsewhere = service.invite_member(
            SYSTEM, other.id, "mei@example.com", Role.DOOR, lang="en", now=NOW
        )
        token = derive(Purpose.MEMBER_INVITATION, elsewhere)
    page = client.get(f"/invitations/{token}")
    assert 'name="name"' not in page.text
    done = client.post(f"/invitations/{token}", data={"csrf_token": csrf_of(page), "name": "Eve"})
    assert done.status_code == 303
    assert 'value="M"' in client.get("/account").text


def test_who_joins_reads_on_in_the_language_of_the_invitation(
    app: Flask, client: FlaskClient, house: House
) -> None:
    token = invite(app, house, "mei@example.com")
    chinese = {"Accept-Language": "zh-HK"}
    form = csrf_of(client.get(f"/invitations/{token}", headers=chinese))
    client.post(
        f"/invitations/{token}", headers=chinese, data={"csrf_token": form, "name": "陳大文"}
    )
    assert '<html lang="zh-Hant-HK">' in client.get("/account").text


def test_a_member_is_not_invited_again(signed_in: SignedIn, house: House, office: str) -> None:
    owner = signed_in(house.owner)
    answer = post(owner, f"{office}/members", email=house.owner.email.upper(), role="viewer")
    assert answer.status_code == 409
    assert answer.text.count("This person is a member already.") == 2


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"email": "", "role": "door"}, "Enter an email address in the correct format"),
        ({"email": "x" * 10_000, "role": "door"}, "Enter an email address in the correct format"),
        ({"email": "a\x00@", "role": "door"}, "Enter an email address in the correct format"),
        ({"email": "mei@example.com", "role": "emperor"}, "Choose one from the list"),
        ({"email": "mei@example.com"}, "Choose one from the list"),
    ],
)
def test_an_invitation_that_cannot_be_gets_a_sentence(
    app: Flask, signed_in: SignedIn, house: House, office: str, given: dict[str, str], says: str
) -> None:
    answer = post(signed_in(house.owner), f"{office}/members", **given)
    assert answer.status_code == 422
    assert says in answer.text
    with app.app_context():
        assert db.session.scalars(sa.select(MemberInvitation)).all() == []


def test_the_last_owner_can_be_neither_demoted_nor_removed(
    app: Flask, signed_in: SignedIn, house: House, office: str
) -> None:
    owner = signed_in(house.owner)
    own = member_id(app, house.owner)
    for address, data in (
        (f"{office}/members/{own}", {"role": "viewer"}),
        (f"{office}/members/{own}/remove", {}),
    ):
        answer = post(owner, address, **data)
        assert answer.status_code == 409
        assert "An organisation needs an owner." in answer.text
    assert role_of(app, house.owner) is Role.OWNER
    second = colleague(app, house, Role.OWNER)
    assert post(owner, f"{office}/members/{own}", role="viewer").status_code == 303
    assert role_of(app, house.owner) is Role.VIEWER
    assert role_of(app, second) is Role.OWNER


def test_the_command_line_does_not_demote_the_last_owner_either(app: Flask, house: House) -> None:
    with app.app_context(), pytest.raises(Exception, match="needs an owner"):
        service.make_sign_in_link(
            house.owner.email, now=NOW, organisation_id=house.id, role=Role.DOOR
        )
    assert role_of(app, house.owner) is Role.OWNER


def test_a_changed_role_holds_from_the_next_request(
    app: Flask, signed_in: SignedIn, house: House, office: str
) -> None:
    user = colleague(app, house, Role.MANAGER)
    theirs = signed_in(user)
    assert theirs.get(f"{office}/members").status_code == 200
    owner = signed_in(house.owner)
    changed = post(owner, f"{office}/members/{member_id(app, user)}", role="door")
    assert changed.status_code == 303
    assert theirs.get(f"{office}/members").status_code == 403


def test_a_removed_member_is_out_at_the_next_request(
    app: Flask, signed_in: SignedIn, house: House, office: str
) -> None:
    user = colleague(app, house, Role.MANAGER)
    theirs, owner = signed_in(user), signed_in(house.owner)
    address = f"{office}/members/{member_id(app, user)}/remove"
    asked = owner.get(address)
    assert "Remove Colleague" in asked.text
    assert role_of(app, user) is Role.MANAGER
    assert post(owner, address).status_code == 303
    assert role_of(app, user) is None
    assert theirs.get(f"{office}/members").status_code == 303
    sign_in(theirs, user)
    assert theirs.get(f"{office}/members").status_code == 403
    assert theirs.get("/account").status_code == 200


PAGES: dict[str, tuple[str, set[Role]]] = {
    "members": ("GET", {Role.OWNER, Role.MANAGER}),
    "settings": ("GET", {Role.OWNER}),
    "members/{member}": ("GET", {Role.OWNER}),
    "members/{member}/remove": ("GET", {Role.OWNER}),
    "members ": ("POST", {Role.OWNER}),
    "settings ": ("POST", {Role.OWNER}),
    "members/{member} ": ("POST", {Role.OWNER}),
    "members/{member}/remove ": ("POST", {Role.OWNER}),
    "invitations/{invitation}/withdraw": ("POST", {Role.OWNER}),
}


@pytest.mark.parametrize("role", list(Role))
def test_each_role_reaches_what_is_its_own(
    app: Flask, signed_in: SignedIn, house: House, office: str, role: Role
) -> None:
    client = signed_in(role)
    invite(app, house, "mei@example.com")
    with app.app_context():
        invitation = db.session.scalars(sa.select(MemberInvitation.id)).one()
    known = {"member": member_id(app, house.owner), "invitation": invitation}
    token = csrf_of(client.get("/account"))
    for page, (method, roles) in PAGES.items():
        address = f"{office}/{page.strip().format(**known)}"
        answer = client.open(address, method=method, data={"csrf_token": token})
        assert (answer.status_code == 403) is (role not in roles), (method, page, role)
        assert answer.status_code < 500


@pytest.mark.parametrize("page", sorted(PAGES))
def test_another_organisations_pages_are_not_there(
    app: Flask, signed_in: SignedIn, house: House, page: str
) -> None:
    with app.app_context():
        other = make_organisation()
        stranger = make_member(other)
    known: dict[str, Any] = {"member": member_id(app, stranger), "invitation": uuid4()}
    client = signed_in(house.owner)
    token = csrf_of(client.get("/account"))
    rest, method = page.strip().format(**known), PAGES[page][0]
    there = client.open(
        f"/manage/organisations/{other.slug}/{rest}", method=method, data={"csrf_token": token}
    )
    assert there.status_code == 404
    if "{" in page:
        here = client.open(
            f"/manage/organisations/{house.slug}/{rest}",
            method=method,
            data={"csrf_token": token, "role": "viewer"},
        )
        assert here.status_code == 404
    assert role_of(app, stranger) is Role.OWNER


def test_a_manager_sees_members_and_no_way_to_change_them(signed_in: SignedIn, office: str) -> None:
    page = signed_in(Role.MANAGER).get(f"{office}/members").text
    assert "Invite somebody" not in page
    assert ">Edit<" not in page


@pytest.mark.parametrize("number", [1, 30])
def test_the_list_takes_the_same_statements_for_one_and_for_thirty(
    app: Flask, signed_in: SignedIn, house: House, office: str, number: int
) -> None:
    client = signed_in(house.owner)
    with app.app_context():
        for one in range(number):
            service.make_sign_in_link(
                f"m.{one}@example.com", now=NOW, organisation_id=house.id, role=Role.DOOR
            )
            service.invite_member(
                SYSTEM, house.id, f"i.{one}@example.com", Role.DOOR, lang="en", now=NOW
            )
    with app.app_context(), counted_statements(db.engine) as statements:
        assert client.get(f"{office}/members").status_code == 200
    assert len(statements) == 4
