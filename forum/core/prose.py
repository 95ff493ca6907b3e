"""Typed Markdown as safe HTML: paragraphs, lists, emphasis, links; what looks like HTML is text.

The same Markdown as plain text is for mails, and wherever nothing can be shown but lines.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

TAGS = {"p", "br", "ul", "ol", "li", "em", "strong", "a", "code", "blockquote"}
SCHEMES = {"http", "https", "mailto"}
_LEFT_OUT = ("heading", "lheading", "hr", "code", "html_block", "html_inline", "image", "table")
_ENDS = "，。、；：！？（）「」"
_BARE = re.compile(
    rf"(?<![A-Za-z0-9<=/\[\"'])(?<!\]\()(https?://[^\s<>()\[\]\"'{_ENDS}]*[^\s<>()\[\]\"'{_ENDS}.,;:!?*_])"
)
_parser = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable(
    _LEFT_OUT, ignoreInvalid=True
)


@lru_cache(maxsize=512)
def prose(typed: str) -> Markup:
    """Return typed text as HTML: CommonMark without headings, pictures and raw HTML.

    A single line end stays one, a bare address becomes a link, and nothing but TAGS comes through.
    """
    html = _parser.render(_BARE.sub(r"<\1>", typed))
    safe = nh3.clean(
        html,
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes=SCHEMES,
        link_rel="noopener nofollow",
    )
    return Markup(safe)  # noqa: S704 - nh3 cleaned it # nosec B704 # harmless


@lru_cache(maxsize=512)
def plain_prose(typed: str) -> str:
    """Return typed text as plain text: list marks stay, a link's address stands after its words."""
    page = _PlainPage()
    for token in _parser.parse(_BARE.sub(r"<\1>", typed)):
        page.take(token)
    return "\n".join(page.lines).strip("\n")


class _PlainPage:
    """Lines of plain text as they come out of Markdown, with an empty one after each block."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.numbers: list[int | None] = []
        self.mark = ""
        self.quotes = 0

    def take(self, token: Token) -> None:
        """Write what a token says, or note that a list or a quotation begins or ends."""
        match token.type:
            case "bullet_list_open":
                self.numbers.append(None)
            case "ordered_list_open":
                self.numbers.append(int(token.attrGet("start") or 1))
            case "bullet_list_close" | "ordered_list_close":
                self.end_list()
            case "list_item_open":
                self.begin_item()
            case "blockquote_open" | "blockquote_close":
                self.quotes += token.nesting
            case "inline":
                self.write(_inline(token.children or []))
            case "fence":
                self.write(token.content.rstrip("\n"))

    def begin_item(self) -> None:
        """Put the next number, or a dash, before the next line."""
        number = self.numbers[-1]
        self.mark = "- " if number is None else f"{number}. "
        self.numbers[-1] = None if number is None else number + 1

    def end_list(self) -> None:
        """Leave a line free after the outermost list."""
        self.numbers.pop()
        self.mark = ""
        if not self.numbers:
            self.lines.append("")

    def write(self, said: str) -> None:
        """Write a block: the first line with its mark, the others under it."""
        outer = "> " * self.quotes + "   " * max(0, len(self.numbers) - 1)
        for line in said.split("\n"):
            self.lines.append(outer + self.mark + line)
            self.mark = " " * len(self.mark)
        if not self.numbers:
            self.lines.append(">" * self.quotes)


def _inline(tokens: Sequence[Token]) -> str:
    said: list[str] = []
    opened: list[tuple[str, int]] = []
    for token in tokens:
        match token.type:
            case "softbreak" | "hardbreak":
                said.append("\n")
            case "link_open":
                opened.append((str(token.attrGet("href") or ""), len(said)))
            case "link_close":
                href, start = opened.pop()
                words = "".join(said[start:])
                if href.removeprefix("mailto:") != words:
                    said.append(f" ({href})")
            case _:
                said.append(token.content)
    return "".join(said)
