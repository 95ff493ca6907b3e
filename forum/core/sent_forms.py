"""Forms that were sent: each is taken once, and sending it again leads where the first one led."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from forum.core.db import Model, db, writing
from forum.core.periodic import every

LONGEST_WAY = 400
LEFT_BEHIND = timedelta(seconds=30)
"""A form without an answer for so long was taken by a process that has died."""

KEPT = timedelta(days=2)


class SentForm(Model):
    """One form that was sent; `leads_to` is empty while it is being saved."""

    __tablename__ = "sent_form"

    token_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32), primary_key=True)
    sent_at: Mapped[datetime]
    leads_to: Mapped[str | None] = mapped_column(sa.String(LONGEST_WAY))


@dataclass(frozen=True, slots=True)
class Sent:
    """What is known of a form that was sent."""

    token_hash: bytes
    sent_at: datetime
    leads_to: str | None = None

    def left_behind(self, now: datetime) -> bool:
        """Say whether nobody is going to finish it any more."""
        return self.leads_to is None and self.sent_at < now - LEFT_BEHIND


def find(token_hash: bytes) -> Sent | None:
    """Return what is known of a form, or None; one statement that leaves no transaction open."""
    row = db.session.execute(
        sa.select(SentForm.sent_at, SentForm.leads_to).where(SentForm.token_hash == token_hash),
    ).first()
    db.session.rollback()
    return Sent(token_hash, row.sent_at, row.leads_to) if row else None


def claim(token_hash: bytes, now: datetime) -> Sent | None:
    """Take a form that is new or left behind; return None where somebody else has it."""
    with writing() as session:
        insert = (sqlite if session.get_bind().dialect.name == "sqlite" else postgresql).insert
        taken = session.execute(
            insert(SentForm)
            .values(token_hash=token_hash, sent_at=now)
            .on_conflict_do_update(
                index_elements=[SentForm.token_hash],
                set_={"sent_at": now},
                where=sa.and_(SentForm.leads_to.is_(None), SentForm.sent_at < now - LEFT_BEHIND),
            )
            .returning(SentForm.sent_at),
        ).first()
    return Sent(token_hash, now) if taken else None


def settle(mine: Sent, leads_to: str) -> None:
    """Keep where a form led; does nothing where another has taken it over meanwhile."""
    with writing() as session:
        session.execute(
            sa.update(SentForm)
            .where(*_still(mine))
            .values(leads_to=leads_to)
            .execution_options(synchronize_session=False),
        )


def release(mine: Sent) -> None:
    """Forget a form that was refused, so that it can be corrected and sent again."""
    with writing() as session:
        session.execute(
            sa.delete(SentForm).where(*_still(mine)).execution_options(synchronize_session=False),
        )


@every(timedelta(days=1), "sweep the sent forms")
def sweep(now: datetime) -> None:
    """Delete what was sent more than KEPT ago."""
    with writing() as session:
        session.execute(
            sa.delete(SentForm)
            .where(SentForm.sent_at < now - KEPT)
            .execution_options(synchronize_session=False),
        )


def _still(mine: Sent) -> tuple[sa.ColumnElement[bool], ...]:
    return SentForm.token_hash == mine.token_hash, SentForm.sent_at == mine.sent_at
