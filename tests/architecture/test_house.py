"""The house rules that no other tool holds: lengths, names, excuses, and nothing of one machine."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST_MODULE = 400
VAGUE_NAMES = {"common", "data", "handle", "helpers", "info", "misc", "process", "utils"}
TEXT = {
    ".css",
    ".html",
    ".js",
    ".json",
    ".md",
    ".mjs",
    ".po",
    ".py",
    ".toml",
    ".txt",
    ".xml",
    ".yml",
}
PUBLIC_PACKAGE_HOSTS = {"files.pythonhosted.org", "pypi.org", "registry.npmjs.org"}


def files(*suffixes: str) -> list[Path]:
    """The project's own files with one of these endings: what git keeps, or would."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    names = listed.stdout.decode().split("\0")
    found = [ROOT / name for name in names if name and Path(name).suffix in suffixes]
    return sorted(path for path in found if path.is_file())


def shown(path: Path, line: int | None = None) -> str:
    return f"{path.relative_to(ROOT)}" + (f":{line}" if line else "")


def lines_with(pattern: str, *suffixes: str, outside: tuple[str, ...] = ()) -> list[str]:
    """Where a pattern stands in the project's files, as `path:line`."""
    wanted = re.compile(pattern)
    return [
        shown(path, number)
        for path in files(*suffixes)
        if not shown(path).startswith(outside) and path != Path(__file__)
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if wanted.search(line)
    ]


def test_no_module_is_longer_than_one_idea():
    long = {
        shown(path): length
        for path in files(".py", ".js", ".mjs")
        if "versions" not in path.parts  # a schema is as long as it is
        if (length := len(path.read_text("utf-8").splitlines())) > LONGEST_MODULE
    }
    assert long == {}


def test_no_module_has_a_name_that_says_nothing():
    assert [shown(path) for path in files(".py", ".js") if path.stem in VAGUE_NAMES] == []


def test_every_excuse_to_a_checker_has_its_reason_beside_it():
    # Ruff takes a dash; mypy and bandit read nothing but a second comment after their own.
    excuse = (
        r"# noqa(?![^#\n]*\s[—–-] \S)"
        r"|# (type: ignore(\[[\w, -]+\])?|nosec( B\d+)*)(?!\s+# \S|\[| B|\d)"
    )
    assert lines_with(excuse, ".py") == []


def test_nothing_is_left_for_later():
    left = r"\b(TO" r"DO|FIX" r"ME|XX" r"X|NotImplementedError)\b|[Ll]orem ipsum"
    assert lines_with(left, ".py", ".js", ".mjs", ".css", ".html") == []


def test_no_path_of_one_machine_stands_in_the_project():
    path = r"(?<![\w.:/])/(work|root|home|Users|opt)/\w"
    assert lines_with(path, *TEXT, "", ".lock", ".cfg") == []


@pytest.mark.parametrize("lock", ["uv.lock", "forum/assets/package-lock.json"])
def test_a_lock_file_names_none_but_the_public_hosts(lock):
    text = (ROOT / lock).read_text("utf-8")
    assert set(re.findall(r'https?://([^/"]+)', text)) <= PUBLIC_PACKAGE_HOSTS | funding(lock)
    assert "file:" not in text


def funding(lock: str) -> set[str]:
    """The hosts that package-lock.json names where a package asks for money."""
    found = re.findall(r'"url": "https?://([^/"]+)', (ROOT / lock).read_text("utf-8"))
    return set(found) if lock.endswith(".json") else set()


def test_templates_hold_no_inline_script_style_or_handler():
    # The content security policy forbids them, so a browser would drop them silently.
    inline = r"<script(?![^>]*\b(src=|type=\"application/))|\sstyle=[\"'{]|\son[a-z]+=[\"']|<style"
    assert lines_with(inline, ".html", outside=("templates/mail/",)) == []


def test_every_link_of_a_template_to_an_asset_goes_by_its_hashed_name():
    assert lines_with(r"[\"']/static/", ".html") == []
