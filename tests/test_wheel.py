"""A wheel built from the checkout installs into an empty environment, and serves from there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import urllib.request
import zipfile
from pathlib import Path

import pytest

from forum.assets.build import is_current
from forum.settings import PREFIX
from tests.support.ground import answers, end, free_port, missing, wait_until

# One worker of the run builds them.
pytestmark = pytest.mark.xdist_group("wheel")

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def uv() -> str:
    """The uv that set this environment up."""
    beside = Path(sys.executable).with_name("uv")
    found = shutil.which("uv") or (str(beside) if beside.exists() else None)
    aside = ROOT / ".venv" / "uv" / "bin" / "uv"
    if found is None and not aside.exists():
        missing("There is no uv here to build a wheel with.")
    return found or str(aside)


@pytest.fixture(scope="module")
def sdist(uv: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked source archive of this checkout."""
    folder = tmp_path_factory.mktemp("sdist")
    run(uv, "build", "--quiet", "--sdist", "--out-dir", str(folder), str(ROOT))
    shutil.unpack_archive(next(folder.glob("*.tar.gz")), folder, filter="data")
    return next(path for path in folder.iterdir() if path.is_dir())


@pytest.fixture(scope="module")
def wheel(uv: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    run(uv, "build", "--quiet", "--wheel", "--out-dir", str(folder), str(ROOT))
    return next(folder.glob("*.whl"))


def run(*command: str) -> None:
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_wheel_holds_what_serving_needs_and_no_sources_of_it(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert {"forum/static/manifest.json", "forum/templates/ui/base.html"} <= set(names)
    assert any(name.endswith("zh_Hant_HK/LC_MESSAGES/messages.mo") for name in names)
    assert any(name.startswith("forum/migrations/versions/") for name in names)
    assert any(
        name.startswith("forum/static/forum-") and name.endswith(".css.br") for name in names
    )
    unwanted = (
        "node_modules",
        "forum/assets/js",
        "forum/assets/css",
        "translations/_parts",
        "tests/",
    )
    assert [name for name in names if any(part in name for part in unwanted)] == []


def test_a_source_archive_needs_no_node_for_it_carries_what_was_built(sdist):
    assert is_current(sdist / "forum" / "assets", sdist / "forum" / "static")
    assert (sdist / "forum" / "assets" / ".npmrc").is_file()
    assert not (sdist / "forum" / "assets" / "node_modules").exists()


def test_the_demo_runs_from_a_wheel_in_an_empty_environment(uv, wheel, tmp_path):
    venv = tmp_path / "venv"
    run(uv, "venv", "--quiet", "--python", sys.executable, str(venv))
    run(uv, "pip", "install", "--quiet", "--python", str(venv / "bin" / "python"), str(wheel))
    environment = {name: it for name, it in os.environ.items() if not name.startswith(PREFIX)}
    port = free_port()
    with (tmp_path / "demo.log").open("wb") as log:
        demo = subprocess.Popen(
            [venv / "bin" / "forum", "demo", "--json", "--port", str(port)],
            cwd=tmp_path,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
        )
    try:
        assert demo.stdout is not None
        line = demo.stdout.readline()
        assert line, (tmp_path / "demo.log").read_text("utf-8", "replace")
        links = json.loads(line)
        assert {"public_url", "organiser_url", "door_url", "feed_url", "event"} <= set(links)
        wait_until(lambda: answers(port), seconds=30, what="the demo")
        assert_is_served(links["public_url"], b"Crafting Tomorrow")
        assert_is_served(links["feed_url"], b"BEGIN:VCALENDAR")
    finally:
        end(demo)
        demo.stdout.close()


def assert_is_served(url: str, words: bytes) -> None:
    with urllib.request.urlopen(url, timeout=30) as answer:
        assert answer.status == 200
        assert words in answer.read()
