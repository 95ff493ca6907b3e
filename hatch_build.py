"""The packaging hook: builds the front end and compiles the translations into the package."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
sys.path.insert(0, str(ROOT))

from forum.assets.build import NODE_PACKAGE, build, find_node, is_current  # noqa: E402 — the checkout is on the path only now
from forum.translations.catalogues import compile_all  # noqa: E402 — see above


class FrontEndHook(BuildHookInterface[BuilderConfig]):
    """Fills `forum/static/` and writes each catalogue's .mo before files are collected."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Ask for Node from the package index only where it is needed and the machine has none."""
        return [] if is_current() or find_node() else [NODE_PACKAGE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build what is out of date."""
        del version, build_data
        build()
        compile_all()
