"""Three sides of a value: nobody's work is lost, and nothing is asked twice."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from forum.programme.importing.merging import (
    SESSION_TEXTS,
    TIME,
    Verdict,
    flat,
    merge,
    said,
    whole,
)

VALUES = st.sampled_from(["", "one", "two", "three"]) | st.lists(
    st.sampled_from(["a", "b"]), max_size=2
)
SIDES = st.fixed_dictionaries(dict.fromkeys(("title.en", "kind", TIME, "cast"), VALUES))


@given(base=SIDES | st.none(), ours=SIDES, theirs=SIDES)
def test_each_value_goes_one_way(
    base: dict[str, Any] | None, ours: dict[str, Any], theirs: dict[str, Any]
) -> None:
    changes = {one.path: one for one in merge(base, ours, theirs)}
    for path, here in ours.items():
        change = changes.get(path)
        if theirs[path] == here:
            assert change is None
        elif base is not None and theirs[path] == base[path]:
            assert change is None, "the file did not change: what is here stays"
        elif base is not None and here == base[path]:
            assert change is not None
            assert change.verdict is Verdict.TAKE
        elif base is not None or (here and theirs[path]):
            assert change is not None
            assert change.verdict is Verdict.CONFLICT, "both changed: it is asked"


@given(base=SIDES, ours=SIDES, theirs=SIDES, takes=st.booleans())
def test_after_an_import_the_same_file_changes_nothing(
    base: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any], takes: bool
) -> None:
    after = dict(ours)
    for change in merge(base, ours, theirs):
        if change.verdict is Verdict.TAKE or takes:
            after[change.path] = change.theirs
    assert merge(theirs, after, theirs) == ()


@given(ours=SIDES, theirs=SIDES)
def test_what_nobody_touched_here_becomes_what_the_file_says(
    ours: dict[str, Any], theirs: dict[str, Any]
) -> None:
    after = dict(ours)
    for change in merge(ours, ours, theirs):
        assert change.verdict is Verdict.TAKE
        after[change.path] = change.theirs
    assert after == theirs


@given(base=SIDES, theirs=SIDES)
def test_a_conflict_is_never_taken_by_itself(base: dict[str, Any], theirs: dict[str, Any]) -> None:
    ours = {path: ["mine", path] for path in base}
    assert {one.verdict for one in merge(base, ours, theirs)} <= {Verdict.CONFLICT}


def test_a_first_meeting_fills_gaps_and_asks_about_the_rest() -> None:
    ours = {"title.en": "Ours", "title.zh-Hant": "", "stream_url": "https://example.com/a"}
    theirs = {"title.en": "Theirs", "title.zh-Hant": "他們", "stream_url": ""}
    found = {one.path: one.verdict for one in merge(None, ours, theirs)}
    assert found == {"title.en": Verdict.CONFLICT, "title.zh-Hant": Verdict.TAKE}


def test_links_are_added_and_none_is_taken_away() -> None:
    def link(name: str) -> dict[str, str]:
        return {"title": name, "url": f"https://example.com/{name}", "kind": "link"}

    base = {"materials": [link("gone"), link("kept")]}
    ours = {"materials": [link("kept"), link("mine")]}
    theirs = {"materials": [link("gone"), link("kept"), link("new")]}
    (change,) = merge(base, ours, theirs)
    assert [one["title"] for one in change.theirs] == ["new"]


def test_texts_and_times_go_by_path_and_come_back() -> None:
    values = {
        "title": {"en": "One", "zh-Hant": "一"},
        "abstract": {},
        "starts_at": "2026-12-08T01:00:00+00:00",
        "ends_at": "2026-12-08T02:00:00+00:00",
        "day": "2026-12-08",
        "kind": "talk",
    }
    paths = flat(values, SESSION_TEXTS)
    assert paths["title.zh-Hans"] == ""
    assert paths[TIME] == ["2026-12-08T01:00:00+00:00", "2026-12-08T02:00:00+00:00", "2026-12-08"]
    assert whole(paths, SESSION_TEXTS) == values
    kept = said(paths, frozenset({"title.en", "starts_at"}))
    assert kept.keys() == {"title.en", TIME}
