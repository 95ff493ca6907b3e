"""Typed Markdown as safe HTML: paragraphs, lists, emphasis, links; what looks like HTML is text."""

from __future__ import annotations

import re
from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
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
