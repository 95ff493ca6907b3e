"""The consent ledger of an event: the words of each purpose, who agreed, files for partners."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import UUID

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from forum.core import audit, clock
from forum.core.db import writing
from forum.core.errors import Conflict, DomainError, NotFound
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.form_parts import shown_text, text_of_field
from forum.core.http.headers import private
from forum.core.i18n import Sentence, sentence
from forum.core.permissions import Action, can
from forum.core.revisions import ChangedMeanwhile
from forum.core.spreadsheets import CSV, XLSX, csv_pieces, workbook_pieces
from forum.events.queries import managed_event, partners_of
from forum.registrations.forms.consents import WordingForm
from forum.registrations.manage.frame import OfficePage, blueprint, page
from forum.registrations.queries.ledger import (
    Version,
    in_own_words,
    number_a_partner_may_have,
    versions_of,
    whom_a_partner_may_have,
)
from forum.registrations.rules import ASKED_FOR, ConsentPurpose
from forum.registrations.rules.ready_wordings import PURPOSE_HINTS, PURPOSE_WORDS, ready_words
from forum.registrations.service.wordings import set_wording, withdraw_wording

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from forum.core.text import Text
    from forum.events.models import Event, Partner

ONE = "/<slug>/registrations/consents/<any(collection,privacy,marketing,photo):purpose>"
OF_PARTNER = "/<slug>/registrations/consents/partner/<uuid:partner_id>"
page(
    OfficePage(
        70,
        sentence("Consents"),
        "registrations_manage.consents",
        Action.SEE_REGISTRATIONS,
        ("registrations_manage.consent", "registrations_manage.partner_consent"),
    )
)


class NobodyAgreed(Conflict):
    """No guest's data may go to the partner."""

    code = "nobody_agreed"
    says = sentence(
        "Nobody agrees at the moment that this partner has their data, so there is no file."
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """A purpose, for one partner where it is about one, with its versions, the newest first.

    `own` says whose words forms show where the organiser has written none, if they do. `without`
    are those who agree now, and who have withdrawn, to no version.
    """

    purpose: ConsentPurpose
    partner: Partner | None
    versions: list[Version]
    href: str
    own: Sentence | None = None
    without: tuple[int, int] = (0, 0)

    @property
    def shown(self) -> Version | None:
        """The version that forms show now."""
        return next((one for one in self.versions if one.wording.withdrawn_at is None), None)

    @property
    def word(self) -> Sentence:
        """What the purpose is called."""
        return PURPOSE_WORDS[self.purpose]

    @property
    def hint(self) -> Sentence:
        """What to know before writing the words."""
        return PURPOSE_HINTS[self.purpose]

    @property
    def agreed(self) -> int:
        """How many agree now, to whichever version."""
        return sum(one.agreed for one in self.versions) + self.without[0]

    @property
    def withdrawn(self) -> int:
        """How many have withdrawn."""
        return sum(one.withdrawn for one in self.versions) + self.without[1]

    @property
    def number(self) -> int:
        """The number of the version that is shown, 0 for none."""
        return self.shown.wording.number if self.shown else 0


@blueprint.get("/<slug>/registrations/consents")
@permits(Action.SEE_REGISTRATIONS)
def consents(slug: str) -> str:
    """List every purpose with its words and numbers, and the files for partners."""
    event = managed_event(current_actor(), slug, Action.SEE_REGISTRATIONS)
    versions, partners = versions_of(event.id), partners_of(event.id)
    alone = [one for one in ConsentPurpose if one is not ConsentPurpose.PARTNER]
    actor = current_actor()
    return render_template(
        "registrations/consents.html",
        event=event,
        asked=_in_place(event, [_asked(event, versions, purpose) for purpose in alone]),
        of_partners=[
            _asked(event, versions, ConsentPurpose.PARTNER, partner) for partner in partners
        ],
        confirmed=number_a_partner_may_have(event, attended=False),
        attended=number_a_partner_may_have(event, attended=True),
        may_set=can(actor, Action.EDIT_EVENT, event.organisation_id),
        may_export=can(actor, Action.EDIT_REGISTRATIONS, event.organisation_id),
    )


@blueprint.route(ONE, methods=["GET", "POST"])
@permits(Action.EDIT_EVENT)
def consent(slug: str, purpose: str) -> AnyResponse | tuple[str, int]:
    """Show and set the words of a purpose."""
    event = managed_event(current_actor(), slug, Action.EDIT_EVENT)
    return _wording(event, ConsentPurpose(purpose), None)


@blueprint.route(OF_PARTNER, methods=["GET", "POST"])
@permits(Action.EDIT_EVENT)
def partner_consent(slug: str, partner_id: UUID) -> AnyResponse | tuple[str, int]:
    """Show and set the words by which guests let one partner have their data."""
    event = managed_event(current_actor(), slug, Action.EDIT_EVENT)
    return _wording(event, ConsentPurpose.PARTNER, _partner(event, partner_id))


@blueprint.post(f"{ONE}/stop")
@permits(Action.EDIT_EVENT)
def stop_consent(slug: str, purpose: str) -> AnyResponse:
    """Let forms ask no more."""
    event = managed_event(current_actor(), slug, Action.EDIT_EVENT)
    return _stop(event, ConsentPurpose(purpose), None)


@blueprint.post(f"{OF_PARTNER}/stop")
@permits(Action.EDIT_EVENT)
def stop_partner_consent(slug: str, partner_id: UUID) -> AnyResponse:
    """Let forms ask no more about a partner."""
    event = managed_event(current_actor(), slug, Action.EDIT_EVENT)
    return _stop(event, ConsentPurpose.PARTNER, _partner(event, partner_id).id)


@blueprint.get(f"{OF_PARTNER}/guests.<any(csv,xlsx):kind>")
@permits(Action.EDIT_REGISTRATIONS)
def export_for_partner(slug: str, partner_id: UUID, kind: str) -> Response:
    """Give exactly the guests whose data the partner may have now; `?who=attended` those who came.

    Raises NobodyAgreed where there is none.
    """
    event = managed_event(current_actor(), slug, Action.EDIT_REGISTRATIONS)
    partner, attended = _partner(event, partner_id), request.args.get("who") == "attended"
    cells = _cells(event, partner, attended=attended)
    if len(cells) == 1:
        raise NobodyAgreed
    with writing() as transaction:
        audit.record(
            transaction,
            current_actor(),
            "consents.exported",
            ("partner", partner.id),
            event.organisation_id,
            {"rows": len(cells) - 1, "attended": attended},
            clock.now(),
        )
    pieces = csv_pieces(cells) if kind == "csv" else workbook_pieces(cells, gettext("Guests"))
    response = Response(b"".join(pieces), content_type=CSV if kind == "csv" else XLSX)
    name = f"{event.slug}-partner-{str(partner.id)[-8:]}.{kind}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return private(response)


def _cells(event: Event, partner: Partner, *, attended: bool) -> list[list[str]]:
    head = [
        gettext("Full name"),
        gettext("Name in Chinese"),
        gettext("Organisation"),
        gettext("Email"),
        gettext("Version of the words"),
        gettext("Agreed on"),
    ]
    rows = whom_a_partner_may_have(event, partner.id, attended=attended)
    return [
        head,
        *(
            [
                one.name,
                one.name_zh,
                one.organisation,
                one.email,
                str(one.version or ""),
                one.given_at.astimezone(event.zone).isoformat(timespec="seconds"),
            ]
            for one in rows
        ),
    ]


def _wording(
    event: Event, purpose: ConsentPurpose, partner: Partner | None
) -> AnyResponse | tuple[str, int]:
    asked = _asked(event, versions_of(event.id), purpose, partner)
    form = WordingForm(data={"words": shown_text(_present(event, asked)), "revision": asked.number})
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                number = set_wording(
                    current_actor(),
                    event.id,
                    purpose,
                    partner.id if partner else None,
                    text_of_field(form.words),
                    clock.now(),
                    made_from=form.made_from,
                )
            except DomainError as error:
                status = error.status
                form.blame(error)
                event = managed_event(current_actor(), event.slug, Action.EDIT_EVENT)
                asked = _asked(event, versions_of(event.id), purpose, partner)
                if isinstance(error, ChangedMeanwhile):
                    form.put("revision", asked.number)
            else:
                flash(gettext("Forms show version %(number)s now.", number=number), "go")
                return redirect(url_for(".consents", slug=event.slug), 303)
    body = render_template(
        "registrations/consent.html",
        event=event,
        form=form,
        asked=asked,
        changed=status == ChangedMeanwhile.status,
    )
    return body, status


def _stop(event: Event, purpose: ConsentPurpose, partner_id: UUID | None) -> AnyResponse:
    try:
        withdraw_wording(current_actor(), event.id, purpose, partner_id, clock.now())
    except NotFound:
        flash(gettext("Forms did not ask for this any more."), "look")
    else:
        flash(gettext("Forms ask for this no more. What guests agreed to before stands."), "go")
    return redirect(url_for(".consents", slug=event.slug), 303)


def _in_place(event: Event, asked: list[Asked]) -> list[Asked]:
    """Return purposes with what stands on forms in place of words that nobody has written."""
    stated = any(one.shown for one in asked if one.purpose not in ASKED_FOR)
    settings = bool(event.privacy or event.organisation.privacy)
    own: dict[ConsentPurpose, Sentence] = {}
    if not stated and settings:
        own[ConsentPurpose.PRIVACY] = sentence("Shown as written in the settings")
    elif not stated:
        own[ConsentPurpose.COLLECTION] = sentence("Shown in Forum’s own words")
    marketing = next(one for one in asked if one.purpose is ConsentPurpose.MARKETING)
    if not marketing.versions:
        own[ConsentPurpose.MARKETING] = sentence("Asked in Forum’s own words")
    without = {ConsentPurpose.MARKETING: in_own_words(event.id)}
    return [
        replace(one, own=own.get(one.purpose), without=without.get(one.purpose, (0, 0)))
        for one in asked
    ]


def _asked(
    event: Event,
    versions: dict[tuple[ConsentPurpose, UUID | None], list[Version]],
    purpose: ConsentPurpose,
    partner: Partner | None = None,
) -> Asked:
    href = (
        url_for(".partner_consent", slug=event.slug, partner_id=partner.id)
        if partner
        else url_for(".consent", slug=event.slug, purpose=purpose.value)
    )
    return Asked(
        purpose, partner, versions.get((purpose, partner.id if partner else None), []), href
    )


def _present(event: Event, asked: Asked) -> Text:
    """Return the words that forms show now, else some to begin with."""
    if asked.shown is not None:
        return asked.shown.wording.words
    partner = asked.partner

    def named(value: str, key: str) -> str:
        texts = {
            "organisation": event.organisation.name,
            "event": event.title,
            "partner": partner.name if partner else event.organisation.name,
        }
        return texts[value].pick(key, event.languages).text

    return ready_words(asked.purpose, named)


def _partner(event: Event, partner_id: UUID) -> Partner:
    found: Iterable[Partner] = partners_of(event.id)
    partner = next((one for one in found if one.id == partner_id), None)
    if partner is None:
        raise NotFound
    return partner
