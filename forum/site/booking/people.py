"""People of a booking: changed, named, replaced, added, cancelled, one by one or all together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, make_response, redirect, render_template
from flask_babel import gettext, ngettext

from forum.core import clock
from forum.core.addresses import address_key
from forum.core.errors import DomainError, NotFound
from forum.core.http.headers import private
from forum.core.http.i18n import current_language, translated
from forum.core.links import Purpose
from forum.registrations import service
from forum.registrations.forms import ChangeForm
from forum.registrations.forms.own_page import AddForm
from forum.registrations.queries import companions_of
from forum.registrations.rules import ACTIVE, BookingSource, RegistrationClosed, RegistrationState
from forum.registrations.service import Attendee, ChoiceFull, NameForms
from forum.registrations.service.answering import change_answers
from forum.site.booking.answering import filled, has_files, sheet_of
from forum.site.booking.naming import Naming, naming_form, naming_page
from forum.site.booking.shapes import people_of, room_for_more
from forum.site.booking.sight import Sight, Ways, blueprint, frame_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from werkzeug.wrappers import Response as AnyResponse

    from forum.registrations.asking import Sheet
    from forum.registrations.models import Registration
    from forum.registrations.service.answering import Filled

personal = Ways(blueprint)
of_booking = Ways(blueprint, Purpose.BOOKING)
of_party = Ways(blueprint, Purpose.BOOKING, Purpose.REGISTRATION)


@personal.get("/people/<uuid:registration_id>/change")
def ask_change(sight: Sight, registration_id: UUID) -> AnyResponse:
    """Show name and organisation of one attendee, to be changed."""
    person = sight.person(registration_id)
    if person.state not in ACTIVE or not person.name:
        return redirect(sight.base, 303)
    form = ChangeForm(formdata=None, obj=person)
    return _change_page(sight, person, form, sheet_of(form, sight, person))


@personal.post("/people/<uuid:registration_id>/change")
def change_one(sight: Sight, registration_id: UUID) -> AnyResponse:
    """Change name and organisation of one attendee."""
    person, now = sight.person(registration_id), clock.now()
    form = ChangeForm()
    sheet = sheet_of(form, sight, person)
    if not form.validate_on_submit():
        return _change_page(sight, person, form, sheet, 422)
    try:
        sight.check_changes(now)
        _keep_changes(sight, person, form, filled(sheet), now)
    except DomainError as error:
        _blame(form, sheet, error)
        sight = sight.anew()
        return _change_page(sight, sight.person(registration_id), form, sheet, error.status)
    flash(gettext("Saved. The code on the ticket stays the same."))
    return redirect(sight.base, 303)


@personal.get("/people/<uuid:registration_id>/replace")
def ask_replace(sight: Sight, registration_id: UUID) -> AnyResponse:
    """Show the form for who comes instead, or for who has not been named yet."""
    person = _replaceable(sight, registration_id)
    if person.state not in ACTIVE:
        return redirect(sight.base, 303)
    return naming_page(sight, person)


@personal.post("/people/<uuid:registration_id>/replace")
def replace(sight: Sight, registration_id: UUID) -> AnyResponse:
    """Give a place to the person named; seat and turn stay."""
    person, now = _replaceable(sight, registration_id), clock.now()
    had_name = bool(person.name)
    form, answers = naming_form(sight, person, sent=True)
    if not form.validate_on_submit():
        return naming_page(sight, person, Naming(form, answers), 422)
    names = NameForms(form.name.data, form.name_zh.data, form.organisation.data)
    email = form.email.data or ""
    try:
        sight.check_changes(now)
        service.put_in_place(sight.actor, person.id, names, email, revision=form.made_from, now=now)
    except DomainError as error:
        form.blame(error)
        sight = sight.anew()
        return naming_page(
            sight, sight.person(registration_id), Naming(form, answers), error.status
        )
    try:
        change_answers(sight.actor, registration_id, filled(answers), now=now)
    except DomainError as error:
        # The person is named: only a choice whose last place has gone is still to be made.
        flash(translated(error.says))
        return redirect(f"{sight.base}/people/{registration_id}/change", 303)
    if had_name:
        flash(gettext("Saved. The ticket of the person before no longer opens the door."))
    else:
        flash(gettext("Saved."))
    return redirect(sight.base, 303)


@of_booking.get("/people/new")
def ask_add(sight: Sight) -> AnyResponse:
    """Show the form for one more person, where the booking may hold more."""
    if not _room(sight, clock.now()):
        return redirect(sight.base, 303)
    form = AddForm(formdata=None)
    return _add_page(sight, Naming(form, sheet_of(form, sight, None)))


@of_booking.post("/people/new")
def add(sight: Sight) -> AnyResponse:
    """Add a person: seated while seats are free, else at the end of the line."""
    now = clock.now()
    form = AddForm()
    sheet = sheet_of(form, sight, None)
    naming = Naming(form, sheet)
    if form.is_later:
        sheet.fields.clear()
    if not form.validate_on_submit():
        return _add_page(sight, naming, 422)
    room = _room(sight, now)
    try:
        sight.check_changes(now)
        if not room:
            raise RegistrationClosed
        state = service.add_person(
            sight.actor,
            sight.booking.id,
            _attendee(naming),
            most=len(sight.standing) + room,
            now=now,
        )
    except DomainError as error:
        _blame(form, sheet, error)
        return _add_page(sight.anew(), naming, error.status)
    flash(_added(state))
    return redirect(sight.base, 303)


@personal.get("/people/<uuid:registration_id>/cancel")
def ask_cancel_one(sight: Sight, registration_id: UUID) -> AnyResponse:
    """Ask before one attendee is cancelled; nothing has happened yet."""
    person = sight.person(registration_id)
    if person.state not in ACTIVE:
        return redirect(sight.base, 303)
    return _cancel_page(sight, [person], f"/people/{person.id}/cancel")


@personal.post("/people/<uuid:registration_id>/cancel")
def cancel_one(sight: Sight, registration_id: UUID) -> AnyResponse:
    """Cancel one attendee; the seat goes to the next who waits."""
    return _cancel(sight, [sight.person(registration_id)])


@of_party.get("/cancel")
def ask_cancel(sight: Sight) -> AnyResponse:
    """Ask before everybody the link shows is cancelled; nothing has happened yet."""
    if not sight.standing:
        return redirect(sight.base, 303)
    return _cancel_page(sight, sight.standing, "/cancel")


@of_party.post("/cancel")
def cancel(sight: Sight) -> AnyResponse:
    """Cancel everybody the link shows; their seats go to the next who wait."""
    return _cancel(sight, sight.standing)


def _replaceable(sight: Sight, registration_id: UUID) -> Registration:
    """Return a place that the holder of the link may fill; NotFound for one's own, once named."""
    person = sight.person(registration_id)
    if sight.is_own and person.name:
        raise NotFound
    return person


