"""The organiser's list as its address says it: filter, order, columns, and back into an address."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from werkzeug.datastructures import MultiDict

from forum.core.ids import id_in
from forum.core.text import clean_line
from forum.registrations.rules import BookingSource, RegistrationState
from forum.registrations.rules.listing import (
    LONGEST_TAG,
    USUAL_COLUMNS,
    Column,
    Order,
    Wanted,
)
from forum.registrations.rules.searching import LONGEST_SEARCH

Chosen = TypeVar("Chosen", bound=Enum)
Query = dict[str, Any]
INSIDE = {"yes": True, "no": False}
MOST_COLUMNS = 40
MOST_ANSWERS = 10
"""So many questions may stand as columns beside one another."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page of the list shows; `answers` are questions whose answers stand as columns."""

    wanted: Wanted
    order: Order
    columns: tuple[Column, ...]
    answers: tuple[UUID, ...] = ()

    @property
    def query(self) -> Query:
        """All of it but what is usual, as an address holds it."""
        wanted = self.wanted
        said: Query = {
            "state": wanted.state.value if wanted.state else "",
            "type": str(wanted.type_id or ""),
            "tag": wanted.tag,
            "source": wanted.source.value if wanted.source else "",
            "inside": {True: "yes", False: "no", None: ""}[wanted.inside],
            "q": wanted.search,
            "order": self.order.value if self.order is not Order.NEWEST else "",
            "col": self._columns,
        }
        return {name: value for name, value in said.items() if value}

    @property
    def _columns(self) -> list[str]:
        if not self.answers and self.columns == USUAL_COLUMNS:
            return []
        return [*(one.value for one in self.columns), *(str(one) for one in self.answers)]

    @property
    def written(self) -> str:
        """The same as the part of an address after "?"."""
        return urlencode(self.query, doseq=True)

    def without(self, *names: str) -> Query:
        """Return the query without some of its parts."""
        return {name: value for name, value in self.query.items() if name not in names}

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The query as fields of a form."""
        return parse_qsl(self.written)


def asked_in(args: MultiDict[str, str]) -> Asked:
    """Read an address; what makes no sense there is passed over."""
    chosen = args.getlist("col")[:MOST_COLUMNS]
    columns = tuple(one for one in Column if one.value in chosen)
    answers = dict.fromkeys(found for one in chosen if (found := id_in(one)) is not None)
    return Asked(
        Wanted(
            state=_one_of(RegistrationState, args.get("state")),
            type_id=id_in(args.get("type")),
            tag=clean_line(args.get("tag"))[:LONGEST_TAG],
            source=_one_of(BookingSource, args.get("source")),
            inside=INSIDE.get(args.get("inside", "")),
            search=clean_line(args.get("q"))[:LONGEST_SEARCH],
        ),
        _one_of(Order, args.get("order")) or Order.NEWEST,
        columns if columns or answers else USUAL_COLUMNS,
        tuple(answers)[:MOST_ANSWERS],
    )


def asked_by(written: str) -> Asked:
    """Read what `Asked.written` wrote."""
    return asked_in(MultiDict(parse_qsl(written)))


def _one_of(kind: type[Chosen], value: str | None) -> Chosen | None:
    return next((one for one in kind if one.value == value), None)
