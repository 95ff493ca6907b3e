"""Tables of messages: each mail as it was written, what it was made from, and what came back."""

from forum.messaging.models.announcements import Announcement, MailBody
from forum.messaging.models.bounces import Bounce
from forum.messaging.models.changes import EventNews
from forum.messaging.models.messages import WAITING, WITH_WORDS, Message, mark_of
from forum.messaging.models.settings import EventMail, OrganisationMail
from forum.messaging.models.templates import MailTemplate

__all__ = [
    "WAITING",
    "WITH_WORDS",
    "Announcement",
    "Bounce",
    "EventMail",
    "EventNews",
    "MailBody",
    "MailTemplate",
    "Message",
    "OrganisationMail",
    "mark_of",
]
