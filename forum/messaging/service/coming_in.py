"""Taking in what mail servers hand over: delivery reports, and what guests' calendars answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forum.calendar.reply_addresses import claimed_entry
from forum.calendar.service.answering import AnswerTaken, Bearer, take_answer
from forum.messaging.calendar_answers import read_answer
from forum.messaging.service.bouncing import Taken, take_in

if TYPE_CHECKING:
    from datetime import datetime


def take_in_mail(
    raw: bytes, came_to: str = "", *, authserv: str = "", now: datetime
) -> Taken | AnswerTaken:
    """Note what a mail says of ours: a calendar's answer, or what came back; else pass it over.

    Raises incoming.UnreadableMail.
    """
    answered = read_answer(raw, came_to, authserv=authserv)
    if answered is None:
        return take_in(raw, came_to, now=now)
    claims = (claimed_entry(one) for one in answered.sent_to)
    entry_id = next((one for one in claims if one is not None), None)
    bearer = Bearer(entry_id, answered.sender, answered.proven)
    return take_answer(answered.reply, bearer, now=now)
