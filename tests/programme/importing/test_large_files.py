"""A programme of a thousand sessions goes in by one command, in time and in memory."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from forum.settings import Settings
from tests.factories import make_organisation
from tests.programme.importing.large import SESSIONS, big_file, imported

MOST_CPU_SECONDS, MOST_MEGABYTES = 10.0, 300
TRIES = 3
"""Others may be at work on this machine: the best of three counts."""


@pytest.mark.timeout(300)
def test_a_thousand_sessions_take_ten_seconds_and_300_megabytes(
    app: Flask, settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with app.app_context():
        make_organisation()
    file = tmp_path / "schedule.xml"
    file.write_bytes(big_file())
    costs = []
    for attempt in range(TRIES):
        costs.append(imported(file, f"Sample {attempt}", settings))
        if costs[-1].cpu <= MOST_CPU_SECONDS:
            break
    best = min(costs)
    with capsys.disabled():
        print(f"\n{SESSIONS} sessions: {best.cpu:.1f} s of CPU, {best.megabytes:.0f} MB at most")  # noqa: T201 - the figure is for people
    assert (best.cpu <= MOST_CPU_SECONDS, best.megabytes <= MOST_MEGABYTES) == (True, True)
