"""Signing in by a link in a mail: asking for it, answering, using it once."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from forum.core import outbox
from forum.core.addresses import address_key
from forum.core.db import db, writing
from forum.core.errors import NotFound
from forum.core.ids import uuid7
from forum.core.links import Purpose, claim
from forum.people.models import MemberInvitation, SignInAttempt, SignInLink, User, UserSession
from forum.people.rules import LINK_LASTS, SWEPT_AFTER, LinkUsed
from forum.people.service.attempts import count_ask, refusing_guesses
from forum.people.service.sessions import SignedIn, begin_session

if TYPE_CHECKING:
    from collections.abc import Mapping


def request_sign_in(
    email: str, *, network: str, lang: str, now: datetime, onward: str = ""
) -> None:
    """Take the wish for a link; what is done here is the same for known and unknown addresses.

    A link row is made either way, its user looked up by the same statement that stores it; only
    the worker sees whether there is somebody to write to. Raises TooMany.
    """
    key = address_key(email)
    count_ask(key, network, now)
    link_id = uuid7()
    with writing() as session:
        session.execute(
            sa.insert(SignInLink).values(
                id=link_id,
                user_id=sa.select(User.id).where(User.email_key == key).scalar_subquery(),
                onward=onward,
                created_at=now,
                expires_at=now + LINK_LASTS,
            ),
        )
        outbox.emit(
            session,
            "people.sign_in_asked",
            {"link_id": str(link_id), "lang": lang},
            key=str(link_id),
            now=now,
        )


def answer_ask(payload: Mapping[str, Any], *, now: datetime) -> None:
    """Say that a mail is due where the address asked for is a user's; else forget the wish."""
    link_id = UUID(payload["link_id"])
    user_id = db.session.scalar(sa.select(SignInLink.user_id).where(SignInLink.id == link_id))
    with writing() as session:
        if user_id is None:
            session.execute(sa.delete(SignInLink).where(SignInLink.id == link_id))
            return
        told = {"link_id": str(link_id), "user_id": str(user_id), "lang": payload["lang"]}
        outbox.emit_once(session, "people.sign_in_requested", told, key=str(link_id), now=now)


def consume_sign_in_link(token: str, *, network: str, user_agent: str, now: datetime) -> SignedIn:
    """Use a link once and begin a session; the user's older links die with it.

    Raises NotFound for what was never a link, LinkUsed for one that works no more, TooMany.
    """

    def _consume() -> SignedIn:
        claimed = claim(Purpose.SIGN_IN, token)
        if not claimed.holds(0):
            raise NotFound
        with writing() as session:
            user = session.scalars(
                sa.select(User)
                .join(SignInLink, SignInLink.user_id == User.id)
                .where(SignInLink.id == claimed.id)
                .with_for_update(of=User)
                .execution_options(populate_existing=True),
            ).one_or_none()
            if user is None:
                raise LinkUsed
            used = session.execute(
                sa.update(SignInLink)
                .where(
                    SignInLink.id == claimed.id,
                    SignInLink.used_at.is_(None),
                    SignInLink.expires_at > now,
                )
                .values(used_at=now)
                .returning(SignInLink.created_at, SignInLink.onward)
                .execution_options(synchronize_session=False),
            ).one_or_none()
            if used is None:
                raise LinkUsed
            session.execute(
                sa.update(SignInLink)
                .where(
                    SignInLink.user_id == user.id,
                    SignInLink.used_at.is_(None),
                    SignInLink.created_at <= used.created_at,
                )
                .values(used_at=now)
                .execution_options(synchronize_session=False),
            )
            return begin_session(session, user, user_agent, now, by="link", onward=used.onward)

    return refusing_guesses(network, now, (NotFound, LinkUsed), _consume)


def sweep(now: datetime) -> None:
    """Delete what lapsed a day ago: tries, links, sessions, invitations."""
    before = now - SWEPT_AFTER
    lapsed = (
        SignInAttempt.at < before,
        SignInLink.expires_at < before,
        UserSession.expires_at < before,
        sa.and_(MemberInvitation.expires_at < before, MemberInvitation.accepted_at.is_(None)),
    )
    kinds = (SignInAttempt, SignInLink, UserSession, MemberInvitation)
    with writing() as session:
        for kind, condition in zip(kinds, lapsed, strict=True):
            session.execute(
                sa.delete(kind).where(condition).execution_options(synchronize_session=False)
            )
