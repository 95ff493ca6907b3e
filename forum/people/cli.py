"""Commands about people: a one-time link for somebody, and a list of all."""

from __future__ import annotations

import click

from forum.core import clock
from forum.core.actor import SYSTEM
from forum.core.addresses import normalised_email
from forum.core.commands import with_app
from forum.core.errors import NotFound
from forum.core.i18n import sentence
from forum.core.permissions import Role
from forum.core.text import Text
from forum.core.urls import absolute
from forum.people import queries, service
from forum.people.rules import organisation_slug
from forum.people.service import NewOrganisation

FIRST = "my-organisation"


@click.group("user")
def user_group() -> None:
    """Who may sign in."""


@user_group.command("invite")
@click.argument("email")
@click.option(
    "--organisation",
    "short",
    metavar="SLUG",
    default="",
    help="The organisation's short name; the first organisation is made under it.",
)
@click.option("--new", is_flag=True, help="Make the organisation where there is none of that name.")
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    help="The role there (default: owner; a member keeps the present one).",
)
@click.option("--name", default="", help="The person's name.")
@with_app
def invite(email: str, short: str, role: str | None, name: str, *, new: bool) -> None:
    """Print a link that signs EMAIL in once, within 10 minutes."""
    address = normalised_email(email)
    now = clock.now()
    known = {one.slug: one.id for one in queries.organisations()}
    slug = short or (next(iter(known)) if len(known) == 1 else FIRST if not known else "")
    if not slug:
        raise NotFound(
            sentence("Say which organisation: --organisation %(known)s", known=" | ".join(known)),
        )
    if slug not in known:
        if known and not new:
            raise NotFound(
                sentence(
                    "There is no organisation “%(slug)s”; there are: %(known)s. "
                    "Add --new to make it.",
                    slug=slug,
                    known=", ".join(known),
                ),
            )
        slug = organisation_slug(slug)
        words = Text({"en": slug.replace("-", " ").title()})
        fresh = NewOrganisation(slug, words, contact_email=address)
        known[slug] = service.create_organisation(SYSTEM, fresh, now=now)
    token = service.make_sign_in_link(
        address, now=now, organisation_id=known[slug], role=Role(role) if role else None, name=name
    )
    click.echo(absolute(f"/sign-in/{token}"))


@user_group.command("list")
@with_app
def list_users() -> None:
    """Print everyone who may sign in, with organisations and roles."""
    for user, roles in queries.users_with_roles():
        words = ", ".join(f"{slug}: {role.value}" for slug, role in roles) or "no organisation"
        click.echo(f"{user.email}\t{user.name}\t{words}")


commands = (user_group,)
