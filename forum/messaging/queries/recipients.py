"""Named reads of recipients: whose address it still is, what went there within the day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

import sqlalchemy as sa

from forum.core.addresses import address_key
from forum.core.db import db
from forum.core.links import Purpose
from forum.messaging.marks import Linked, links_in, own_link
from forum.messaging.models import Message
from forum.messaging.rules import Kind
from forum.messaging.rules.limits import DAY
from forum.messaging.rules.recipients import Counted, counted_as
from forum.programme.models import Engagement, SpeakerContact
from forum.registrations.models import Booking, Invitation, Registration
from forum.registrations.rules import written_to

Keys = Mapping[UUID, frozenset[str]]
Mailed = Mapping[tuple[UUID | None, str, Counted], Collection[datetime]]


def no_longer_theirs(messages: Sequence[Message]) -> set[UUID]:
    """Return messages about a registration whose address is not its own any more; one statement.

    Neither the attendee's nor that of a contact who gets such mails: another has taken the place,
    or the registration is gone.
    """
    ids = {one.registration_id for one in messages if one.registration_id}
    if not ids:
        return set()
    theirs = _of_registrations(ids)
    return {
        one.id
        for one in messages
        if one.registration_id
        and address_key(one.to_email) not in theirs.get(one.registration_id, ())
    }


def of_another_address(messages: Sequence[Message]) -> set[UUID]:
    """Return messages whose links are those of another address by now.

    The link that is put in is the present one: it would be in the hands of whoever had the address
    by mistake. Of mails about a registration `no_longer_theirs` says it. A statement at most for
    invitations, speakers, bookings and registrations each.
    """
    links = {one.id: _links(one) for one in messages if one.registration_id is None}
    wanted: dict[Purpose, set[UUID]] = defaultdict(set)
    for link in (link for linked in links.values() for link in linked):
        wanted[link.purpose].add(link.id)
    theirs = {
        (purpose, about): keys
        for purpose, ids in wanted.items()
        if purpose in _THEIRS
        for about, keys in _known(_THEIRS[purpose](ids), ids).items()
    }
    return {
        one.id
        for one in messages
        if any(
            address_key(one.to_email) not in theirs.get((link.purpose, link.id), ())
            for link in links.get(one.id, ())
            if link.purpose in _THEIRS
        )
    }


def mailed_today(messages: Sequence[Message], now: datetime) -> Mailed:
    """Return when mails went to the addresses of messages within the day; one statement.

    By organisation, address as it is compared, and what the mails are counted as. Addresses are
    found as they were typed.
    """
    counted = [one for one in messages if counted_as(one.kind, one.key) is not None]
    if not counted:
        return {}
    rows = db.session.execute(
        sa.select(
            Message.organisation_id, Message.to_email, Message.kind, Message.key, Message.sent_at
        ).where(
            Message.to_email.in_({one.to_email for one in counted}), Message.sent_at > now - DAY
        )
    )
    found: dict[tuple[UUID | None, str, Counted], list[datetime]] = defaultdict(list)
    for row in rows:
        sort = counted_as(row.kind, row.key)
        if sort is not None:
            found[row.organisation_id, address_key(row.to_email), sort].append(row.sent_at)
    return found


def _links(message: Message) -> Iterable[Linked]:
    """Return the links that must be the address's own: of a mail of links all, else its own."""
    if message.kind is Kind.LINKS:
        return links_in(message)
    own = own_link(message)
    return (own,) if own else ()


def _known(theirs: Keys, ids: Iterable[UUID]) -> Keys:
    """Return whose each is; what is gone is nobody's."""
    return {one: theirs.get(one, frozenset()) for one in ids}


def _of_registrations(ids: Collection[UUID]) -> Keys:
    rows = db.session.execute(
        sa.select(Registration.id, Registration.email, Booking.contact_email, Booking.mails_to)
        .join(Booking, Booking.id == Registration.booking_id)
        .where(Registration.id.in_(ids))
    ).all()
    return {
        row.id: written_to(address_key(row.email), address_key(row.contact_email), row.mails_to)
        for row in rows
    }


def _of_bookings(ids: Collection[UUID]) -> Keys:
    rows = db.session.execute(sa.select(Booking.id, Booking.contact_key).where(Booking.id.in_(ids)))
    return {row[0]: frozenset({row[1]}) for row in rows}


def _of_invitations(ids: Collection[UUID]) -> Keys:
    rows = db.session.execute(
        sa.select(Invitation.id, Invitation.email).where(Invitation.id.in_(ids))
    )
    return {row[0]: frozenset({address_key(row[1])}) for row in rows}


def _of_speakers(ids: Collection[UUID]) -> Keys:
    rows = db.session.execute(
        sa.select(Engagement.id, SpeakerContact.email)
        .join(SpeakerContact, SpeakerContact.speaker_id == Engagement.speaker_id)
        .where(Engagement.id.in_(ids))
    )
    return {row[0]: frozenset({address_key(row[1])}) for row in rows}


_THEIRS: Mapping[Purpose, Callable[[Collection[UUID]], Keys]] = MappingProxyType(
    {
        Purpose.REGISTRATION: _of_registrations,
        Purpose.BOOKING: _of_bookings,
        Purpose.CONTACT: _of_bookings,
        Purpose.GUEST_INVITATION: _of_invitations,
        Purpose.SPEAKER: _of_speakers,
    }
)
