"""Pure decisions about people: how long things last, how many tries, where one may be sent on."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING
from urllib.parse import unquote

from forum.core.errors import Conflict, Gone, Invalid
from forum.core.i18n import Sentence, sentence
from forum.core.permissions import Role

if TYPE_CHECKING:
    from collections.abc import Iterable

LINK_LASTS = timedelta(minutes=10)
INVITATION_LASTS = timedelta(hours=24)
SESSION_LASTS = timedelta(days=30)
SESSION_IDLES = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=10)
"""How often at most a session's last use is written."""

TRIES_LAST = timedelta(minutes=15)
TRIES_OF_ADDRESS = 10
FAILURES_OF_NETWORK = 20
SWEPT_AFTER = timedelta(days=1)

LONGEST_NAME = 200
LONGEST_SLUG = 80
RESERVED_SLUGS = frozenset({"all-events"})
"""The calendar of all events of the site is called so."""
LONGEST_DEVICE = 80
LONGEST_PATH = 500
LONGEST_ORGANISATION = 200
LONGEST_PRIVACY = 5_000

ROLE_WORDS: dict[Role, tuple[Sentence, Sentence]] = {
    Role.OWNER: (sentence("Owner"), sentence("Everything, members and settings included.")),
    Role.MANAGER: (sentence("Manager"), sentence("Everything about events.")),
    Role.PROGRAMME: (sentence("Programme"), sentence("Sessions and speakers.")),
    Role.REGISTRAR: (sentence("Registrar"), sentence("Registrations, messages and the door.")),
    Role.DOOR: (sentence("Door"), sentence("Checking guests in.")),
    Role.VIEWER: (sentence("Viewer"), sentence("Looking, changing nothing.")),
}

_BROWSERS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
    ("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip
_NEVER_IN_ADDRESS = re.compile(r"[\x00-\x1f\x7f-\x9f\\\u2028\u2029]")
_NOT_IN_SLUG = re.compile(r"[^a-z0-9]+")


class LinkUsed(Gone):
    """The sign-in link was used, has lapsed, or a newer one took its place."""

    code = "link_used"
    says = sentence(
        "This link has been used, or it is older than 10 minutes. Ask for a new one below."
    )


class InvitationUsed(Gone):
    """The invitation was taken up, withdrawn, or has lapsed."""

    code = "invitation_used"
    says = sentence(
        "This invitation has been used or withdrawn, or it is older than a day. "
        "Ask an owner of the organisation for a new one."
    )


class LastOwner(Conflict):
    """The act would leave an organisation without an owner."""

    code = "last_owner"
    says = sentence("An organisation needs an owner. Make somebody else an owner first.")


class AlreadyMember(Conflict):
    """The invited address belongs to a member."""

    code = "already_member"
    says = sentence("This person is a member already. Change the role in the list.")


class OrganisationChangedMeanwhile(Conflict):
    """Somebody else saved the settings since the form was made."""

    code = "changed_meanwhile"
    says = sentence(
        "Somebody changed these settings meanwhile. "
        "What you typed is kept: look at both, then save again."
    )


class BadOrganisationSlug(Invalid):
    """The short name cannot stand in an address."""

    code = "bad_slug"
    says = sentence("Use small letters a to z, figures and hyphens, like harbour-forum")


class OrganisationSlugTaken(Conflict):
    """Another organisation has this short name."""

    code = "slug_taken"
    says = sentence("Another organisation has this short name. Choose another.")


def refuse_to_lose_the_last_owner(owners: Iterable[object], leaving: object) -> None:
    """Raise LastOwner where `leaving` is the only one of the owners."""
    if list(owners) == [leaving]:
        raise LastOwner


def session_lives(now: datetime, *, expires_at: datetime, last_seen_at: datetime) -> bool:
    """Say whether a session may still be used: at most 12 hours idle, at most 30 days old."""
    return now < expires_at and now - last_seen_at < SESSION_IDLES


def safe_path(typed: str | None) -> str:
    """Return a path of our own to be sent on to, or an empty string (SECURITY.md M38).

    It begins with one slash and holds, before and after one decoding, no second slash beside
    another, no backslash and no control; whether a page stands there is the router's to say.
    """
    if not typed or len(typed) > LONGEST_PATH or not typed.startswith("/"):
        return ""
    for form in (typed, unquote(typed)):
        if _NEVER_IN_ADDRESS.search(form) or "//" in form.partition("?")[0]:
            return ""
    return typed


def network_of(address: str | None) -> str:
    """Return what tries are counted by: an IPv4 address, or the /64 an IPv6 address stands in."""
    try:
        found = ip_address(address or "")
    except ValueError:
        return ""
    if isinstance(found, IPv6Address):
        mapped = found.ipv4_mapped
        return str(mapped) if mapped else str(ip_network((int(found), 64), strict=False))
    return str(found)


def device_of(user_agent: str) -> str:
    """Return "Firefox, Windows" for a User-Agent header; empty where it says nothing known."""
    header = user_agent[:1000]
    browser = next((name for mark, name in _BROWSERS if mark in header), "")
    system = next((name for mark, name in _SYSTEMS if mark in header), "")
    return ", ".join(part for part in (browser, system) if part)


def organisation_slug(latin: str) -> str:
    """Return the short name for addresses made of Latin letters; raises BadOrganisationSlug."""
    slug = _NOT_IN_SLUG.sub("-", latin.lower()).strip("-")[:LONGEST_SLUG].strip("-")
    if not slug or slug in RESERVED_SLUGS:
        raise BadOrganisationSlug(field="organisation")
    return slug


def may_be_organisation(slug: str) -> bool:
    """Say whether an address could name an organisation, before a database is asked."""
    return len(slug) <= LONGEST_SLUG and _NOT_IN_SLUG.sub("-", slug).strip("-") == slug != ""
