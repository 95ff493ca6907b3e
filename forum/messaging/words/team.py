"""What those who run events read: each morning what waits, and when they are asked to agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forum.core.i18n import sentence
from forum.messaging.rules import Kind
from forum.messaging.words.shapes import Words

if TYPE_CHECKING:
    from collections.abc import Mapping

OF_TEAM: Mapping[Kind, Words] = {
    Kind.STAFF_DIGEST: Words(
        sentence("Summary for the team"),
        sentence("What waits for you: %(organisation)s"),
        sentence("What waits for you"),
        (),
        (
            sentence(
                "This comes at most once a day, and only when there is something. You can switch "
                "it off on the page of your account.",
            ),
        ),
        sentence("Open Forum"),
    ),
    Kind.NOD_WANTED: Words(
        sentence("A second person is asked"),
        sentence("An announcement needs a second person: %(organisation)s"),
        sentence("An announcement needs a second person"),
        (
            sentence(
                "It goes to many people, so two of you decide. Look at it, and agree if it is "
                "right.",
            ),
        ),
        (sentence("Until somebody agrees, nobody gets it."),),
        sentence("Look at the announcement"),
    ),
    Kind.NOD_OUTGROWN: Words(
        sentence("More people than confirmed"),
        sentence("An announcement has not gone out: %(organisation)s"),
        sentence("An announcement has not gone out"),
        (
            sentence(
                "When its time came, it would have reached more people than it was confirmed for. "
                "So it waits until a second person has looked at it.",
            ),
        ),
        (sentence("Until somebody agrees, nobody gets it."),),
        sentence("Look at the announcement"),
    ),
}
