"""Saving an event's own words for a kind of mail; as Forum says it, they are Forum's again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from forum.core import audit
from forum.core.db import writing
from forum.core.languages import by_key
from forum.core.permissions import Action
from forum.core.revisions import ChangedMeanwhile
from forum.core.text import clean_line, clean_paragraphs
from forum.events.service.changes import locked_event
from forum.messaging.models import MailTemplate
from forum.messaging.originals import original
from forum.messaging.placeholders import check, check_subject, names_for
from forum.messaging.words.shapes import OwnWords

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from forum.core.actor import Actor
    from forum.events.models import Event
    from forum.messaging.rules import Kind


@dataclass(frozen=True, slots=True)
class Typed:
    """The words of one language as they were typed, and the revision that the boxes showed."""

    words: OwnWords
    made_from: int = 0


@dataclass(frozen=True, slots=True)
class SavedMeanwhile:
    """What somebody else saved in one language after the form was shown."""

    subject: str
    heading: str
    words: str
    by: str


class WordsChangedMeanwhile(ChangedMeanwhile):
    """Somebody else saved words of the same mail and language; nothing typed was stored."""

    code = "words_changed_meanwhile"

    def __init__(self, theirs: Mapping[str, SavedMeanwhile]) -> None:
        """Keep what they saved, by language."""
        super().__init__()
        self.theirs = theirs


def save_words(
    actor: Actor, event_id: UUID, kind: Kind, typed: Mapping[str, Typed], *, now: datetime
) -> tuple[str, ...]:
    """Let an event say a kind of mail in these words; return the languages that changed.

    What is empty, or as Forum says it, stays Forum's. Raises NotFound, Forbidden,
    UnknownPlaceholder, PlaceholderInAddress, and WordsChangedMeanwhile where somebody else saved
    other words of a language that was typed in.
    """
    wanted = {lang: _kept(kind, lang, one.words) for lang, one in typed.items() if by_key(lang)}
    for lang, words in wanted.items():
        check_words(kind, words, lang)
    with writing() as session:
        event = locked_event(session, actor, event_id, Action.EDIT_EVENT)
        rows = _rows(session, event_id, kind)
        changed = [lang for lang, words in wanted.items() if words != words_of(rows.get(lang))]
        theirs = {
            lang: _saved(row)
            for lang in changed
            if (row := rows.get(lang)) is not None and row.revision != typed[lang].made_from
        }
        if theirs:
            raise WordsChangedMeanwhile(theirs)
        for lang in changed:
            _put(session, actor, event, rows.get(lang), (kind, lang, wanted[lang]), now)
    return tuple(changed)


def check_words(kind: Kind, words: OwnWords, lang: str = "") -> None:
    """Raise UnknownPlaceholder or PlaceholderInAddress, naming the box: subject, heading, words."""
    allowed = names_for(kind)
    end = f":{lang}" if lang else ""
    check_subject(words.subject, allowed, field=f"subject{end}")
    check_subject(words.heading, allowed, field=f"heading{end}")
    check(words.words, allowed, field=f"words{end}")


def words_of(row: MailTemplate | None) -> OwnWords:
    """Return what a row says; nothing where there is none."""
    return OwnWords(row.subject, row.heading, row.words) if row else OwnWords()


def _kept(kind: Kind, lang: str, typed: OwnWords) -> OwnWords:
    """Return what differs from Forum's own words: those may change with the next version."""
    ours = original(kind, lang)
    subject, heading = clean_line(typed.subject), clean_line(typed.heading)
    words = clean_paragraphs(typed.words)
    return OwnWords(
        "" if subject == ours.subject else subject,
        "" if heading == ours.heading else heading,
        "" if words == ours.words else words,
    )


def _rows(session: Session, event_id: UUID, kind: Kind) -> dict[str, MailTemplate]:
    found = session.scalars(
        sa.select(MailTemplate).where(MailTemplate.event_id == event_id, MailTemplate.kind == kind)
    )
    return {row.lang: row for row in found}


def _saved(row: MailTemplate) -> SavedMeanwhile:
    return SavedMeanwhile(row.subject, row.heading, row.words, row.changed_by)


def _put(
    session: Session,
    actor: Actor,
    event: Event,
    row: MailTemplate | None,
    says: tuple[Kind, str, OwnWords],
    now: datetime,
) -> None:
    kind, lang, words = says
    before = words_of(row)
    if row is None:
        row = MailTemplate(event_id=event.id, kind=kind, lang=lang, revision=0)
        session.add(row)
    row.subject, row.heading, row.words = words.subject, words.heading, words.words
    row.revision, row.changed_at, row.changed_by = row.revision + 1, now, actor.name[:200]
    session.flush()
    audit.record(
        session,
        actor,
        "mail_template.saved" if words else "mail_template.back_to_original",
        ("mail_template", row.id),
        event.organisation_id,
        {
            "event": str(event.id),
            "kind": kind.value,
            "lang": lang,
            "before": asdict(before),
            "after": asdict(words),
        },
        now,
    )
