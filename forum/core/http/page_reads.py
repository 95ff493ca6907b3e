"""Raw reads of kept pages, below SQLAlchemy: one indexed SELECT on a connection kept for it."""

from __future__ import annotations

import struct
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

Found = TypeVar("Found")
HEAD = "SELECT etag, last_modified, headers, valid_until FROM page_bytes WHERE address = {0}"
BYTES = "SELECT body, gzipped FROM page_bytes WHERE address = {0} AND etag = {1}"


class Head(NamedTuple):
    """What tells whether a kept page is fresh, and whether its bytes are known."""

    etag: str
    last_modified: int | None
    headers: str
    valid_until: float


class Bytes(NamedTuple):
    """A kept page's two bodies."""

    body: bytes
    gzipped: bytes


class Reader(ABC):
    """Reads kept pages; None where there is no such page, or no database."""

    broken: tuple[type[Exception], ...]

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._idle: deque[Any] = deque()
        self.broken = (SQLAlchemyError, engine.dialect.loaded_dbapi.Error, Unanswered)

    def head(self, address: str) -> Head | None:
        """Return the head of the page at an address."""
        return self._read(lambda connection: self._head(connection, address))

    def bytes_of(self, address: str, etag: str) -> Bytes | None:
        """Return the bytes of the page, unless it is another by now."""
        return self._read(lambda connection: self._bytes(connection, address, etag))

    def close(self) -> None:
        """Close every connection that is not in use."""
        while self._idle:
            self._idle.pop().close()

    def _read(self, ask: Callable[[Any], Found | None]) -> Found | None:
        for fresh in (False, True):
            try:
                connection = self._connection(fresh=fresh)
                found = ask(connection)
            except self.broken:
                self.close()
                continue
            # The last one back is the first one out, so that no more stay busy than are needed.
            self._idle.append(connection)
            return found
        return None

    def _connection(self, *, fresh: bool) -> Any:  # noqa: ANN401 - a DBAPI connection
        if not fresh:
            try:
                return self._idle.pop()
            except IndexError:
                pass
        pooled = self._engine.raw_connection()
        raw = pooled.driver_connection
        pooled.detach()
        self._prepare(raw)
        return raw

    @abstractmethod
    def _prepare(self, connection: Any) -> None:  # noqa: ANN401 - as above
        pass

    @abstractmethod
    def _head(self, connection: Any, address: str) -> Head | None:  # noqa: ANN401 - as above
        pass

    @abstractmethod
    def _bytes(self, connection: Any, address: str, etag: str) -> Bytes | None:  # noqa: ANN401 - as above
        pass


class Unanswered(Exception):
    """PostgreSQL answered with something else than rows."""


class OnSqlite(Reader):
    """Reads by Python's own driver."""

    def _prepare(self, connection: Any) -> None:  # noqa: ANN401 - as above
        """Leave it as the engine made it."""

    def _head(self, connection: Any, address: str) -> Head | None:  # noqa: ANN401 - as above
        row = _one(connection, HEAD.format("?"), (address,))
        return Head(*row) if row else None

    def _bytes(self, connection: Any, address: str, etag: str) -> Bytes | None:  # noqa: ANN401 - as above
        row = _one(connection, BYTES.format("?", "?"), (address, etag))
        return Bytes(*row) if row else None


def _one(connection: Any, sql: str, values: tuple[str, ...]) -> tuple[Any, ...] | None:  # noqa: ANN401 - as above
    cursor = connection.execute(sql, values)
    row: tuple[Any, ...] | None = cursor.fetchone()
    cursor.close()
    return row


class OnPostgres(Reader):
    """Reads by libpq: psycopg's cursor costs several times what the database itself does."""

    COMMAND_OK, TUPLES_OK = 1, 2
    BINARY = 1

    def _prepare(self, connection: Any) -> None:  # noqa: ANN401 - as above
        connection.autocommit = True
        for name, sql in ((b"head", HEAD.format("$1")), (b"bytes", BYTES.format("$1", "$2"))):
            done = connection.pgconn.prepare(b"forum_" + name, sql.encode())
            if done.status != self.COMMAND_OK:
                raise Unanswered

    def _head(self, connection: Any, address: str) -> Head | None:  # noqa: ANN401 - as above
        row = self._row(connection, b"forum_head", [address.encode()], 4)
        if row is None:
            return None
        etag, modified, headers, until = row
        at = struct.unpack("!q", modified)[0] if modified is not None else None
        return Head(etag.decode(), at, headers.decode(), struct.unpack("!d", until)[0])

    def _bytes(self, connection: Any, address: str, etag: str) -> Bytes | None:  # noqa: ANN401 - as above
        row = self._row(connection, b"forum_bytes", [address.encode(), etag.encode()], 2)
        return Bytes(*row) if row else None

    def _row(
        self,
        connection: Any,  # noqa: ANN401 - as above
        name: bytes,
        values: list[bytes],
        width: int,
    ) -> list[Any] | None:
        result = connection.pgconn.exec_prepared(name, values, result_format=self.BINARY)
        if result.status != self.TUPLES_OK:
            connection.close()
            raise Unanswered
        if not result.ntuples:
            return None
        return [result.get_value(0, column) for column in range(width)]


def reader_for(engine: sa.Engine) -> Reader:
    """Return the reader for an engine's database."""
    return OnSqlite(engine) if engine.dialect.name == "sqlite" else OnPostgres(engine)
