"""The words of a message, whole: its own, or a body that it shares, with its values put in.

A shared body holds marks that name its id, which nobody can type beforehand: one for each personal
value, and the marks of links, which become those of the message.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING
from uuid import UUID

import css_inline
import sqlalchemy as sa
from markupsafe import escape

from forum.core.db import db
from forum.core.text import clean_line
from forum.messaging.models import MailBody
from forum.messaging.rules import LONGEST_SUBJECT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from forum.messaging.models import Message

MOST_KEPT = 64
"""Bodies that a process remembers: they never change once mails were made of them."""

_INLINER = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


@dataclass(frozen=True, slots=True)
class Written:
    """A message's words; where a personal link belongs, both bodies hold its mark."""

    subject: str
    text: str
    html: str


NOTHING = Written("", "", "")


def value_mark(body_id: UUID, name: str) -> str:
    """Return what stands in a shared body in place of a personal value."""
    return f"{{{{value {body_id.hex} {name}}}}}"


def whole(message: Message) -> Written:
    """Return all the words of a message, as they were written.

    Of a shared body one statement, for the first of its messages in this process.
    """
    if message.body_id is None:
        return Written(message.subject, message.text, message.html)
    return _filled(message, _body(message.body_id))


def to_send(message: Message) -> Written:
    """Return the same with the styles at each element, as mail programs want them."""
    if message.body_id is None:
        return Written(message.subject, message.text, _INLINER.inline(message.html))
    body = _body(message.body_id)
    return _filled(message, Written(body.subject, body.text, _inlined(body.html)))


def subject_line(subject: str, body_id: UUID, values: Mapping[str, str]) -> str:
    """Return the subject of a shared body with one person's values, as a message has it."""
    return clean_line(_filled_subject(subject, body_id, values))[:LONGEST_SUBJECT]


def is_personal(subject: str, body_id: UUID) -> bool:
    """Say whether the subject of a shared body holds what is different for each person."""
    return _marks(body_id).search(subject) is not None


def _filled_subject(subject: str, body_id: UUID, values: Mapping[str, str]) -> str:
    return _marks(body_id).sub(lambda found: _value(found[2], values), subject)


@lru_cache(maxsize=MOST_KEPT)
def _body(body_id: UUID) -> Written:
    row = db.session.execute(
        sa.select(MailBody.subject, MailBody.text, MailBody.html).where(MailBody.id == body_id)
    ).first()
    return Written(*row) if row else NOTHING


@lru_cache(maxsize=MOST_KEPT)
def _inlined(html: str) -> str:
    return _INLINER.inline(html) if html else ""


def with_values(body: Written, body_id: UUID, values: Mapping[str, str], link: str) -> Written:
    """Return a shared body as one person would get it, each link leading to the same address."""
    subject = _filled_subject(body.subject, body_id, values)
    return _put(Written(subject, body.text, body.html), body_id, values, lambda _: link)


def _filled(message: Message, body: Written) -> Written:
    if message.body_id is None:
        return body
    with_subject = Written(message.subject, body.text, body.html)
    return _put(with_subject, message.body_id, message.values, lambda rest: _link_of(message, rest))


def _put(
    body: Written, body_id: UUID, values: Mapping[str, str], link: Callable[[str], str]
) -> Written:
    def say(as_it_is: Callable[[str], str]) -> Callable[[re.Match[str]], str]:
        def _said(found: re.Match[str]) -> str:
            what, name = found[1], found[2] or ""
            return as_it_is(_value(name, values) if what == "value" else link(name))

        return _said

    marks, (lines, paragraphs) = _marks(body_id), _lines(body_id)
    empty = _without_empty(values)
    return Written(
        body.subject,
        marks.sub(say(str), lines.sub(empty, body.text)),
        marks.sub(say(lambda said: str(escape(said))), paragraphs.sub(empty, body.html)),
    )


def _link_of(message: Message, rest: str) -> str:
    """Return the message's own mark for a link of the body; what is about the body is about it.

    Who has no page of their own has an open address among the values.
    """
    if not rest:
        return _value("link", message.values) or message.mark
    body = message.body_id.hex if message.body_id else ""
    return f"{{{{link {message.id.hex} {rest.replace(body, message.id.hex)}}}}}"


def _value(name: str, values: Mapping[str, str]) -> str:
    return str(values.get(name, ""))


def _without_empty(values: Mapping[str, str]) -> Callable[[re.Match[str]], str]:
    """Take out a line or paragraph that holds nothing but a value this person does not have."""

    def _keep(found: re.Match[str]) -> str:
        return found[0] if _value(found[1], values) else ""

    return _keep


@lru_cache(maxsize=MOST_KEPT)
def _marks(body_id: UUID) -> re.Pattern[str]:
    # In the address of a link a mark is quoted.
    gap = "(?: |%20)"
    named = rf"{gap}([a-z_]+(?: [0-9a-f]{{32}})?)"
    return re.compile(rf"\{{\{{(value|link){gap}{body_id.hex}(?:{named})?\}}\}}")


@lru_cache(maxsize=MOST_KEPT)
def _lines(body_id: UUID) -> tuple[re.Pattern[str], re.Pattern[str]]:
    mark = rf"\{{\{{value {body_id.hex} ([a-z_]+)\}}\}}"
    return re.compile(rf"^{mark}\n\n?", re.MULTILINE), re.compile(rf"<p(?: [^>]*)?>{mark}</p>\n?")
