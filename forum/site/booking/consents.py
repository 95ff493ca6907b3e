"""What a guest was told and agreed to, with the very words; withdrawing, and agreeing again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from flask import flash, make_response, redirect, render_template
from flask_babel import gettext

from forum.core import clock, dates
from forum.core.errors import DomainError, NotFound
from forum.core.http.headers import private
from forum.core.http.i18n import current_language, translated
from forum.core.i18n import Sentence, sentence
from forum.core.text import Fragment
from forum.registrations.queries import consents_of, wordings_for_form
from forum.registrations.rules import ASKED_FOR, ConsentPurpose, ConsentSource
from forum.registrations.rules.consents import OnlyThemselves
from forum.registrations.service.consenting import give, withdraw
from forum.site.booking.sight import Sight, Ways, blueprint, frame_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from werkzeug.wrappers import Response as AnyResponse

    from forum.events.models import Event
    from forum.registrations.models import Consent, Registration
    from forum.registrations.queries import WordingShown

personal = Ways(blueprint)

PURPOSE_WORDS: dict[ConsentPurpose, Sentence] = {
    ConsentPurpose.COLLECTION: sentence("What your data is collected for"),
    ConsentPurpose.PRIVACY: sentence("Privacy"),
    ConsentPurpose.MARKETING: sentence("Mail about later events"),
    ConsentPurpose.PARTNER: sentence("Passing your data to a partner"),
    ConsentPurpose.PHOTO: sentence("Photos and recordings"),
}


@dataclass(frozen=True, slots=True)
class Agreement:
    """One thing a guest was told or asked: its words, and how the guest stands to it.

    `withdraw_id` is there while the consent stands, `give_id` where it can be given.
    """

    title: Sentence
    recipient: str
    words: Fragment
    is_statement: bool
    stands: bool
    given: str
    withdrawn: str
    withdraw_id: UUID | None = None
    give_id: UUID | None = None


def agreed_by(sight: Sight, registration: Registration, key: str) -> list[Agreement]:
    """Return what an attendee agreed to and could agree to, statements last; two statements."""
    kept = consents_of([registration.id])[registration.id]
    asked = [one for one in wordings_for_form(sight.event.id) if one.is_asked_for]
    rows = _asked(asked, kept, sight.event, key)
    if not _speaks_for(sight, registration):
        rows = [replace(one, give_id=None) for one in rows]
    return [
        *rows,
        *_no_longer_asked(asked, kept, sight.event, key),
        *(_of_consent(one, sight.event, key) for one in kept if one.purpose not in ASKED_FOR),
    ]


@personal.get("/people/<uuid:registration_id>/consents")
def show_consents(sight: Sight, registration_id: UUID) -> AnyResponse:
    """Show what one attendee agreed to."""
    return _page(sight, sight.person(registration_id))


@personal.post("/people/<uuid:registration_id>/consents/<uuid:consent_id>/withdraw")
def take_back(sight: Sight, registration_id: UUID, consent_id: UUID) -> AnyResponse:
    """Withdraw a consent from now on."""
    person = sight.person(registration_id)
    if consent_id not in {one.id for one in consents_of([person.id])[person.id]}:
        raise NotFound
    withdraw(sight.actor, consent_id, ConsentSource.OWN_PAGE, clock.now())
    flash(gettext("Withdrawn. From now on your data is not used for this."))
    return redirect(_back(sight, registration_id), 303)


@personal.post("/people/<uuid:registration_id>/consents/<uuid:wording_id>/give")
def agree(sight: Sight, registration_id: UUID, wording_id: UUID) -> AnyResponse:
    """Agree to the words that the event asks by at present."""
    person = sight.person(registration_id)
    lang = current_language().key
    try:
        if not _speaks_for(sight, person):
            raise OnlyThemselves
        give(sight.actor, person.id, wording_id, lang, ConsentSource.OWN_PAGE, clock.now())
    except NotFound:
        raise
    except DomainError as error:
        sight = sight.anew()
        person = sight.person(registration_id)
        return _page(sight, person, translated(error.says), error.status)
    flash(gettext("Kept. You can withdraw it here at any time."))
    return redirect(_back(sight, registration_id), 303)


def _speaks_for(sight: Sight, person: Registration) -> bool:
    """Say whether the holder agrees for a person: for oneself, and for who has no address."""
    contact_key = next(one for one in sight.bookings if one.id == person.booking_id).contact_key
    return sight.is_own or not person.email_key or person.email_key == contact_key


def _back(sight: Sight, registration_id: UUID) -> str:
    alone = len(sight.people) == 1
    whose = f"{sight.base}/people/{registration_id}/consents"
    return f"{sight.base}#h-consents" if alone else whose


def _page(sight: Sight, person: Registration, problem: str = "", status: int = 200) -> AnyResponse:
    page = render_template(
        "registrations/booking_consents.html",
        person=person,
        href=f"{sight.base}/people/{person.id}",
        consents=agreed_by(sight, person, current_language().key),
        speaks=_speaks_for(sight, person),
        problem=problem,
        **frame_of(sight, f"/people/{person.id}/consents"),
    )
    return private(make_response(page, status))


def _asked(
    asked: Sequence[WordingShown], kept: Sequence[Consent], event: Event, key: str
) -> list[Agreement]:
    """Return what the event asks at present, given or not."""
    rows = []
    for wording in asked:
        same = [one for one in kept if _about(one) == _about(wording)]
        standing = next((one for one in same if one.withdrawn_at is None), None)
        if standing is not None:
            rows.append(_of_consent(standing, event, key))
            continue
        last = same[-1].withdrawn_at if same else None
        rows.append(
            Agreement(
                title=PURPOSE_WORDS[wording.purpose],
                recipient=wording.recipient.pick(key, event.languages).text,
                words=wording.words.pick(key, event.languages),
                is_statement=False,
                stands=False,
                given="",
                withdrawn=_said(last, event, key),
                give_id=wording.id,
            )
        )
    return rows


def _no_longer_asked(
    asked: Sequence[WordingShown], kept: Sequence[Consent], event: Event, key: str
) -> list[Agreement]:
    """Return consents to what the event no longer asks: they can be withdrawn, not given."""
    present = {_about(one) for one in asked}
    return [
        _of_consent(one, event, key)
        for one in kept
        if one.purpose in ASKED_FOR and _about(one) not in present
    ]


def _about(one: Consent | WordingShown) -> tuple[ConsentPurpose, UUID | None]:
    return one.purpose, one.partner_id


def _of_consent(one: Consent, event: Event, key: str) -> Agreement:
    asked = one.purpose in ASKED_FOR
    stands = one.withdrawn_at is None
    return Agreement(
        title=PURPOSE_WORDS[one.purpose],
        recipient=one.recipient,
        words=Fragment(one.wording, one.lang),
        is_statement=not asked,
        stands=stands,
        given=_said(one.given_at, event, key),
        withdrawn=_said(one.withdrawn_at, event, key),
        withdraw_id=one.id if asked and stands else None,
    )


def _said(moment: datetime | None, event: Event, key: str) -> str:
    return dates.moment(moment, event.zone, key, year=True) if moment else ""
