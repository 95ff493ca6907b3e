"""What kinds of session and roles on stage are called: on pages, in calendars, in mails."""

from __future__ import annotations

from collections.abc import Mapping

from forum.core.i18n import Sentence, sentence
from forum.programme.rules import AppearanceRole, SessionKind

KINDS: Mapping[SessionKind, Sentence] = {
    SessionKind.KEYNOTE: sentence("Keynote"),
    SessionKind.ADDRESS: sentence("Address"),
    SessionKind.PANEL: sentence("Panel discussion"),
    SessionKind.TALK: sentence("Talk"),
    SessionKind.FIRESIDE: sentence("Fireside chat"),
    SessionKind.CEREMONY: sentence("Ceremony"),
    SessionKind.BREAK: sentence("Break"),
    SessionKind.NETWORKING: sentence("Networking"),
    SessionKind.MEAL: sentence("Meal"),
    SessionKind.WORKSHOP: sentence("Workshop"),
    SessionKind.OTHER: sentence("Session"),
}

ROLES: Mapping[AppearanceRole, Sentence] = {
    AppearanceRole.OFFICIATING_GUEST: sentence("Officiating guest"),
    AppearanceRole.GUEST_OF_HONOUR: sentence("Guest of honour"),
    AppearanceRole.KEYNOTE_SPEAKER: sentence("Keynote speaker"),
    AppearanceRole.WELCOME: sentence("Welcome address"),
    AppearanceRole.OPENING: sentence("Opening remarks"),
    AppearanceRole.SPECIAL: sentence("Special address"),
    AppearanceRole.CLOSING: sentence("Closing remarks"),
    AppearanceRole.CHAIR: sentence("Chair"),
    AppearanceRole.MODERATOR: sentence("Moderator"),
    AppearanceRole.PANELLIST: sentence("Panellist"),
    AppearanceRole.PRESENTER: sentence("Speaker"),
    AppearanceRole.MC: sentence("Master of ceremonies"),
    AppearanceRole.INTERPRETER: sentence("Interpreter"),
    AppearanceRole.RAPPORTEUR: sentence("Rapporteur"),
}
