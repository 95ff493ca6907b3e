"""The back office of an event's own words: a page for each kind of mail, tried before it goes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext

from forum.core import clock
from forum.core.errors import DomainError
from forum.core.http.access import permits
from forum.core.http.actor_of_request import current_actor
from forum.core.http.i18n import current_language, translated
from forum.core.i18n import sentence
from forum.core.ids import id_in
from forum.core.languages import LANGUAGES, Language
from forum.core.permissions import Action
from forum.events.queries import managed_event
from forum.messaging.forms.wording import WordingForm
from forum.messaging.manage.frame import MessagesPage, blueprint, page
from forum.messaging.manage.sandboxed import sandboxed
from forum.messaging.originals import original
from forum.messaging.placeholders import allowed_for
from forum.messaging.queries.trying import address_of_member, people_to_try
from forum.messaging.queries.wordings import own_words_of, wordings_of
from forum.messaging.rules.wordings import GROUPS, worded_kind
from forum.messaging.service.trying import Trial, letter_to_try, send_to_oneself
from forum.messaging.service.wording import (
    SavedMeanwhile,
    WordsChangedMeanwhile,
    save_words,
    words_of,
)
from forum.messaging.words import WORDS
from forum.messaging.words.calendar_parts import kind_in_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.wrappers import Response as AnyResponse

    from forum.events.models import Event
    from forum.messaging.rules import Kind

page(
    MessagesPage(
        40,
        sentence("Templates"),
        "messages.wordings",
        Action.EDIT_EVENT,
        here=(
            "messages.wording",
            "messages.preview_words",
            "messages.test_words",
            "messages.words_back",
        ),
    )
)

BASE = "/<slug>/messages/templates"


@dataclass(frozen=True, slots=True)
class _Row:
    """One kind of mail in the list: its subject as it goes out, and who has worded it."""

    kind: Kind
    subject: str
    own: tuple[Language, ...]
    missing: tuple[Language, ...]


@blueprint.get(BASE)
@permits(Action.EDIT_EVENT)
def wordings(slug: str) -> str:
    """List every kind of mail with its subject, and in which languages its words are the event's.

    Two statements.
    """
    event = managed_event(current_actor(), slug, Action.EDIT_EVENT)
    own, key = own_words_of(event.id), current_language().key

    def row(kind: Kind) -> _Row:
        said = own.get((kind, key))
        worded = tuple(one for one in LANGUAGES if (kind, one.key) in own)
        subject = said.subject if said and said.subject else original(kind, key).subject
        return _Row(kind, subject, worded, _missing(event, worded))

    return render_template(
        "messaging/wordings.html",
        event=event,
        groups=[(translated(says), [row(kind) for kind in kinds]) for says, kinds in GROUPS],
        words=WORDS,
    )


@blueprint.route(f"{BASE}/<name>", methods=["GET", "POST"])
@permits(Action.EDIT_EVENT)
def wording(slug: str, name: str) -> str | tuple[str, int] | AnyResponse:
    """Show and save an event's words for a kind of mail; four statements to show them."""
    event, kind = _asked(slug, name)
    form = _form(event, kind)
    if request.method == "GET":
        return _page(event, form)
    if not form.validate():
        return _page(event, form), 422
    try:
        save_words(current_actor(), event.id, kind, form.typed, now=clock.now())
    except WordsChangedMeanwhile as changed:
        event, _ = _asked(slug, name)
        _show_revisions(event, form)
        return _page(event, form, theirs=changed.theirs), changed.status
    except DomainError as error:
        form.blame(error)
        return _page(event, form), error.status
    flash(gettext("Saved. From now on this mail goes out in these words."), "go")
    return redirect(url_for(".wording", slug=slug, name=name), 303)


@blueprint.post(f"{BASE}/<name>/preview")
@permits(Action.EDIT_EVENT)
def preview_words(slug: str, name: str) -> Response | tuple[str, int]:
    """Show the letter as it would go out, with what is typed now."""
    event, kind = _asked(slug, name)
    form = _form(event, kind)
    if not form.validate():
        return _page(event, form), 422
    letter = letter_to_try(event, _trial(form), now=clock.now())
    if request.form.get("as") == "text":
        response = make_response(f"{letter.subject}\n\n{letter.text}")
        response.headers["Content-Type"] = "text/plain; charset=utf-8"
        return response
    return sandboxed(letter.html)


