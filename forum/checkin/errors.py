"""What the door refuses, each with its sentence."""

from __future__ import annotations

from forum.core.errors import Conflict, DomainError, Forbidden, Gone, Invalid, NotFound
from forum.core.i18n import sentence


class NotPaired(DomainError):
    """The phone shows no secret, or one that we never gave."""

    code = "not_paired"
    status = 401
    says = sentence("This phone is not paired. Ask the organiser for a pairing code.")


class DeviceLocked(DomainError):
    """The organiser locked the phone, or its time is over."""

    code = "locked"
    status = 401
    says = sentence("This phone may no longer check in. Ask the organiser for a new pairing code.")


class SearchNotAllowed(Forbidden):
    """The device may scan, but not look for names."""

    code = "search_not_allowed"
    says = sentence("This phone may scan, but not search by name. Send to the registration desk.")


class PairingLinkUnknown(NotFound):
    """There never was such a pairing link."""

    code = "pairing_unknown"
    says = sentence("This pairing link does not exist. Ask the organiser for a new one.")


class PairingLinkUsed(Gone):
    """Each pairing link makes one device."""

    code = "pairing_used"
    says = sentence(
        "This pairing link has been used. Each phone needs one of its own: ask the organiser.",
    )


class PairingLinkLapsed(Gone):
    """The pairing link lay too long."""

    code = "pairing_lapsed"
    says = sentence("This pairing link is older than a day. Ask the organiser for a new one.")


class NameMissing(Invalid):
    """The helper gave no name."""

    code = "name_missing"
    says = sentence("Enter your name, so that others see who checked a guest in")


class NoSuchScan(NotFound):
    """A reading that this device never sent."""

    code = "no_such_scan"
    says = sentence("There is no such scan on this phone.")


class NothingToUndo(Conflict):
    """The reading let nobody in."""

    code = "nothing_to_undo"
    says = sentence("This scan let nobody in, so there is nothing to undo.")


class ReasonMissing(Conflict):
    """After a few seconds undoing needs a reason."""

    code = "reason_missing"
    says = sentence("Choose why this is undone.")


class NoSuchCheckpoint(NotFound):
    """The event has no such checkpoint."""

    code = "no_such_checkpoint"


class NoSuchDevice(NotFound):
    """The event has no such device."""

    code = "no_such_device"


class CheckpointUnnamed(Invalid):
    """A checkpoint needs a name in one language at least."""

    code = "checkpoint_unnamed"
    says = sentence("Enter a name that helpers will know, like Main door")


class HoursReversed(Invalid):
    """The checkpoint would close before it opens."""

    code = "hours_reversed"
    says = sentence("The door must close after it opens")


class BadRequest(DomainError):
    """The page sent something that it never sends."""

    code = "bad_request"
    status = 400
    says = sentence("This page is out of date. Load it again.")


class ForeignRequest(Forbidden):
    """The request did not come from the door's own page."""

    code = "foreign_request"
    says = sentence("This page is out of date. Load it again.")
