"""The import contracts bite: each is broken on purpose once, in a copy of the house."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTRACTS = {
    "Storeys: imports only walk down": ("core/trespass.py", "import forum.events.models"),
    "Doors: within a room, from rules up to pages": (
        "events/queries.py",
        "import forum.events.service",
    ),
    "Doors: models and queries call nobody's service, forms or pages": (
        "events/models.py",
        "import forum.people.service",
    ),
    "Rules are pure: no database, no Flask": ("events/rules.py", "import sqlalchemy"),
    "No Flask in rules, models, queries and services": ("people/service.py", "import flask"),
    "Only core.db knows Flask-SQLAlchemy": ("core/trespass.py", "import flask_sqlalchemy"),
    "Only the calendar reads and writes iCalendar": (
        "events/queries.py",
        "import icalendar",
    ),
    "Only core.qr draws QR codes": ("tickets/service.py", "import qrcode.image.svg"),
}


def verdicts(house: Path) -> dict[str, bool]:
    """Which contracts hold in a house, by their names."""
    checked = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=house,
        env={**os.environ, "PYTHONPATH": str(house), "COLUMNS": "200", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [line.strip() for line in checked.stdout.splitlines()]
    answers = {}
    for name in CONTRACTS:
        said = next((line for line in lines if line.startswith(name + " ")), "")
        assert said, f"no verdict on {name!r}:\n{checked.stdout}{checked.stderr}"
        answers[name] = "KEPT" in said
    return answers


@pytest.fixture
def house(tmp_path):
    """A copy of the project's modules, without what they are built with."""
    ignored = shutil.ignore_patterns("node_modules", "static", "__pycache__", "versions")
    shutil.copytree(ROOT / "forum", tmp_path / "forum", ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_house_keeps_every_contract(house):
    assert [name for name, holds in verdicts(house).items() if not holds] == []


def test_every_trespass_is_seen(house):
    for place, statement in CONTRACTS.values():
        module = house / "forum" / place
        module.parent.mkdir(exist_ok=True)
        (module.parent / "__init__.py").touch()
        # A door that has become a package is trespassed in its first module.
        if module.with_suffix("").is_dir():
            module = module.with_suffix("") / "__init__.py"
        written = module.read_text("utf-8") if module.exists() else ""
        module.write_text(f"{written}\n{statement}\n", "utf-8")
    for needed in ("people/service", "events/service"):
        if not (house / "forum" / needed).is_dir():
            (house / "forum" / f"{needed}.py").touch()
    assert [name for name, holds in verdicts(house).items() if holds] == []
