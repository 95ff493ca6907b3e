"""One spelling for each address: what stands twice in a cache would be kept without end."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from werkzeug.routing import Rule, UUIDConverter

if TYPE_CHECKING:
    from flask import Flask


class OneUuid(UUIDConverter):
    """An id as Forum writes it, in small letters; any other spelling is no address."""

    regex = "-".join(f"[0-9a-f]{{{length}}}" for length in (8, 4, 4, 4, 12))


class LateRule(Rule):
    """A rule that learns to write its addresses when it first has to.

    Werkzeug compiles two functions for each rule at once, which is most of an application's start.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:  # noqa: FBT001, FBT002 - as Werkzeug calls it
        compile_now = super()._compile_builder
        compiled: Callable[..., tuple[str, str]] | None = None

        def _build(rule: Rule, /, **values: Any) -> tuple[str, str]:  # noqa: ANN401 - as the compiled one
            nonlocal compiled
            if compiled is None:
                compiled = compile_now(append_unknown)
            return compiled(rule, **values)

        return _build


def init_addresses(app: Flask) -> None:
    """Let `<uuid:…>` in addresses mean the one spelling; before any room adds its views."""
    app.url_rule_class = LateRule
    app.url_map.converters["uuid"] = OneUuid
