"""Pure decisions about invitations: their states, legal moves, and how a reply came."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from forum.core.errors import Conflict, Gone, Invalid
from forum.core.i18n import sentence
from forum.core.text import plain_key

LONGEST_LIST_NAME = 120
LONGEST_SALUTATION = 60
LONGEST_POST_NOMINALS = 60
LONGEST_JOB_TITLE = 200
LONGEST_PHONE = 40
LONGEST_SEATING = 80
LONGEST_NOTE = 2000
MOST_COMPANIONS = 20
LAST_PRECEDENCE = 1_000_000
REMIND_AFTER = timedelta(days=1)
"""So long after an invitation or a reminder nobody is reminded."""


class InvitationState(StrEnum):
    """Where an invitation stands."""

    DRAFT = "draft"
    SENT = "sent"
    OPENED = "opened"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class ReplyBy(StrEnum):
    """How a reply came."""

    LINK = "link"
    LETTER = "letter"
    PHONE = "phone"
    MAIL = "mail"
    IN_PERSON = "in_person"


INVITATION_MOVES: dict[InvitationState, frozenset[InvitationState]] = {
    InvitationState.DRAFT: frozenset(
        {InvitationState.SENT, InvitationState.ACCEPTED, InvitationState.DECLINED}
    ),
    InvitationState.SENT: frozenset(
        {InvitationState.OPENED, InvitationState.ACCEPTED, InvitationState.DECLINED}
    ),
    InvitationState.OPENED: frozenset({InvitationState.ACCEPTED, InvitationState.DECLINED}),
    InvitationState.ACCEPTED: frozenset({InvitationState.DECLINED}),
    InvitationState.DECLINED: frozenset({InvitationState.ACCEPTED}),
}

INVITATION_WORDS = {
    InvitationState.DRAFT: ("info", sentence("Not sent yet")),
    InvitationState.SENT: ("info", sentence("Sent")),
    InvitationState.OPENED: ("look", sentence("Opened")),
    InvitationState.ACCEPTED: ("go", sentence("Has accepted")),
    InvitationState.DECLINED: ("stop", sentence("Has declined")),
}
"""A status word for each state: its colour's class, its words."""


REPLIED = frozenset({InvitationState.ACCEPTED, InvitationState.DECLINED})
"""States in which the guest has said yes or no."""

ASKED = frozenset({InvitationState.SENT, InvitationState.OPENED})
"""States in which a reply is awaited."""


class InvitationsOver(Gone):
    """The event is cancelled or over: nobody is invited, and no reply is taken any more."""

    code = "invitations_over"
    says = sentence("The event is cancelled or over. Invitations to it have ended.")


class ReplyTooLate(Gone):
    """The time to reply has passed."""

    code = "reply_too_late"
    says = sentence("The time to reply has passed.")


class TooManyCompanions(Invalid):
    """More companions than the invitation allows."""

    code = "too_many_companions"

    def __init__(self, most: int) -> None:
        """Name how many are allowed."""
        super().__init__(
            sentence("Choose at most %(most)s companions.", most=most), field="companions"
        )


class RemindedToday(Conflict):
    """The guest had an invitation or a reminder within the last day."""

    code = "reminded_today"
    says = sentence("This guest had a mail within the last day. Remind them tomorrow.")


class NoMailWanted(Conflict):
    """The address wants no more invitations from this organisation."""

    code = "no_mail_wanted"
    says = sentence("This address wants no more invitations from your organisation.")


class NothingToMail(Conflict):
    """There is no address, or the guest has replied: no mail is sent."""

    code = "nothing_to_mail"
    says = sentence("This guest has no email address, or has replied already.")


class IllegalInvitationMove(Conflict):
    """The invitation's state does not allow this."""

    code = "illegal_invitation_move"
    says = sentence("This invitation cannot take that step from where it stands.")


def check_invitation_move(state: InvitationState, wanted: InvitationState) -> None:
    """Raise IllegalInvitationMove unless the table allows the step."""
    if wanted not in INVITATION_MOVES[state]:
        raise IllegalInvitationMove


def invited_key(name: str, organisation: str) -> str:
    """Return by what guests without an address are known again: name and organisation."""
    return f"{plain_key(name)}|{plain_key(organisation)}"[:400]


def may_remind(sent_at: datetime | None, reminded_at: datetime | None, now: datetime) -> bool:
    """Say whether the last mail is long enough ago for a reminder."""
    last = max((at for at in (sent_at, reminded_at) if at is not None), default=None)
    return last is None or last <= now - REMIND_AFTER
