"""Sets up what `make` needs, with nothing but Python's standard library, pip, and apt where it may.

    python3 .ci/prepare.py environment [--development]
    python3 .ci/prepare.py servers

`environment` makes .venv and fills it from uv.lock; `servers` installs what the tests run against.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from ctypes.util import find_library
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PROGRAMS = VENV / ("Scripts" if os.name == "nt" else "bin")
PUBLIC_INDEX = "https://pypi.org/simple"
LOWEST_PYTHON = (3, 11)
SHELL = "chromium-headless-shell"
"""Chromium without the windows around its pages, which cost more than the pages themselves."""

sys.path.insert(0, str(ROOT))

from forum.assets.build import find_node  # noqa: E402 — the checkout is on the path only now


class CannotPrepare(Exception):
    """Something is missing that this script cannot get; the message says what to do."""


def main(arguments: list[str]) -> int:
    """Run one of the two commands; 1 and a sentence where it cannot be done."""
    try:
        if arguments[:1] == ["environment"]:
            environment(for_development="--development" in arguments)
        elif arguments[:1] == ["servers"]:
            servers()
        else:
            sys.stderr.write(f"{__doc__}\n")
            return 2
    except CannotPrepare as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def environment(*, for_development: bool) -> None:
    """Make .venv, and install the locked packages and this checkout into it."""
    if sys.version_info < LOWEST_PYTHON:
        message = f"Forum needs Python 3.11 or later; this is {sys.version.split()[0]}."
        raise CannotPrepare(message)
    python = PROGRAMS / "python"
    if not python.exists() and not _works([sys.executable, "-m", "venv", str(VENV)]):
        # Debian's python3 may come without ensurepip.
        _run([sys.executable, "-m", "venv", "--clear", "--without-pip", str(VENV)])
    choices = ["--extra=pdf", "--no-dev"]
    if for_development:
        choices = ["--extra=pdf", "--extra=postgres", "--extra=redis"]
        choices += [] if find_node() else ["--group=node"]
    uv, of_pip = _uv(python), _pip_settings()
    settings = {
        **os.environ,
        "UV_PROJECT_ENVIRONMENT": str(VENV),
        "UV_PYTHON": str(python),
        "UV_PYTHON_DOWNLOADS": "never",
    }
    if "cert" in of_pip:
        settings.setdefault("SSL_CERT_FILE", of_pip["cert"])
    index = of_pip.get("index-url", PUBLIC_INDEX).rstrip("/")
    if index == PUBLIC_INDEX:
        _run([*uv, "sync", "--quiet", "--frozen", "--inexact", *choices], settings)
    else:
        settings.setdefault("UV_DEFAULT_INDEX", index)
        _install_from_mirror(uv, choices, settings)


def servers() -> None:
    """Install Chromium, Chinese fonts, libical, PostgreSQL and Redis by apt where it may be."""
    wanted = [package for package, is_here in _SERVERS.items() if not is_here()]
    if not wanted:
        return
    apt = _apt()
    if apt:
        sys.stdout.write(f"Installing by apt: {', '.join(wanted)}\n")
        quiet = ["-qq", "-o", "Dpkg::Use-Pty=0"]
        _works([*apt, "update", *quiet])
        for package in wanted:
            # One by one: not every distribution has each, and the shell is a Chromium too.
            if not _SERVERS[package]():
                _works([*apt, "install", *quiet, "--yes", "--no-install-recommends", package])
    for package in wanted:
        if package != SHELL and not _SERVERS[package]():
            reason = "apt could not install it" if apt else "apt may not be used here"
            sys.stdout.write(f"Tests go on without {package}: {reason}.\n")


def _uv(python: Path) -> list[str]:
    """Return the words that start uv: the machine's, else one fetched into .venv by pip."""
    on_path, own, aside = shutil.which("uv"), PROGRAMS / "uv", VENV / "uv"
    if on_path:
        return [on_path]
    if not own.exists() and not (aside / "bin" / "uv").exists():
        by_its_pip = [str(python), "-m", "pip", "install", "--quiet", "uv"]
        by_other_pip = [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            f"--target={aside}",
            "uv",
        ]
        if not (_works(by_its_pip) or _works(by_other_pip)):
            message = "Forum's set-up needs pip (Debian: python3-pip), or uv itself."
            raise CannotPrepare(message)
    return [str(own if own.exists() else aside / "bin" / "uv")]


def _pip_settings() -> dict[str, str]:
    """Return how pip is set up on this machine (`index-url`, `cert` …), for uv to follow."""
    command = [sys.executable, "-m", "pip", "config", "list"]
    asked = subprocess.run(command, capture_output=True, text=True, check=False)
    # The lines are sorted so that the environment's word, which rules, comes last.
    lines = sorted(asked.stdout.splitlines(), key=lambda line: line.startswith(":env:"))
    pairs = (line.partition("=") for line in lines)
    return {name.rpartition(".")[2]: value.strip("'\"") for name, _, value in pairs}


def _install_from_mirror(
    uv: Sequence[str], choices: Sequence[str], settings: dict[str, str]
) -> None:
    """Install the locked versions from another index: the lock names the public one's addresses."""
    locked = subprocess.run(
        [*uv, "export", "--quiet", "--frozen", "--no-emit-project", *choices],
        cwd=ROOT,
        env=settings,
        capture_output=True,
        check=True,
    )
    install = [*uv, "pip", "install", "--quiet", "--python", str(PROGRAMS / "python")]
    _run([*install, "--requirements", "-"], settings, locked.stdout)
    _run([*install, "--no-deps", "--editable", "."], settings)


def _apt() -> list[str] | None:
    """Return the words that start apt-get with the rights it needs; None where it has none."""
    if not shutil.which("apt-get"):
        return None
    command = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    if os.geteuid() == 0:
        return command
    if shutil.which("sudo") and _works(["sudo", "-n", "true"]):
        return ["sudo", "-n", *command]
    return None


def _has_chinese_font() -> bool:
    return any(Path("/usr/share/fonts").rglob("NotoSansCJK*"))


def _has_postgresql() -> bool:
    in_debian = any(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return in_debian or bool(shutil.which("initdb") or os.environ.get("FORUM_TEST_PG_URL"))


def _has_shell() -> bool:
    """Say whether there is Chromium's shell, or no way to get it: any Chromium does as well."""
    given = os.environ.get("FORUM_TEST_CHROMIUM") or shutil.which(SHELL)
    return bool(given) or _apt() is None


def _has_chromium() -> bool:
    names = (SHELL, "chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
    return bool(os.environ.get("FORUM_TEST_CHROMIUM") or any(map(shutil.which, names)))


_SERVERS: dict[str, Callable[[], bool]] = {
    SHELL: _has_shell,
    "chromium": _has_chromium,
    "fonts-noto-cjk": _has_chinese_font,
    "libical3": lambda: bool(find_library("ical")),
    "postgresql": _has_postgresql,
    "redis-server": lambda: bool(shutil.which("redis-server")),
}


def _run(
    command: Sequence[str], settings: dict[str, str] | None = None, given: bytes = b""
) -> None:
    done = subprocess.run(command, cwd=ROOT, env=settings, input=given, check=False)
    if done.returncode != 0:
        message = f"`{' '.join(command[:4])} …` failed; what it said stands above."
        raise CannotPrepare(message)


def _works(command: Sequence[str]) -> bool:
    done = subprocess.run(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