@blueprint.post(f"{BASE}/<name>/test")
@permits(Action.EDIT_EVENT)
def test_words(slug: str, name: str) -> tuple[str, int]:
    """Mail the letter to who edits it, with what is typed now; nothing is saved."""
    event, kind = _asked(slug, name)
    form = _form(event, kind)
    if not form.validate():
        return _page(event, form), 422
    actor, email = current_actor(), _own_address()
    try:
        send_to_oneself(actor, email, event, _trial(form), now=clock.now())
    except DomainError as error:
        form.blame(error)
        return _page(event, form), error.status
    event, _ = _asked(slug, name)
    return _page(event, form, sent_to=email), 200


@blueprint.post(f"{BASE}/<name>/original")
@permits(Action.EDIT_EVENT)
def words_back(slug: str, name: str) -> str:
    """Put Forum's own words into the boxes of one language; they hold once they are saved."""
    event, kind = _asked(slug, name)
    form = _form(event, kind)
    language = next((one for one in LANGUAGES if one.key == request.form.get("original")), None)
    if language is None:
        return _page(event, form)
    ours, part = original(kind, language.key), form.languages[language.key]
    for box, words in (
        (part.subject, ours.subject),
        (part.heading, ours.heading),
        (part.words, ours.words),
    ):
        box.raw_data, box.data = None, words
    return _page(event, form, back_in=language)


def _asked(slug: str, name: str) -> tuple[Event, Kind]:
    return managed_event(current_actor(), slug, Action.EDIT_EVENT), worded_kind(name)


def _form(event: Event, kind: Kind) -> WordingForm:
    """Fill the boxes with the event's words, and with Forum's where it has none."""
    rows, shown = wordings_of(event.id, kind), {}
    for one in LANGUAGES:
        row, ours = rows.get(one.key), original(kind, one.key)
        own = words_of(row)
        shown[one.key.lower().replace("-", "_")] = {
            "made_from": str(row.revision if row else 0),
            "subject": own.subject or ours.subject,
            "heading": own.heading or ours.heading,
            "words": own.words or ours.words,
        }
    people = people_to_try(event.id, kind)
    who = {"who": str(people[0].id)} if people else {}
    lang = {"lang": current_language().key}
    return WordingForm(kind, people, data={**shown, **who, **lang})


def _show_revisions(event: Event, form: WordingForm) -> None:
    rows = wordings_of(event.id, form.kind)
    for key, part in form.languages.items():
        part.made_from.raw_data = None
        part.made_from.data = str(rows[key].revision if key in rows else 0)


def _trial(form: WordingForm) -> Trial:
    lang = form.lang.data
    words, ours = form.typed[lang].words, original(form.kind, lang)
    as_shown = replace(
        words,
        subject=words.subject or ours.subject,
        heading=words.heading or ours.heading,
        words="" if words.words == ours.words else words.words,
    )
    return Trial(form.kind, lang, as_shown, id_in(form.who.data))


def _page(
    event: Event,
    form: WordingForm,
    *,
    theirs: Mapping[str, SavedMeanwhile] | None = None,
    sent_to: str = "",
    back_in: Language | None = None,
) -> str:
    rows = wordings_of(event.id, form.kind)
    own = tuple(one for one in LANGUAGES if words_of(rows.get(one.key)))
    return render_template(
        "messaging/wording.html",
        event=event,
        form=form,
        kind=form.kind,
        words=WORDS[form.kind],
        calendar=kind_in_words(form.kind),
        own={one.key for one in own},
        rows=rows,
        missing=_missing(event, own),
        placeholders=allowed_for(form.kind),
        theirs=theirs or {},
        sent_to=sent_to,
        back_in=back_in,
        to_me=_own_address(),
    )


def _missing(event: Event, own: tuple[Language, ...]) -> tuple[Language, ...]:
    """Return the event's languages that read Forum's words while others read the event's."""
    spoken = [one for one in LANGUAGES if one.key in event.languages]
    return tuple(one for one in spoken if one not in own) if own else ()


def _own_address() -> str:
    actor = current_actor()
    return address_of_member(actor.id) if actor.id else ""
