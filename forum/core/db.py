"""The database: typed base class, column types, and the one way to open a writing transaction."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event, orm
from sqlalchemy.exc import IntegrityError

from forum.core.engine import BUSY_MILLISECONDS, WRITE, options_for_writing
from forum.core.inserts import Row, insert_of
from forum.core.text import Text, text_of
from forum.core.turns import Turns, turns_of

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect

AFTER = "after_commit"
ROWS = "rows_to_append"
MOST_RACES = 20

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """An aware moment in UTC; a naive value is refused, not guessed."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> sa.types.TypeEngine[Any]:
        """Keep a sortable text in SQLite, timestamptz elsewhere."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(sa.String(32))
        return dialect.type_descriptor(sa.DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:  # noqa: ANN401 - as the database wants it
        """Turn an aware moment into UTC; as text every year has four figures, so that it sorts."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = f"a moment without a zone cannot be stored: {value!r}"
            raise ValueError(message)
        moment = value.astimezone(UTC)
        if dialect.name == "sqlite":
            return moment.isoformat(timespec="microseconds")
        return moment

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ANN401, ARG002 - the base class's shape
        """Give back an aware moment in UTC."""
        if value is None:
            return None
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        return moment.astimezone(UTC)


class TextColumn(sa.types.TypeDecorator[Text]):
    """A Text in one JSON column."""

    impl = sa.JSON
    cache_ok = True

    def process_bind_param(self, value: Text | Mapping[str, str] | None, dialect: Dialect) -> Any:  # noqa: ANN401, ARG002 - the base class's shape
        """Store the languages that have words."""
        if value is None:
            return {}
        return dict(value.by_language if isinstance(value, Text) else Text(value).by_language)

    def process_result_value(self, value: Any, dialect: Dialect) -> Text:  # noqa: ANN401, ARG002 - the base class's shape
        """Give back a Text, empty where nothing was stored."""
        return text_of(value)


class Base(orm.DeclarativeBase):
    """What all tables share."""

    metadata = sa.MetaData(naming_convention=NAMES)


PYTHON_TYPES: dict[Any, Any] = {
    datetime: UtcDateTime(),
    Text: TextColumn(),
    UUID: sa.Uuid(),
    dict[str, Any]: sa.JSON(),
    list[str]: sa.JSON(),
    list[dict[str, Any]]: sa.JSON(),
    list[Any]: sa.JSON(),
}


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


db = SQLAlchemy(
    model_class=Base,
    session_options={"expire_on_commit": False, "autoflush": False},
    engine_options={"json_serializer": _dump},
)

if TYPE_CHECKING:

    class Model(Base):
        """The base of every table, as the type checker sees it."""

        __abstract__ = True
else:
    Model = db.Model

Model.registry.update_type_annotation_map(PYTHON_TYPES)


AfterCommit = Callable[[], None]
Answer = TypeVar("Answer")


@contextmanager
def writing() -> Iterator[orm.Session]:
    """Open the one writing transaction: IMMEDIATE on SQLite; commit at the end, else roll back.

    Any read transaction ends first, so that everything is loaded again inside this one.
    """
    session = db.session()
    if session.info.get(WRITE):
        message = "a service called another one's writing transaction inside its own"
        raise RuntimeError(message)
    session.rollback()
    session.info[WRITE] = True
    after: list[AfterCommit] = []
    session.info[AFTER] = after
    session.info[ROWS] = {}
    try:
        with _turn():
            session.connection(execution_options=options_for_writing(db.engine))
            yield session
            write_appended(session)
            session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        for name in (WRITE, AFTER, ROWS):
            session.info.pop(name, None)
    for act in after:
        act()


@contextmanager
def _turn() -> Iterator[None]:
    """Wait for a turn to write, where the database serves one writer at a time."""
    turns = _turns_before(db.engine)
    if turns is None:
        yield
        return
    with turns.turn(BUSY_MILLISECONDS / 1000):
        yield


@lru_cache(maxsize=8)
def _turns_before(engine: sa.Engine) -> Turns | None:
    url = engine.url
    if url.get_backend_name() != "sqlite" or url.database in {None, "", ":memory:"}:
        return None
    return turns_of(str(url.database))


def after_commit(session: orm.Session, act: AfterCommit) -> None:
    """Have something done once the present writing transaction has been committed; once only."""
    if act not in session.info[AFTER]:
        session.info[AFTER].append(act)


def append(session: orm.Session, model: type[Base], **values: object) -> None:
    """Write a row at the end of the present writing transaction, with others of its table.

    For records that nobody changes or reads before that: a third of what an object costs. Tables
    are written in the order in which they were first named here.
    """
    if (rows := session.info.get(ROWS)) is None:
        message = "a row was appended outside a writing transaction"
        raise RuntimeError(message)
    rows.setdefault(model, []).append(values)


def write_appended(session: orm.Session) -> None:
    """Write what was appended so far, without waiting for the end of the transaction."""
    rows: dict[type[Base], list[Row]] = session.info[ROWS]
    if not rows:
        return
    session.flush()
    connection = session.connection()
    for model, values in rows.items():
        for alike in _alike(values):
            named = frozenset(alike[0])
            insert_of(table_of(model), named, connection.dialect).send(connection, alike)
    rows.clear()


def _alike(rows: list[Row]) -> Iterator[list[Row]]:
    """Give rows that name the same columns together; of one table they nearly always do."""
    for _, found in groupby(rows, key=dict.keys):
        yield list(found)


def table_of(model: type[Base]) -> sa.Table:
    """Return a model's table, for statements that are sent often and need no objects.

    On `session.connection()` they cost half of what the same statement of the model costs.
    """
    return Base.metadata.tables[model.__tablename__]


def once_more_when_raced(act: Callable[[], Answer], *, tries: int = MOST_RACES) -> Answer:
    """Do it again where another took the same unique name or place at the same moment.

    `act` opens the writing transaction itself and reads in it what is taken: every time round one
    of those who race gets through, so `tries` is how many may. Raises the last IntegrityError.
    """
    for _ in range(tries - 1):
        try:
            return act()
        except IntegrityError:
            continue
    return act()


def one_of(
    column: sa.ColumnElement[Any] | orm.InstrumentedAttribute[Any], values: Iterable[Any]
) -> sa.ColumnElement[bool]:
    """Say that a column has one of a few values that never change.

    In a statement that is sent often: SQLAlchemy writes IN anew each time, for it takes any number.
    """
    return sa.or_(*(column == value for value in sorted(values)))


@contextmanager
def counted_statements(engine: sa.Engine) -> Iterator[list[str]]:
    """Collect the statements an engine is sent; for query-count tests and the bench."""
    seen: list[str] = []

    def _note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE", "PRAGMA")):
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", _note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", _note)


def enum_column(kind: type[Any], name: str, length: int = 16) -> sa.Enum:
    """Return a column type that stores an enum's value as text with a CHECK."""
    return sa.Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=length,
        values_callable=lambda members: [member.value for member in members],
        validate_strings=True,
    )
