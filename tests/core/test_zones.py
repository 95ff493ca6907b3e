"""Time zones: any IANA name however it was typed, and a sentence for anything else."""

from __future__ import annotations

from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.core.zones import COMMON_ZONES, UnknownZone, zone_of


@pytest.mark.parametrize(
    "typed",
    ["Asia/Hong_Kong", "asia/hong_kong", " ASIA/HONG KONG ", "asia/Hong Kong"],
)
def test_a_zone_is_known_however_it_was_typed(typed: str) -> None:
    assert zone_of(typed).key == "Asia/Hong_Kong"


@given(st.sampled_from(sorted(available_timezones())), st.randoms())
def test_every_zone_is_known_in_any_letters_and_keeps_its_own_name(
    name: str, chance: st.random_module
) -> None:
    typed = "".join(chance.choice((one.upper(), one.lower())) for one in name).replace("_", " ")
    assert zone_of(typed).key == name


@pytest.mark.parametrize("name", COMMON_ZONES)
def test_what_is_offered_is_known(name: str) -> None:
    assert zone_of(name).key == name


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "Mars/Olympus",
        "../../etc/passwd",
        "/etc/localtime",
        "Asia/",
        "\x00",
        "UTC+8",
        "HKT",
    ],
)
def test_what_is_no_zone_is_refused_at_its_field(typed: str) -> None:
    with pytest.raises(UnknownZone) as refused:
        zone_of(typed)
    assert (refused.value.status, refused.value.field) == (422, "time_zone")


def test_the_refusal_names_what_was_typed_but_not_all_of_a_novel() -> None:
    with pytest.raises(UnknownZone, match="“Mars/Olympus”"):
        zone_of("Mars/Olympus")
    with pytest.raises(UnknownZone) as refused:
        zone_of("x" * 100_000)
    assert len(str(refused.value)) < 200


@given(st.text(max_size=40))
def test_nothing_typed_is_a_fault_of_ours(typed: str) -> None:
    try:
        zone_of(typed)
    except UnknownZone:
        return
