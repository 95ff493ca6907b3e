"""Under which address an answer is kept: what it understands of a query, in one spelling."""

from __future__ import annotations

import pytest

from forum.core.http.pages import NOWHERE, address_of

PAGE, FEED = "/en/e/sample/", "/e/sample/sample.ics"


@pytest.mark.parametrize(
    ("path", "query", "kept"),
    [
        (PAGE, "", PAGE),
        (PAGE, "utm_source=mail&room=a", PAGE),
        (PAGE, "lang=zh-Hant&lang=en", f"{PAGE}?lang=zh-Hant"),
        (PAGE, "lang=xx", PAGE),
        (FEED, "cache=7&lang=", FEED),
        (FEED, "track=b&lang=zh-Hans&room=a&x=1", f"{FEED}?room=a&track=b&lang=zh-Hans"),
        (FEED, "room=a&room=b", f"{FEED}?room=a"),
        (FEED, "room=&kind=talk", f"{FEED}?kind=talk"),
        (FEED, "classroom=a", FEED),
        (FEED, "%72oom=a", f"{FEED}?room=a"),
        (FEED, "l%61ng=zh-Hant", f"{FEED}?lang=zh-Hant"),
        (PAGE, "%6Cang=en&%72oom=a", f"{PAGE}?lang=en"),
        (FEED, "%2572oom=a", FEED),
        (FEED, "room%20=a&+lang=en", FEED),
        (FEED, "room=A", NOWHERE),
        (FEED, "room=a%00", NOWHERE),
        (FEED, "room=a%26lang=en", NOWHERE),
        (FEED, "speaker=" + "x" * 81, NOWHERE),
        (FEED, "&".join(f"{name}={'x' * 80}" for name in ("room", "kind", "track", "speaker")),
         NOWHERE),
    ],
)  # fmt: skip
def test_an_answer_is_kept_under(path: str, query: str, kept: str) -> None:
    assert address_of(path, query) == kept
