"""The guest's pages behind personal links: see a booking, change it, answer offers, cancel."""

from forum.site.booking import (
    answering,
    calendar,
    coming,
    consents,
    contact,
    lost,
    offers,
    page,
    people,
    receipt,
)
from forum.site.booking.sight import Sight, Ways, blueprint, frame_of

__all__ = [
    "Sight",
    "Ways",
    "answering",
    "blueprint",
    "calendar",
    "coming",
    "consents",
    "contact",
    "frame_of",
    "lost",
    "offers",
    "page",
    "people",
    "receipt",
]
