"""A person with a calendar on a laptop: vdirsyncer fetches the feeds, khal shows what it keeps.

vdirsyncer gives entries of a web address UIDs by their content: what they are of, their URL says.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

PROGRAMS = Path(sys.executable).parent
FIELDS = ("url", "title", "start-date", "start-time", "end-time", "location", "status")


@dataclass(frozen=True)
class Subscriber:
    """A home folder with one calendar for each address."""

    home: Path
    names: tuple[str, ...]

    def sync(self) -> str:
        """Fetch every calendar, and return what vdirsyncer said."""
        return self._run("vdirsyncer", "-c", str(self.home / "vdirsyncer"), "sync")

    def shown(self, name: str, first: date, days: int) -> list[dict[str, str]]:
        """Return what khal shows of a calendar, one entry a line, in its order."""
        told = self._run(
            "khal", "-c", str(self.home / "khal"), "list", "-a", name, "--day-format", "",
            *(word for field in FIELDS for word in ("--json", field)),
            first.isoformat(), f"{days}d",
        )  # fmt: skip
        days_told: list[list[dict[str, Any]]] = [json.loads(line) for line in told.splitlines()]
        return [
            {field: str(one[field]).strip() for field in FIELDS}
            for entries in days_told
            for one in entries
        ]

    def take(self, name: str, octets: bytes) -> None:
        """Take a file that came by mail into a calendar, as its reader would by opening it."""
        file = self.home / "invite.ics"
        file.write_bytes(octets)
        config = str(self.home / "khal")
        self._run("khal", "-c", config, "import", "--batch", "-a", name, str(file))

    def files(self, name: str) -> list[str]:
        """Return what vdirsyncer keeps, a file an entry."""
        kept = sorted((self.home / name).glob("*.ics"))
        return [file.read_text("utf-8") for file in kept]

    def _run(self, program: str, *words: str) -> str:
        done = subprocess.run(
            [str(PROGRAMS / program), *words],
            env={"HOME": str(self.home), "PATH": str(PROGRAMS), "LC_ALL": "C.UTF-8", "TZ": "UTC"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr


def subscribed(home: Path, addresses: Mapping[str, str], zone: str) -> Subscriber:
    """Subscribe to calendars: names and addresses."""
    names = tuple(addresses)
    sections = [f'[general]\nstatus_path = "{home}/status"\n']
    calendars = ["[calendars]\n"]
    for name, address in addresses.items():
        (home / name).mkdir()
        sections.append(
            f'[pair {name}]\na = "{name}_here"\nb = "{name}_there"\ncollections = null\n'
            'conflict_resolution = "b wins"\n'
            f'[storage {name}_here]\ntype = "filesystem"\npath = "{home}/{name}"\n'
            'fileext = ".ics"\n'
            f'[storage {name}_there]\ntype = "http"\nurl = "{address}"\n'
        )
        calendars.append(f"[[{name}]]\npath = {home}/{name}\nreadonly = True\n")
    (home / "vdirsyncer").write_text("\n".join(sections), "utf-8")
    _khal(home, calendars, zone)
    subscriber = Subscriber(home, names)
    subscriber._run("vdirsyncer", "-c", str(home / "vdirsyncer"), "discover")
    return subscriber


def with_own_calendar(home: Path, name: str, zone: str) -> Subscriber:
    """Have an empty calendar of one's own, which subscribes to nothing."""
    (home / name).mkdir()
    _khal(home, [f"[calendars]\n[[{name}]]\npath = {home}/{name}\n"], zone)
    return Subscriber(home, (name,))


def _khal(home: Path, calendars: list[str], zone: str) -> None:
    calendars.append(
        f"[locale]\nlocal_timezone = {zone}\ndefault_timezone = {zone}\ntimeformat = %H:%M\n"
        "dateformat = %Y-%m-%d\nlongdateformat = %Y-%m-%d\ndatetimeformat = %Y-%m-%d %H:%M\n"
        f"longdatetimeformat = %Y-%m-%d %H:%M\n[sqlite]\npath = {home}/khal.db\n"
    )
    (home / "khal").write_text("".join(calendars), "utf-8")
