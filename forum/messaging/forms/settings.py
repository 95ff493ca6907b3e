"""What organisers type about how mail is written: names, addresses, limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_babel import lazy_gettext
from flask_wtf.file import FileField
from wtforms import BooleanField
from wtforms.validators import Optional

from forum.core.http.form_parts import CountField, Enter, LineField, MailField, OfficeForm, SaysWhat
from forum.messaging.rules.keeping import MOST_DAYS_KEPT, WORDS_KEPT_DAYS
from forum.messaging.rules.limits import MOST_A_DAY_OF_ALL, MOST_A_MINUTE
from forum.messaging.service.settings import EventMailing, OrganisationMailing

if TYPE_CHECKING:
    from forum.messaging.models import EventMail, OrganisationMail

LONGEST_SENDER = 120
LARGEST_GROUP = 1_000_000


class EventMailForm(OfficeForm):
    """How one event writes mail."""

    sender_name = LineField(
        lazy_gettext("Name of the sender"),
        [Optional(), SaysWhat(LONGEST_SENDER)],
        description=lazy_gettext("What stands before the address in the list of a mail program."),
    )
    from_address = MailField(
        lazy_gettext("Address of the sender"), [Optional()], render_kw={"type": "email"}
    )
    reply_to = MailField(
        lazy_gettext("Address for answers"), [Optional()], render_kw={"type": "email"}
    )
    per_minute = CountField(
        lazy_gettext("Mails a minute at most"),
        [Optional()],
        least=1,
        most=MOST_A_MINUTE,
        description=lazy_gettext("Without a number they go out as fast as the mail server lets."),
    )

    def wanted(self) -> EventMailing:
        """Return what the service asks for."""
        return EventMailing(
            sender_name=self.sender_name.data or "",
            from_address=self.from_address.data or "",
            reply_to=self.reply_to.data or "",
            per_minute=self.per_minute.data,
        )

    @classmethod
    def shown(cls, mail: EventMail) -> dict[str, Any]:
        """Return the values of the boxes."""
        return {
            "sender_name": mail.sender_name,
            "from_address": mail.from_address,
            "reply_to": mail.reply_to,
            "per_minute": mail.per_minute,
            "revision": mail.revision,
        }


class OrganisationMailForm(OfficeForm):
    """How all events of an organisation write mail."""

    sender_name = LineField(
        lazy_gettext("Name of the sender"),
        [Optional(), SaysWhat(LONGEST_SENDER)],
        description=lazy_gettext("For events that have no name of their own."),
    )
    logo = FileField(
        lazy_gettext("Logo"),
        description=lazy_gettext(
            "PNG, JPEG or WebP, at most 10 MB. Clear parts become white. "
            "Readers who see no pictures hear the name."
        ),
        render_kw={"accept": "image/png,image/jpeg,image/webp"},
    )
    remove_logo = BooleanField(lazy_gettext("Remove the logo"))
    nod_above = CountField(
        lazy_gettext("Ask a second person above so many recipients"),
        [Optional()],
        most=LARGEST_GROUP,
        description=lazy_gettext(
            "0 asks for every announcement; without a number nobody is asked."
        ),
    )
    per_minute = CountField(
        lazy_gettext("Mails a minute at most"),
        [Optional()],
        least=1,
        most=MOST_A_MINUTE,
        description=lazy_gettext(
            "Of all your events together. Without a number there is no limit."
        ),
    )
    per_day = CountField(
        lazy_gettext("Mails a day at most"),
        [Optional()],
        least=1,
        most=MOST_A_DAY_OF_ALL,
        description=lazy_gettext(
            "Within any 24 hours. What is above it goes out when there is room."
        ),
    )

    words_kept_days = CountField(
        lazy_gettext("Days to keep the text of mails"),
        [Enter(lazy_gettext("Enter for how many days after an event its mails can be read"))],
        least=1,
        most=MOST_DAYS_KEPT,
        description=lazy_gettext(
            "Counted from the end of the event. After that the list still says who was written to "
            "and when, but no longer what."
        ),
    )

    def wanted(self) -> OrganisationMailing:
        """Return what the service asks for."""
        return OrganisationMailing(
            sender_name=self.sender_name.data or "",
            nod_above=self.nod_above.data,
            per_minute=self.per_minute.data,
            per_day=self.per_day.data,
            words_kept_days=self.words_kept_days.data or WORDS_KEPT_DAYS,
        )

    @classmethod
    def shown(cls, mail: OrganisationMail) -> dict[str, Any]:
        """Return the values of the boxes."""
        return {
            "sender_name": mail.sender_name,
            "nod_above": mail.nod_above,
            "per_minute": mail.per_minute,
            "per_day": mail.per_day,
            "words_kept_days": mail.words_kept_days,
            "revision": mail.revision,
        }
