"""What is done again and again: rooms name it here, the jobs process does it (exactly one does)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

Act = Callable[[datetime], object]


@dataclass(frozen=True, slots=True)
class Periodic:
    """An act under a name, and how often."""

    name: str
    every: timedelta
    act: Act


_KNOWN: dict[str, Periodic] = {}


def every(span: timedelta, name: str) -> Callable[[Act], Act]:
    """Register a function `(now)` to be called about this often; the same name replaces it."""

    def _keep(act: Act) -> Act:
        _KNOWN[name] = Periodic(name, span, act)
        return act

    return _keep


def all_periodic() -> tuple[Periodic, ...]:
    """Return everything that is registered, by name."""
    return tuple(_KNOWN[name] for name in sorted(_KNOWN))


def run(name: str, now: datetime) -> None:
    """Do one of them now; an unknown name does nothing (a worker of another version asked)."""
    if name in _KNOWN:
        _KNOWN[name].act(now)
