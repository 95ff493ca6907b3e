"""Where templates, built assets and translations lie: in the wheel, or in the checkout."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parent
STATIC = PACKAGE / "static"
TRANSLATIONS = PACKAGE / "translations"


def templates() -> Path:
    """Return the folder of templates: beside the package in a checkout, else inside it."""
    inside = PACKAGE / "templates"
    return inside if inside.is_dir() else PACKAGE.parent / "templates"


@cache
def manifest() -> dict[str, str]:
    """Return the built name of each asset; empty before the first build."""
    file = STATIC / "manifest.json"
    if not file.exists():
        return {}
    names: dict[str, str] = json.loads(file.read_text("utf-8"))
    return names


@cache
def edition() -> str:
    """Return eight letters that change with anything a rendered page is made of."""
    digest = hashlib.blake2b(digest_size=4)
    made_of = [*PACKAGE.rglob("*.py"), *TRANSLATIONS.rglob("*.mo"), *templates().rglob("*.html")]
    for file in sorted(file for file in made_of if "node_modules" not in file.parts):
        digest.update(file.read_bytes())
    digest.update(json.dumps(manifest()).encode())
    return digest.hexdigest()


def asset(name: str) -> str:
    """Return the address of an asset, with its hash, so that it may be kept for ever."""
    return f"/static/{manifest().get(name, name)}"
