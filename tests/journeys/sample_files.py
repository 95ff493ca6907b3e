"""Guest lists in files for the sample house: one to be looked at, one that was taken in."""

from __future__ import annotations

from collections.abc import Sequence

from forum.core import clock
from forum.core.actor import SYSTEM
from forum.people.models import Organisation
from forum.registrations.service.guest_files import begin, keep_file
from forum.registrations.service.taking_in import take_in_some
from tests.factories import make_event
from tests.registrations.guest_lists import HOUSE, LUMA, as_csv, as_workbook


def file_pages(organisation: Organisation) -> Sequence[str]:
    """Send two guest lists to an event and take one in; return the pages on them."""
    event = make_event(organisation)
    now = clock.now()
    waits = keep_file(SYSTEM, event.id, "guests.csv", as_csv(LUMA), now=now)
    done = keep_file(SYSTEM, event.id, "house.xlsx", as_workbook(HOUSE), now=now)
    begin(SYSTEM, event.id, done, now=now)
    take_in_some(done, now=now)
    base = f"/manage/{event.slug}/registrations"
    return (
        f"{base}/import",
        f"{base}/import/{waits}",
        f"{base}/import/{done}",
        f"{base}/export",
        f"{base}/export?state=confirmed",
    )
