"""What kind of session a file's words mean, and what people are in it where the file says not."""

from __future__ import annotations

import re
from collections.abc import Sequence

from forum.programme.rules import AppearanceRole, SessionKind

_KINDS: tuple[tuple[SessionKind, tuple[str, ...]], ...] = (
    (SessionKind.MEAL, ("lunch", "dinner", "breakfast", "午餐", "午膳", "晚餐", "午宴")),
    (
        SessionKind.BREAK,
        ("break", "coffee break", "tea time", "pause", "茶點", "休息", "小休", "點心"),
    ),
    (
        SessionKind.NETWORKING,
        ("networking", "reception", "registration", "check-in", "報到", "登記", "交流"),
    ),
    (SessionKind.KEYNOTE, ("keynote", "主題演講")),
    (SessionKind.PANEL, ("panel", "podium", "座談", "專題討論", "論壇")),
    (SessionKind.FIRESIDE, ("fireside", "爐邊談話")),
    (SessionKind.WORKSHOP, ("workshop", "工作坊")),
    (SessionKind.CEREMONY, ("opening", "closing", "ceremony", "開幕", "閉幕")),
)
_UNSTAGED = frozenset(
    {SessionKind.MEAL, SessionKind.BREAK, SessionKind.NETWORKING, SessionKind.CEREMONY}
)
_ROLES = {
    SessionKind.PANEL: AppearanceRole.PANELLIST,
    SessionKind.KEYNOTE: AppearanceRole.KEYNOTE_SPEAKER,
}
LONGEST_READ = 1000


def kind_of(general: str, titles: Sequence[str], *, staged: bool) -> SessionKind:
    """Return the kind that the file's own word for it means, else its title.

    Somebody is on stage where `staged`: then a title with “break” in it is no break.
    """
    general = general[:LONGEST_READ].casefold()
    for words in (general, " ".join(titles)[:LONGEST_READ].casefold()):
        for kind, marks in _KINDS:
            if staged and words is not general and kind in _UNSTAGED:
                continue
            if any(_says(words, mark) for mark in marks):
                return kind
    return SessionKind.OTHER if "event" in general else SessionKind.TALK


def role_in(kind: SessionKind) -> AppearanceRole:
    """Return what somebody in a session of this kind is, where the file says not."""
    return _ROLES.get(kind, AppearanceRole.PRESENTER)


def _says(words: str, mark: str) -> bool:
    if not mark.isascii():
        return mark in words
    return re.search(rf"\b{re.escape(mark)}\b", words) is not None
