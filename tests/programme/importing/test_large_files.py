"""A programme of a thousand sessions goes in by one command, in time and in memory."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from forum.settings import Settings
from tests.factories import make_organisation
from tests.programme.importing.large import SESSIONS, big_file, imported

MOST_CPU_SECONDS, MOST_MEGABYTES = 10.0, 300


@pytest.mark.timeout(300)
def test_a_thousand_sessions_take_ten_seconds_and_300_megabytes(
    app: Flask, settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with app.app_context():
        make_organisation()
    file = tmp_path / "schedule.xml"
    file.write_bytes(big_file())
    cost = imported(file, "Sample", settings)
    with capsys.disabled():
        print(f"\n{SESSIONS} sessions: {cost.cpu:.1f} s of CPU, {cost.megabytes:.0f} MB at most")  # noqa: T201 - the figure is for people
    assert (cost.cpu <= MOST_CPU_SECONDS, cost.megabytes <= MOST_MEGABYTES) == (True, True)
