"""Checks that only Node's libraries do: axe and HTML validity."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

from forum.assets.build import ASSETS, Node, find_node, install_packages
from tests.support.ground import missing

HERE = Path(__file__).parent
AXE_RUN = """tags => axe
  .run(document, {runOnly: tags, resultTypes: ["violations"]})
  .then(result => result.violations)"""
AXE_TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


@dataclass(frozen=True)
class FrontEnd:
    """Node with the packages of the lock file."""

    node: Node
    modules: Path

    def axe(self, page: Page) -> list[str]:
        """Return what axe finds wrong with the page as it stands, one line each."""
        if not page.evaluate("'axe' in window"):
            # It is long: the browser keeps it for each address that is opened after this one.
            script = (self.modules / "axe-core" / "axe.min.js").read_text("utf-8")
            page.add_init_script(script)
            page.evaluate(script)
        found = page.evaluate(AXE_RUN, list(AXE_TAGS))
        return [
            f"{one['id']} ({one['impact']}): {node['html']} — {node['failureSummary']}"
            for one in found
            for node in one["nodes"]
        ]

    def html_faults(self, pages: Mapping[str, str], folder: Path) -> list[str]:
        """Return what is invalid in pages given as {name: HTML}, one line each.

        They are laid into `folder`, and looked at in one go.
        """
        names = {}
        for number, (name, html) in enumerate(pages.items()):
            file = folder / f"{number}.html"
            file.write_text(html, "utf-8")
            names[str(file)] = name
        program = self.modules / "html-validate" / "bin" / "html-validate.mjs"
        config = HERE / "htmlvalidate.json"
        words = [str(program), "--formatter", "json", "--config", str(config), *names]
        done = self._run(words, accepted=(0, 1))
        return [
            f"{names[result['filePath']]}:{fault['line']}: {fault['ruleId']}: {fault['message']}"
            for result in json.loads(done)
            for fault in result["messages"]
        ]

    def _run(self, words: Iterable[str], *, accepted: tuple[int, ...] = (0,)) -> bytes:
        command = [str(self.node.node), *words]
        done = subprocess.run(command, capture_output=True, check=False)
        if done.returncode not in accepted:
            raise RuntimeError(done.stderr.decode("utf-8", "replace"))
        return done.stdout


def front_end() -> FrontEnd:
    """Return Node with the packages of the lock file; skips where there is no Node."""
    node = find_node()
    if node is None:
        missing("There is no Node 20 or later here for axe and HTML validity.")
    install_packages(for_development=True)
    return FrontEnd(node, ASSETS / "node_modules")
