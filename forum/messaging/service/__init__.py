"""What one can do with messages: write them, deliver what is due, send one again."""

from forum.messaging.service.delivering import deliver_due
from forum.messaging.service.inviting import write_to_invited
from forum.messaging.service.keeping import wipe_words
from forum.messaging.service.links import write_links
from forum.messaging.service.resending import resend
from forum.messaging.service.telling import tell_of_releases
from forum.messaging.service.writing import (
    Effect,
    write_to_each,
    write_to_guest,
    write_to_guests_of,
    write_to_person,
    write_to_speakers,
)

__all__ = [
    "Effect",
    "deliver_due",
    "resend",
    "tell_of_releases",
    "wipe_words",
    "write_links",
    "write_to_each",
    "write_to_guest",
    "write_to_guests_of",
    "write_to_invited",
    "write_to_person",
    "write_to_speakers",
]
