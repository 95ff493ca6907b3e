"""What the words of a kind of message are made of."""

from __future__ import annotations

from dataclasses import dataclass

from forum.core.i18n import Sentence, sentence


@dataclass(frozen=True, slots=True)
class Words:
    """A mail's subject, its headline, what comes before and after the facts, and its one button.

    `name` is what organisers call such a mail. `path` follows the personal link in the button's
    address. `other_act` is a second, quieter button to the same page.
    """

    name: Sentence
    subject: Sentence
    headline: Sentence
    before: tuple[Sentence, ...] = ()
    after: tuple[Sentence, ...] = ()
    act: Sentence | None = None
    shows_time: bool = True
    path: str = ""
    other_act: Sentence | None = None


@dataclass(frozen=True, slots=True)
class OwnWords:
    """What an organiser wrote in one language, in place of a kind's words; an empty part is ours.

    `words` is Markdown with placeholders; where `{facts}` stands in it, the event, the code and the
    button come, else at its end.
    """

    subject: str = ""
    heading: str = ""
    words: str = ""

    def __bool__(self) -> bool:
        return bool(self.subject or self.heading or self.words)


SEE = sentence("See or change your registration")
SHOW = sentence("Show the code at the registration desk, on your phone or on paper.")
CANT_COME = sentence(
    "If you can’t come, please cancel on that page: "
    "your seat then goes to the next guest on the wait list.",
)
STANDS = sentence("Your registration stands, and your ticket stays good. You need do nothing.")
