"""What public pages depend on: scopes with a revision, and the bytes rendered from them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from forum.core.db import Model

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

SITE = "site"


class PageScope(Model):
    """What pages depend on (`event:ID` or `site`), with a revision that any change raises."""

    __tablename__ = "page_scope"

    scope: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    revision: Mapped[int] = mapped_column(default=1)


class PageBytes(Model):
    """One address as bytes; dropped in the transaction that changes what it shows."""

    __tablename__ = "page_bytes"

    address: Mapped[str] = mapped_column(sa.String(400), primary_key=True)
    scope: Mapped[str] = mapped_column(sa.String(60), index=True)
    body: Mapped[bytes] = mapped_column(sa.LargeBinary)
    gzipped: Mapped[bytes] = mapped_column(sa.LargeBinary)
    etag: Mapped[str] = mapped_column(sa.String(40))
    last_modified: Mapped[int | None] = mapped_column(sa.BigInteger)
    headers: Mapped[str] = mapped_column(sa.Text)
    valid_until: Mapped[float] = mapped_column(sa.Double)


def event_scope(event_id: UUID) -> str:
    """Return the scope of all pages of one event."""
    return f"event:{event_id}"


def changed(session: Session, *scopes: str) -> None:
    """Drop the pages of these scopes in the caller's transaction, and any being rendered now."""
    insert = (sqlite if session.get_bind().dialect.name == "sqlite" else postgresql).insert
    for scope in sorted(set(scopes)):
        session.execute(
            insert(PageScope)
            .values(scope=scope, revision=1)
            .on_conflict_do_update(
                index_elements=[PageScope.scope], set_={"revision": PageScope.revision + 1}
            ),
        )
    session.execute(
        sa.delete(PageBytes)
        .where(PageBytes.scope.in_(scopes))
        .execution_options(synchronize_session=False),
    )
