"""Addresses read once a run: each test makes an application, and all have the same rules."""

from __future__ import annotations

from typing import Any

from werkzeug.routing import Rule

from forum.core.http.addresses import LateRule

_READ = ("_parts", "_trace", "_converters", "arguments")
_WRITTEN = ("_build", "_build_unknown")


def read_addresses_once() -> None:
    """Let every application that is made from now on share what Werkzeug finds in a rule."""
    read_now = LateRule.compile
    known: dict[tuple[Any, ...], tuple[dict[str, Any], dict[str, Any]]] = {}

    def _read(rule: Rule) -> None:
        key = (
            rule.rule,
            rule.subdomain,
            rule.host,
            rule.merge_slashes,
            repr(rule.defaults),
            *rule.map.converters.values(),
        )
        if key not in known:
            read_now(rule)
            found = vars(rule)
            known[key] = (
                {name: found[name] for name in _READ},
                {name: found[name].__func__ for name in _WRITTEN},
            )
        read, written = known[key]
        vars(rule).update(read, arguments=set(read["arguments"]))
        for name, write in written.items():
            setattr(rule, name, write.__get__(rule))

    LateRule.compile = _read  # type: ignore[assignment, method-assign]  # so that Flask calls ours
