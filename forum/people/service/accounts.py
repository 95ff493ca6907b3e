"""A user's own account: the name that others see, and the language."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa

from forum.core import audit
from forum.core.db import writing
from forum.core.errors import NotFound
from forum.people.models import User

if TYPE_CHECKING:
    from forum.core.actor import Actor


def change_account(
    actor: Actor, *, name: str, lang: str, digest: bool = True, now: datetime
) -> None:
    """Change the actor's own name and language, and whether mornings begin with a mail."""
    with writing() as session:
        user = session.scalars(
            sa.select(User).where(User.id == actor.id).execution_options(populate_existing=True)
        ).one_or_none()
        if user is None or not actor.is_user:
            raise NotFound
        changes = {
            column: [getattr(user, column), value]
            for column, value in (("name", name), ("lang", lang), ("digest", digest))
            if getattr(user, column) != value
        }
        if changes:
            user.name, user.lang, user.digest = name, lang, digest
            audit.record(session, actor, "user.changed", ("user", user.id), None, changes, now)
