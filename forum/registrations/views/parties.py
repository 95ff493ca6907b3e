"""What a form that was sent says, as the services take it."""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import TYPE_CHECKING

from flask import session
from flask_babel import gettext

from forum.core.addresses import address_key
from forum.core.http.i18n import current_language
from forum.core.ids import ids_in
from forum.core.keys import instance_key
from forum.registrations.rules import MOST_STARS, Access, ConsentPurpose, MailsTo
from forum.registrations.service import Attendee, ConsentGiven, Contact, Party
from forum.registrations.views.frames import BROWSER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from forum.registrations.forms.group import GroupForm, PersonForm
    from forum.registrations.forms.guests import RegistrationForm
    from forum.registrations.forms.whole import WholeForm


def party_of(whole: WholeForm) -> Party:
    """Return everybody of a checked form, with answers and consents."""
    offer, group = whole.offer, whole.group
    comes = group is None or not group.stays_away.data
    stated, agreed = _consents(whole)
    people: Sequence[RegistrationForm | PersonForm] = [whole.first, *whole.people]
    attendees = []
    for place, one in enumerate(people):
        answers = whole.sheets[place].answers() if whole.sheets else []
        consents = [*stated, *agreed] if place == 0 and comes else stated
        stars = ids_in(whole.first.stars.data or "", MOST_STARS) if place == 0 else ()
        attendees.append(
            Attendee(
                name=one.name.data,
                name_zh=one.name_zh.data,
                organisation=one.organisation.data,
                email=one.email.data,
                email_key=address_key(one.email.data),
                lang=current_language().key,
                consents=consents,
                stars=stars,
                answers=answers,
            )
        )
    chosen = offer.chosen.ticket_type if offer and offer.chosen else None
    by_code = chosen is not None and chosen.access is Access.CODE
    return Party(
        tuple(attendees),
        contact=_contact(group, attendees[0]) if group else None,
        type_id=chosen.id if chosen else None,
        code=group.code.data if group and by_code else "",
        by_link=bool(offer and offer.by_link),
        answers=whole.booking.answers() if whole.booking else (),
    )


def form_key(whole: WholeForm, party: Party) -> bytes:
    """Return what names browser, form and content: the same again is the same booking."""
    contact = party.contact
    typed = [
        session.get(BROWSER, ""),
        whole.first.key.data or secrets.token_urlsafe(16),
        [str(party.type_id), party.code],
        [[one.name, one.name_zh, one.organisation, one.email] for one in party.attendees],
        [[one.purpose, str(one.partner_id)] for one in party.attendees[0].consents],
        [contact.name, contact.email, contact.mails_to] if contact else [],
        [sheet.typed() for sheet in whole],
    ]
    keyed = hashlib.blake2b(key=instance_key().derived("form key"), digest_size=32)
    keyed.update(json.dumps(typed).encode())
    return keyed.digest()


def _contact(group: GroupForm, first: Attendee) -> Contact | None:
    mails = group.mails
    if group.stays_away.data:
        name, email = group.contact_name.data, group.contact_email.data
    elif mails is MailsTo.ATTENDEES:
        return None
    else:
        name, email = first.name, first.email
    return Contact(name, email, address_key(email), mails)


def _consents(whole: WholeForm) -> tuple[list[ConsentGiven], list[ConsentGiven]]:
    """Return the statements that were shown to all, and what the first person agreed to."""
    offer = whole.offer
    agreed = []
    if (offer is None or offer.named.own_marketing) and whole.first.marketing.data:
        words = gettext("Tell me by email about later events of the organiser")
        agreed.append(ConsentGiven(ConsentPurpose.MARKETING, words))
    if offer is None:
        return [], agreed
    lang, order = current_language().key, offer.named.languages
    given = {
        one.id: ConsentGiven(
            one.purpose,
            one.words.pick(lang, order).text,
            wording_id=one.id,
            partner_id=one.partner_id,
            recipient=one.recipient.pick(lang, order).text,
        )
        for one in offer.wordings
    }
    stated = [given[one.id] for one in offer.wordings if not one.is_asked_for]
    agreed += [
        given[one.id] for one in offer.wordings if one.is_asked_for and str(one.id) in whole.agreed
    ]
    return stated, agreed
