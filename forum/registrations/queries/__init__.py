"""Named reads of registrations: the desk, bookings, guests, and places in sessions."""

from forum.registrations.queries.consents import (
    WordingShown,
    consents_of,
    opted_out,
    wordings_for_form,
)
from forum.registrations.queries.desks import Named, event_at, named
from forum.registrations.queries.guests import (
    all_of,
    booking_by_token,
    counts_of,
    counts_up_to,
    registration_of,
)
from forum.registrations.queries.personal import (
    Links,
    Opened,
    companions_of,
    links_for,
    opened_by,
    purpose_for,
)
from forum.registrations.queries.places import (
    Concerned,
    GuestThere,
    OwnSession,
    guests_of_session,
    own_sessions,
    people_with_places_or_stars,
    places_of,
    sessions_with_places,
    shared_sign_ups,
    with_places_or_stars,
)
from forum.registrations.queries.speakers import SeatHeld, speaker_seats

__all__ = [
    "Concerned",
    "GuestThere",
    "Links",
    "Named",
    "Opened",
    "OwnSession",
    "SeatHeld",
    "WordingShown",
    "all_of",
    "booking_by_token",
    "companions_of",
    "consents_of",
    "counts_of",
    "counts_up_to",
    "event_at",
    "guests_of_session",
    "links_for",
    "named",
    "opened_by",
    "opted_out",
    "own_sessions",
    "people_with_places_or_stars",
    "places_of",
    "purpose_for",
    "registration_of",
    "sessions_with_places",
    "shared_sign_ups",
    "speaker_seats",
    "with_places_or_stars",
    "wordings_for_form",
]
