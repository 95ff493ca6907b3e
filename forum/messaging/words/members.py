"""What people who work with Forum are told: how to sign in, that they are invited."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forum.core.i18n import sentence
from forum.messaging.rules import Kind
from forum.messaging.words.shapes import Words

if TYPE_CHECKING:
    from collections.abc import Mapping

OF_MEMBERS: Mapping[Kind, Words] = {
    Kind.SIGN_IN: Words(
        sentence("Sign in"),
        sentence("Sign in to Forum"),
        sentence("Sign in to Forum"),
        (sentence("Press the button to sign in. It works once, within 10 minutes."),),
        (sentence("If you did not ask for this, do nothing: nobody gets in without this mail."),),
        sentence("Sign in"),
    ),
    Kind.INVITATION: Words(
        sentence("Invitation to Forum"),
        sentence("%(organisation)s invites you to Forum"),
        sentence("You’re invited"),
        (sentence("%(organisation)s would like you to work on its events with Forum."),),
        (sentence("The invitation works once, within 24 hours."),),
        sentence("Accept the invitation"),
    ),
}
