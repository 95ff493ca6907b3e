"""Migrations: they lead from nothing to exactly the models, on both databases, and back."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from forum.app import create_app
from forum.core.db import Model, db
from forum.database import check_schema, configuration, upgrade_schema
from tests.support import databases


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        return str(request.getfixturevalue("empty_postgres_url"))
    return f"sqlite:///{tmp_path / 'empty.sqlite3'}"


def checks_of(engine: sa.Engine) -> dict[str, set[str]]:
    """Return the names of the CHECK constraints of each table."""
    inspector = sa.inspect(engine)
    return {
        table: {str(check["name"]) for check in inspector.get_check_constraints(table)}
        for table in inspector.get_table_names()
        if table != "alembic_version"
    }


def test_migrations_and_models_agree_to_the_last_constraint(empty_url: str, tmp_path: Path) -> None:
    app = create_app(databases.settings_for(tmp_path, empty_url))
    with app.app_context():
        upgrade_schema()
        found, wanted = check_schema()
        assert found == wanted
        with db.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, Model.metadata) == []
        assert checks_of(db.engine) == _declared_checks()
    databases.close(app)


def indexes_of(engine: sa.Engine) -> dict[str, str]:
    """Return how the database itself defines each index: columns, order, uniqueness, predicate."""
    ask = (
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        if engine.dialect.name == "sqlite"
        else "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()"
    )
    with engine.connect() as connection:
        found = connection.execute(sa.text(ask)).all()
    known = {str(name): " ".join(str(definition).split()) for name, definition in found}
    return {name: says for name, says in known.items() if "alembic_version" not in name}


def test_migrations_and_models_agree_on_every_index_to_its_predicate(
    empty_url: str, tmp_path: Path
) -> None:
    app = create_app(databases.settings_for(tmp_path, empty_url))
    with app.app_context():
        upgrade_schema()
        migrated = indexes_of(db.engine)
        db.session.remove()
        command.downgrade(configuration(), "base")
        db.create_all()
        declared = indexes_of(db.engine)
        assert migrated == declared
        assert any(" WHERE " in definition for definition in declared.values())
    databases.close(app)


def test_the_control_with_another_predicate_is_seen(empty_url: str, tmp_path: Path) -> None:
    app = create_app(databases.settings_for(tmp_path, empty_url))
    with app.app_context():
        db.create_all()
        before = indexes_of(db.engine)
        with db.engine.begin() as connection:
            connection.execute(sa.text("DROP INDEX ix_outbox_waiting"))
            connection.execute(
                sa.text("CREATE INDEX ix_outbox_waiting ON outbox (due_at) WHERE tries = 0")
            )
        after = indexes_of(db.engine)
        assert {name for name in before if before[name] != after[name]} == {"ix_outbox_waiting"}
    databases.close(app)


def test_migrations_lead_back_to_nothing(empty_url: str, tmp_path: Path) -> None:
    app = create_app(databases.settings_for(tmp_path, empty_url))
    with app.app_context():
        upgrade_schema()
        db.session.remove()
        command.downgrade(configuration(), "base")
        assert set(sa.inspect(db.engine).get_table_names()) == {"alembic_version"}
    databases.close(app)


def _declared_checks() -> dict[str, set[str]]:
    return {
        name: {
            str(constraint.name)
            for constraint in table.constraints
            if isinstance(constraint, sa.CheckConstraint)
        }
        for name, table in Model.metadata.tables.items()
    }
