"""INSERTs as the driver takes them: made once for a table, with what turns values into columns.

SQLAlchemy asks anew for each statement what it is and how its values are bound. That costs more
than the database does for a row, and a registration writes seven of them while all others wait.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Dialect

Row = dict[str, object]


class Insert:
    """The INSERT of rows that name the same columns; defaults are made for the columns they lack.

    The columns of a primary key are never left to the database.
    """

    def __init__(self, table: sa.Table, named: frozenset[str], dialect: Dialect) -> None:
        self._defaults: dict[str, Callable[[], object]] = {
            column.name: _maker(column)
            for column in table.columns
            if column.name not in named and column.default is not None
        }
        columns = [one for one in table.columns if one.name in named or one.name in self._defaults]
        statement = sa.insert(table).compile(
            dialect=dialect, column_keys=[column.name for column in columns]
        )
        self._sql = statement.string
        self._by_place = statement.positiontup
        self._bound = [
            (column.name, column.type.dialect_impl(dialect).bind_processor(dialect))
            for column in columns
        ]

    def send(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Write the rows with one statement."""
        values = [self._values(row) for row in rows]
        connection.exec_driver_sql(self._sql, values if len(values) > 1 else values[0])

    def _values(self, row: Row) -> Any:  # noqa: ANN401 - a tuple or a dict, as the driver wants it
        whole = {name: make() for name, make in self._defaults.items()} | row
        bound = {name: bind(whole[name]) if bind else whole[name] for name, bind in self._bound}
        return bound if self._by_place is None else tuple(bound[name] for name in self._by_place)


@lru_cache(maxsize=128)
def insert_of(table: sa.Table, named: frozenset[str], dialect: Dialect) -> Insert:
    """Return the INSERT of rows that name these columns."""
    return Insert(table, named, dialect)


def _maker(column: sa.Column[Any]) -> Callable[[], object]:
    default = column.default
    if isinstance(default, sa.ColumnDefault) and default.is_callable:
        made = default.arg
        return lambda: made(None)
    if isinstance(default, sa.ColumnDefault) and default.is_scalar:
        return lambda: default.arg
    message = f"{column} has a default that only the database can make"
    raise TypeError(message)
