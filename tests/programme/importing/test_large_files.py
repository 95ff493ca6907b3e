"""A programme of a thousand sessions goes in by one command, in time and in memory."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from flask import Flask

from forum.settings import Settings
from tests.factories import make_organisation
from tests.programme.importing import files

SESSIONS = 1000
MOST_CPU_SECONDS, MOST_MEGABYTES = 10.0, 300
LONG = "A paragraph of plain words, as long as they are in real programmes. " * 40


def big_file() -> bytes:
    return files.frab_xml(
        *(
            files.frab_event(
                guid=f"g{number}",
                id=number,
                title=f"Sample session {number}",
                abstract=LONG,
                description=f"<p>{LONG}</p>",
                date=f"2026-12-{8 + number // 250:02}T{9 + (number // 25) % 10:02}:00:00+08:00",
                room=f"Room {number % 25}",
                track=f"Track {number % 12}",
                persons=[
                    {"id": one, "public_name": f"Sample Speaker {one}"}
                    for one in (number, number * 7 % 900)
                ],
            )
            for number in range(SESSIONS)
        )
    )


@pytest.mark.timeout(170)
def test_a_thousand_sessions_take_ten_seconds_and_300_megabytes(
    app: Flask, settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with app.app_context():
        make_organisation()
    file = tmp_path / "schedule.xml"
    file.write_bytes(big_file())
    words = ["-m", "forum", "--instance", str(settings.instance), "event", "import", str(file)]
    child = os.posix_spawn(
        sys.executable,
        [sys.executable, *words, "--title", "Sample", "--publish", "--json"],
        {**os.environ, "FORUM_DATABASE_URL": settings.database_url},
    )
    _, status, used = os.wait4(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    seconds = used.ru_utime + used.ru_stime
    megabytes = used.ru_maxrss / (1024 if sys.platform == "linux" else 1024 * 1024)
    with capsys.disabled():
        print(f"\n{SESSIONS} sessions: {seconds:.1f} s of CPU, {megabytes:.0f} MB at most")  # noqa: T201 - the figure is for people
    assert (seconds <= MOST_CPU_SECONDS, megabytes <= MOST_MEGABYTES) == (True, True)
