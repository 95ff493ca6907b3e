"""Guest lists in files: where one stands, and why a row is refused."""

from __future__ import annotations

from enum import StrEnum

from forum.core.errors import Conflict, Invalid, NotFound
from forum.core.i18n import sentence


class GuestFileState(StrEnum):
    """Where a file stands: looked at, being taken in, done."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"


class NoGuestsFound(Invalid):
    """No row of the file names columns that are known."""

    code = "no_guests_found"
    says = sentence(
        "No row with headings was found. Give the columns headings such as “Name” and “Email”, "
        "and send the file again."
    )


class NoNames(Invalid):
    """No column is chosen from which names or addresses could come."""

    code = "no_names"
    says = sentence("Choose which columns hold the names and the email addresses.")


class FileGone(NotFound):
    """The file was thrown away or is another event's."""

    code = "file_gone"
    says = sentence("This file is no longer here. Send it again.")


class FileTaken(Conflict):
    """The file is being taken in already."""

    code = "file_taken"
    says = sentence("This file is being taken in already.")


class TypeKept(Conflict):
    """The guest has a ticket type that Forum gives and takes by itself."""

    code = "type_kept"
    says = sentence(
        "Forum itself keeps the ticket type of this guest, a speaker or somebody at the door: it "
        "stays."
    )


NO_ADDRESS = sentence("It has no email address.")
ADDRESS_OF_ANOTHER = sentence(
    "Its email address belongs to another guest of this event, so nothing of this row was changed."
)
CHANGED_MEANWHILE = sentence(
    "Somebody else changed the same guest at the same moment, so nothing of this row was taken in. "
    "Send it again."
)
OPTED_OUT = sentence("Its address has opted out of mails from your organisation.")