def _room(sight: Sight, now: datetime) -> int:
    booking = sight.booking
    invited = booking.source is BookingSource.INVITATION
    return room_for_more(sight, booking, companions_of(booking.id) if invited else None, now)


def _cancel(sight: Sight, people: Sequence[Registration]) -> AnyResponse:
    now = clock.now()
    sight.check_cancelling(now)
    standing = [one.id for one in people if one.state in ACTIVE]
    if standing:
        service.cancel_all(sight.actor, standing, now=now)
    if standing and len(sight.people) > 1:
        number = len(standing)
        flash(ngettext("One person is cancelled.", "%(num)s people are cancelled.", number))
    return redirect(sight.base, 303)


def _keep_changes(
    sight: Sight, person: Registration, form: ChangeForm, answers: Filled, now: datetime
) -> None:
    """Keep answers, then names: what is refused of the first leaves both as they were."""
    names = NameForms(form.name.data, form.name_zh.data, form.organisation.data)
    same = names == NameForms(person.name, person.name_zh, person.organisation)
    seen, actor, whose = form.made_from, sight.actor, person.id
    seen += change_answers(actor, whose, answers, revision=seen, now=now)
    if not same:
        service.change_name(actor, whose, names, revision=seen, now=now)


def _blame(form: ChangeForm, sheet: Sheet, error: DomainError) -> None:
    if not (isinstance(error, ChoiceFull) and sheet.blame(error)):
        form.blame(error)


def _attendee(naming: Naming) -> Attendee:
    form = naming.form
    email = form.email.data or ""
    return Attendee(
        name=form.name.data,
        name_zh=form.name_zh.data,
        organisation=form.organisation.data,
        email=email,
        email_key=address_key(email),
        lang=current_language().key,
        answers=naming.sheet.answers(),
    )


def _added(state: RegistrationState) -> str:
    if state is RegistrationState.CONFIRMED:
        return str(gettext("Added. The seat is yours."))
    if state is RegistrationState.WAITLISTED:
        return str(gettext("Added to the wait list: no seat is free at the moment."))
    return str(gettext("Added. The organiser looks at each request."))


def _change_page(
    sight: Sight, person: Registration, form: ChangeForm, sheet: Sheet, status: int = 200
) -> AnyResponse:
    page = render_template(
        "registrations/booking_change.html",
        person=person,
        form=form,
        sheet=sheet,
        has_files=has_files(sheet),
        changes=sight.takes_changes(clock.now()),
        href=sight.at(person, "change"),
        **frame_of(sight, f"/people/{person.id}/change"),
    )
    return private(make_response(page, status))


def _add_page(sight: Sight, naming: Naming, status: int = 200) -> AnyResponse:
    page = render_template(
        "registrations/booking_naming.html",
        person=None,
        form=naming.form,
        sheet=naming.sheet,
        has_files=has_files(naming.sheet),
        sent=True,
        href=f"{sight.base}/people/new",
        is_own=False,
        changes=True,
        **frame_of(sight, "/people/new"),
    )
    return private(make_response(page, status))


def _cancel_page(sight: Sight, people: Sequence[Registration], rest: str) -> AnyResponse:
    now = clock.now()
    ids = {one.id for one in people}
    rows = [one for one in people_of(sight, current_language().key, now) if one.id in ids]
    page = render_template(
        "registrations/booking_cancel.html",
        people=rows,
        cancelling=sight.takes_cancelling(now),
        href=f"{sight.base}{rest}",
        **frame_of(sight, rest),
    )
    return private(make_response(page))
