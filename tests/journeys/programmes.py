"""An OPass file of the tests' own, with the traps that real files hold."""

from __future__ import annotations

import json
from typing import Any

SESSIONS, SPEAKERS, ROOMS, DAYS = 49, 33, 3, 2


def trapped_programme() -> bytes:
    """Return 49 sessions, 33 speakers, 3 rooms and 2 days, and what must be left out or mended."""
    speakers: list[dict[str, Any]] = [
        {
            "id": f"speaker-{number}",
            "avatar": "https://pictures.example.com/none.jpg",
            "zh": {
                "name": f"示例講者{number}" if number % 3 else f"Sample Speaker {number}",
                "bio": "",
            },
            "en": {
                "name": f"Sample Speaker {number}",
                "bio": "<p>One</p>\r\n\r\n<script>two</script>",
            },
        }
        for number in range(SPEAKERS)
    ]
    speakers += [
        {"id": None, "zh": {"name": ""}, "en": {"name": ""}},
        {"id": "dash", "zh": {"name": "-"}, "en": {"name": "-"}},
    ]
    sessions = [_session(number) for number in range(SESSIONS)]
    sessions += [
        {**_session(0), "id": 900, "end": "2024-07-05T09:00:00+08:00"},
        {**_session(1), "id": 901, "start": None},
        {**_session(2), "id": 0},
        {**_session(3), "id": 902, "zh": {"title": "\u200b"}, "en": {"title": " "}},
    ]
    file = {
        "rooms": [
            {"id": f"R{n}", "zh": {"name": f"{n}號室"}, "en": {"name": f"Room {n}"}}
            for n in range(ROOMS)
        ],
        "sessions": sessions,
        "speakers": speakers,
        "session_types": [
            {"id": "speech", "zh": {"name": "Speech"}, "en": {"name": "Speech"}},
            {"id": "event", "zh": {"name": "Event"}, "en": {"name": "Event"}},
        ],
        "tags": [],
    }
    return b"\xef\xbb\xbf" + json.dumps(file, ensure_ascii=False).encode()


def _session(number: int) -> dict[str, Any]:
    pause = number % 7 == 6
    day = 5 + number // 25
    hour, minute = divmod(10 * 60 + 15 * (number % 25), 60)
    ends_hour, ends_minute = divmod(hour * 60 + minute + 15, 60)
    title = (
        "Break"
        if pause
        else f"Sample session {number} 🎈\u000b with Umlaut u\u0308" * (3 if number == 8 else 1)
    )
    return {
        "id": number,
        "type": "event" if pause else "speech",
        "room": "" if pause else f"R{number % ROOMS}",
        "start": f"2024-07-0{day}T{hour:02d}:{minute:02d}:00+08:00",
        "end": f"2024-07-0{day}T{ends_hour:02d}:{ends_minute:02d}:00+08:00",
        "zh": {
            "title": title if number % 2 else f"示例議題{number}",
            "description": "說明\r\n第二行",
        },
        "en": {"title": title, "description": "**Markdown**\r\n\r\n" + "long " * 500},
        "speakers": []
        if pause
        else [f"speaker-{number % SPEAKERS}", "nobody", f"speaker-{number % SPEAKERS}"],
        "tags": [],
    }
