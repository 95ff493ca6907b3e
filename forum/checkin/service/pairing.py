"""Turning phones into devices, and locking them again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.checkin import queries, rules
from forum.checkin.errors import (
    NameMissing,
    NoSuchCheckpoint,
    NoSuchDevice,
    PairingLinkLapsed,
    PairingLinkUnknown,
    PairingLinkUsed,
)
from forum.checkin.models import Device, PairingLink
from forum.core import audit
from forum.core.actor import Actor, ActorKind
from forum.core.db import db, writing
from forum.core.ids import uuid7
from forum.core.links import hashed, new_secret
from forum.core.permissions import Action, require
from forum.core.text import clean_line

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.events.models import Event


@dataclass(frozen=True, slots=True)
class NewPairingLink:
    """A pairing link as it is shown once; afterwards only the secret's hash is known."""

    id: UUID
    secret: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class PairedDevice:
    """A device as it leaves the pairing; its secret goes into the phone and nowhere else."""

    id: UUID
    secret: str
    expires_at: datetime


def make_pairing_link(
    actor: Actor,
    event: Event,
    checkpoint_id: UUID,
    *,
    now: datetime,
    may_search: bool = True,
) -> NewPairingLink:
    """Make a link that pairs one phone with a checkpoint within 24 hours.

    Raises NoSuchCheckpoint, and NotFound or Forbidden to those who may not pair.
    """
    require(actor, Action.PAIR_DEVICES, event.organisation_id)
    secret, link_id, expires_at = new_secret(), uuid7(), now + rules.PAIRING_LASTS
    organisation_id, event_id = event.organisation_id, event.id
    with writing() as session:
        if queries.checkpoint_of(session, event_id, checkpoint_id) is None:
            raise NoSuchCheckpoint
        session.add(
            PairingLink(
                id=link_id,
                event_id=event_id,
                checkpoint_id=checkpoint_id,
                secret_hash=hashed(secret),
                may_search=may_search,
                made_by_id=actor.id,
                made_by_name=actor.name[:200],
                created_at=now,
                expires_at=expires_at,
            ),
        )
        audit.record(
            session,
            actor,
            "checkin.pairing_link_made",
            ("pairing_link", link_id),
            organisation_id,
            {"checkpoint": str(checkpoint_id)},
            now,
        )
    return NewPairingLink(link_id, secret, expires_at)


def pairing_offer(secret: str, *, now: datetime) -> queries.PairingOffer:
    """Return what a pairing link leads to, using nothing up; raises the reason why it does not."""
    return _good_offer(db.session(), secret, now)


def pair_device(secret: str, name: str, *, now: datetime) -> PairedDevice:
    """Use a pairing link up: the phone that sent it becomes a device in the helper's name.

    Raises NameMissing, PairingLinkUnknown, PairingLinkUsed or PairingLinkLapsed.
    """
    helper = clean_line(name)[: rules.LONGEST_HELPER]
    if not helper:
        raise NameMissing(field="name")
    device_secret, device_id = new_secret(), uuid7()
    with writing() as session:
        offer = _good_offer(session, secret, now)
        used = session.scalar(
            sa.update(PairingLink)
            .where(PairingLink.id == offer.link.id, PairingLink.used_at.is_(None))
            .values(used_at=now)
            .returning(PairingLink.id),
        )
        if used is None:
            raise PairingLinkUsed
        expires_at = rules.device_lapses(offer.event.ends_at, now)
        session.add(
            Device(
                id=device_id,
                organisation_id=offer.event.organisation_id,
                event_id=offer.event.id,
                checkpoint_id=offer.checkpoint.id,
                name=helper,
                secret_hash=hashed(device_secret),
                may_search=offer.link.may_search,
                paired_at=now,
                expires_at=expires_at,
                last_seen_at=now,
            ),
        )
        actor = Actor(ActorKind.DEVICE, device_id, helper, event_id=offer.event.id)
        audit.record(
            session,
            actor,
            "checkin.device_paired",
            ("device", device_id),
            offer.event.organisation_id,
            {"pairing_link": str(offer.link.id)},
            now,
        )
    return PairedDevice(device_id, device_secret, expires_at)


def lock_device(actor: Actor, event: Event, device_id: UUID, *, now: datetime) -> str:
    """Lock a device from its next request on, and return its name; again changes nothing."""
    require(actor, Action.PAIR_DEVICES, event.organisation_id)
    organisation_id, event_id = event.organisation_id, event.id
    with writing() as session:
        device = queries.device_of(session, event_id, device_id)
        if device is None:
            raise NoSuchDevice
        if device.revoked_at is None:
            device.revoked_at = now
            audit.record(
                session,
                actor,
                "checkin.device_locked",
                ("device", device_id),
                organisation_id,
                {},
                now,
            )
        return device.name


def sign_off(actor: Actor, *, now: datetime) -> None:
    """Let a device lock itself: the helper goes home."""
    with writing() as session:
        at = queries.device_by_id(session, actor.id) if actor.id else None
        if at is None or at.device.revoked_at is not None:
            return
        at.device.revoked_at = now
        audit.record(
            session,
            actor,
            "checkin.device_signed_off",
            ("device", at.device.id),
            at.event.organisation_id,
            {},
            now,
        )


def _good_offer(session: Session, secret: str, now: datetime) -> queries.PairingOffer:
    offer = queries.pairing_offer(session, secret)
    if offer is None:
        raise PairingLinkUnknown
    if offer.link.used_at is not None:
        raise PairingLinkUsed
    if offer.link.expires_at <= now:
        raise PairingLinkLapsed
    return offer
