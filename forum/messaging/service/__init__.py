"""What one can do with messages: write them, deliver what is due, send one again."""

from forum.messaging.service.delivering import deliver_due
from forum.messaging.service.resending import resend
from forum.messaging.service.writing import (
    write_to_guest,
    write_to_guests_of,
    write_to_person,
)

__all__ = ["deliver_due", "resend", "write_to_guest", "write_to_guests_of", "write_to_person"]
