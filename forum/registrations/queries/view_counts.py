"""How many guests saved views hold: one walk through the event's rows for all of them together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

import sqlalchemy as sa

from forum.core.db import db
from forum.registrations.models import Registration
from forum.registrations.queries.listing import conditions_for_walking
from forum.registrations.rules import RegistrationState
from forum.registrations.rules.listing import Wanted

MOST_WALKED = 10_000
"""An event of more registrations has no counts beside its views, but for those that ask for nothing
but a state: the walk would take longer than the page."""


def counts_of_views(
    event_id: UUID, views: Sequence[Wanted], counts: Mapping[RegistrationState, int]
) -> list[int | None]:
    """Return for each view how many fit, None where that is not counted; at most one statement.

    `counts` are those of the event by state; a state is left out where it was not counted.
    """
    everybody = sum(counts.values()) if len(counts) == len(RegistrationState) else None
    found = [_by_state(one, counts, everybody) for one in views]
    asked = [
        place
        for place, number in enumerate(found)
        if number is None and not views[place].all_but_state
    ]
    if not asked or everybody is None or everybody > MOST_WALKED:
        return found
    columns = [
        sa.func.count().filter(*conditions_for_walking(event_id, views[place])) for place in asked
    ]
    row = db.session.execute(
        sa.select(*columns).select_from(Registration).where(Registration.event_id == event_id)
    ).one()
    for place, number in zip(asked, row, strict=True):
        found[place] = int(number)
    return found


def _by_state(
    wanted: Wanted, counts: Mapping[RegistrationState, int], everybody: int | None
) -> int | None:
    if not wanted.all_but_state:
        return None
    return counts.get(wanted.state) if wanted.state else everybody
