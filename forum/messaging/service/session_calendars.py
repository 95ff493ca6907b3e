"""Sessions that guests' own calendars show by our mails: a change of one goes there too."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from forum.calendar.queries.entries import SessionShown, sessions_in_calendars
from forum.calendar.rules.answers import Method
from forum.calendar.service.scheduling import Asked
from forum.core.addresses import address_key

if TYPE_CHECKING:
    from forum.messaging.service.recipients import Recipient
    from forum.registrations.models import Registration


@dataclass(frozen=True, slots=True)
class SessionsInCalendars:
    """Which of some sessions stand in the calendars of some guests."""

    shown: Mapping[str, Sequence[SessionShown]]

    @classmethod
    def of(
        cls, guests: Sequence[Registration], session_ids: Collection[UUID]
    ) -> SessionsInCalendars:
        """Look these guests' addresses up; one statement."""
        return cls(sessions_in_calendars({one.email_key for one in guests}, session_ids))

    def asked(self, guest: Registration, to: Recipient, told: Collection[UUID]) -> Asked | None:
        """Return what a mail that tells of these sessions asks: of the first that stands there.

        A mail can ask of one alone (CALENDAR.md M05). What has no time any more is cancelled for
        everybody, as in feeds.
        """
        if to.is_contact:
            return None
        shown = self.shown.get(address_key(to.email), ())
        first = next((one for one in shown if one.session_id in told), None)
        if first is None:
            return None
        return Asked(
            Method.REQUEST if first.takes_place else Method.CANCEL,
            to.email,
            guest.event_id,
            session_id=first.session_id,
            registration_id=guest.id,
            everybody=not first.takes_place,
        )
