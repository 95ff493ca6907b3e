"""Where one may be sent on, what a device is called, and how networks are counted."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from forum.people.rules import (
    SESSION_IDLES,
    SESSION_LASTS,
    BadOrganisationSlug,
    device_of,
    network_of,
    organisation_slug,
    safe_path,
    session_lives,
)
from tests.factories import NOW

NASTY = st.text(alphabet="/\\%25cCfF.:@?#ab \t\r\n\x00evil", max_size=30)


@given(NASTY)
@example("/%2f/evil.example")
@example("/%5cevil.example")
def test_a_path_that_passes_never_leaves_the_site(typed: str) -> None:
    passed = safe_path(typed)
    if passed:
        for form in (passed, unquote(passed)):
            parts = urlsplit(urljoin("https://forum.example.com/sign-in", form))
            assert (parts.scheme, parts.netloc) == ("https", "forum.example.com")
            assert "\\" not in form


@pytest.mark.parametrize("path", ["/manage/", "/manage/e/?q=a%20b&x=/y//z", "/a/%E9%99%B3"])
def test_ordinary_paths_pass_unchanged(path: str) -> None:
    assert safe_path(path) == path


def test_a_session_lives_between_its_two_limits() -> None:
    fresh = {"expires_at": NOW + SESSION_LASTS, "last_seen_at": NOW}
    assert session_lives(NOW + SESSION_IDLES - timedelta(seconds=1), **fresh)
    assert not session_lives(NOW + SESSION_IDLES, **fresh)
    assert not session_lives(NOW, expires_at=NOW, last_seen_at=NOW)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("", ""),
        (None, ""),
        ("unix", ""),
    ],
)
def test_networks_are_addresses_of_old_and_halves_of_new(address: str | None, network: str) -> None:
    assert network_of(address) == network


@pytest.mark.parametrize(
    ("header", "device"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1",
         "Safari, iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/141.0 Safari/537.36 Edg/141.0", "Edge, Windows"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/141.0 Mobile Safari/537.36", "Chrome, Android"),
        ("curl/8", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_devices_have_names_that_people_know(header: str, device: str) -> None:
    assert device_of(header) == device


@given(st.text(max_size=300))
def test_a_short_name_can_stand_in_an_address(typed: str) -> None:
    try:
        slug = organisation_slug(typed)
    except BadOrganisationSlug:
        return
    assert 0 < len(slug) <= 80
    assert organisation_slug(slug) == slug
