"""Settings: where they come from, what is refused with a sentence, and what is never shown."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from forum.app import create_app
from forum.core.http.hosts import host_check
from forum.settings import BASE_URL, KEY_BYTES, MAIL_FROM, Settings, WrongSetting, load
from tests.support import databases

KEY = "a-sample-key-of-forty-characters-for-test"


def _load(place: Path, **given: str) -> Settings:
    return load({f"FORUM_{name.upper()}": value for name, value in given.items()}, instance=place)


def _refusal(place: Path, **given: str) -> str:
    with pytest.raises(WrongSetting) as caught:
        _load(place, **given)
    assert caught.value.__cause__ is None
    return str(caught.value)


def test_an_empty_instance_has_working_settings(tmp_path: Path) -> None:
    place = tmp_path / "new" / "instance"
    settings = _load(place)
    assert settings.base_url == BASE_URL
    assert settings.mail_from == MAIL_FROM
    assert settings.database_url == f"sqlite:///{place / 'forum.sqlite3'}"
    assert (settings.redis_url, settings.smtp_url, settings.font_dirs) == ("", "", ())
    assert settings.trusted_proxies == 0
    assert settings.instance == place


def test_empty_values_are_as_good_as_none(tmp_path: Path) -> None:
    names = ("base_url", "database_url", "redis_url", "smtp_url", "mail_from", "trusted_proxies")
    given = dict.fromkeys((*names, "font_dirs", "secret_key"), "")
    assert _load(tmp_path, **given) == _load(tmp_path)


def test_the_file_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    (tmp_path / "forum.toml").write_text(
        'base_url = "https://forum.example.com"\n'
        'mail_from = "Sample Forum <forum@example.com>"\n'
        "trusted_proxies = 2\n"
        'font_dirs = ["/fonts/one", "/fonts/two"]\n',
        "utf-8",
    )
    settings = _load(tmp_path)
    assert settings.base_url == "https://forum.example.com"
    assert settings.mail_from == "Sample Forum <forum@example.com>"
    assert settings.trusted_proxies == 2
    assert settings.font_dirs == ("/fonts/one", "/fonts/two")
    settings = _load(tmp_path, base_url="https://other.example.com", font_dirs="/fonts/three")
    assert settings.base_url == "https://other.example.com"
    assert settings.font_dirs == ("/fonts/three",)
    assert settings.trusted_proxies == 2


def test_the_instance_is_named_by_the_caller_else_by_the_environment(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    assert load({"FORUM_INSTANCE": str(one)}).instance == one
    assert load({"FORUM_INSTANCE": str(one)}, instance=two).instance == two


def test_other_programs_variables_and_those_of_tests_are_left_alone(tmp_path: Path) -> None:
    variables = {"PATH": "/bin", "FORUM_TEST_FULL": "1", "FORUM_SHARED_DATA": "/data"}
    assert load(variables, instance=tmp_path).base_url == BASE_URL


def test_an_unknown_variable_is_named_with_those_that_are_known(tmp_path: Path) -> None:
    said = _refusal(tmp_path, base_ulr="https://forum.example.com")
    assert "There is no setting FORUM_BASE_ULR (in the environment)" in said
    assert (
        "form_seconds, mail_authserv, mail_bounces, mail_dkim, mail_domains, mail_from, "
        "mail_replies, redis_url," in said
    )


@pytest.mark.parametrize("name", ["base_ulr", "instance", "BASE_URL"])
def test_an_unknown_name_in_the_file_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "forum.toml").write_text(f'{name} = "x"\n', "utf-8")
    assert f"There is no setting {name} (in forum.toml)" in _refusal(tmp_path)


@pytest.mark.parametrize(
    "content",
    [b"base_url = ", b"base_url = 'https://a.example\xff'", b'base_url = "a"\nbase_url = "b"'],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "forum.toml"
    file.write_bytes(content)
    assert f"{file} cannot be read" in _refusal(tmp_path)


def test_a_folder_in_place_of_the_file_and_a_file_in_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "forum.toml").mkdir()
    assert "cannot be read" in _refusal(tmp_path)
    plain = tmp_path / "plain"
    plain.write_text("no folder", "utf-8")
    assert "cannot be" in _refusal(plain)


@pytest.mark.parametrize(
    "line",
    ['base_url = ["https://a.example"]', "smtp_url = true", "[mail_from]\nname = 1"],
)
def test_a_value_of_the_wrong_kind_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "forum.toml").write_text(line, "utf-8")
    assert "in forum.toml must be one value" in _refusal(tmp_path)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://forum.example.com/", "https://forum.example.com"),
        ("https://Forum.Example.com:443", "https://forum.example.com"),
        ("HTTP://Forum.Example.com:80/", "http://forum.example.com"),
        ("http://forum.example.com:443", "http://forum.example.com:443"),
        ("https://forum.example.com:8443", "https://forum.example.com:8443"),
        ("https://forum.example.com:", "https://forum.example.com"),
        (" https://forum.example.com\n", "https://forum.example.com"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("https://論壇.example", "https://xn--ypsv87i.example"),
    ],
)
def test_the_base_address_is_kept_as_browsers_send_its_host(
    tmp_path: Path, typed: str, kept: str
) -> None:
    base = _load(tmp_path, base_url=typed).base_url
    assert base == kept
    assert host_check(base)(kept.partition("://")[2])


@pytest.mark.parametrize(
    "typed",
    [
        "forum.example.com", "ftp://forum.example.com", "https://", "https:///path",
        "http://[::1", "http://]", "https://forum.example.com:abc", "https://forum.example.com:0",
        "https://forum.example.com:65536", "https://forum.example.com:²", "https://a b.example",
        "https://forum.example.com?x=1", "https://forum.example.com#top", "https://-/", "https://.",
        "https://xn--.example\udcff", "https://forum.example.com\x00",
    ],
)  # fmt: skip
def test_what_is_no_base_address_is_refused(tmp_path: Path, typed: str) -> None:
    said = _refusal(tmp_path, base_url=typed)
    assert "FORUM_BASE_URL must be an address such as https://forum.example.com" in said


def test_a_base_address_has_no_path_and_no_password(tmp_path: Path) -> None:
    assert "no path" in _refusal(tmp_path, base_url="https://example.com/forum")
    for typed in ("https://ada:hunter2@example.com", "https://ada:hunter2@example.com:abc"):
        said = _refusal(tmp_path, base_url=typed)
        assert "FORUM_BASE_URL" in said
        assert "hunter2" not in said


@pytest.mark.parametrize(
    "typed",
    [
        "postgresql://forum:secret@db.example.com/forum",
        "postgres://forum:secret@db.example.com:5432/forum",
        "postgresql+psycopg://forum@/forum?host=/run/postgresql",
        "postgresql://forum:se%23c@[::1]:5432/forum",
    ],
)
def test_addresses_of_postgresql_get_their_driver(tmp_path: Path, typed: str) -> None:
    url = _load(tmp_path, database_url=typed).database_url
    assert url == f"postgresql+psycopg://{typed.partition('://')[2]}"


def test_an_address_of_sqlite_is_kept(tmp_path: Path) -> None:
    for url in ("sqlite:///forum.sqlite3", f"sqlite:///{tmp_path}/forum.sqlite3"):
        assert _load(tmp_path, database_url=url).database_url == url


@pytest.mark.parametrize(
    "typed",
    [
        "mysql://forum:hunter2@db.example.com/forum", "hunter2", "postgresql://",
        "postgresql://forum:hunter2@h:abc/db", "postgresql://forum:hunter2@h:0/db",
        "postgresql://forum:hunter2@h:65536/db", "postgresql://forum:hunter2@[::1/db",
        "sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite:///?mode=memory",
    ],
)  # fmt: skip
def test_what_is_no_database_is_refused_without_showing_a_password(
    tmp_path: Path, typed: str
) -> None:
    said = _refusal(tmp_path, database_url=typed)
    assert "FORUM_DATABASE_URL must" in said
    assert "hunter2" not in said


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("redis_url", "redis://127.0.0.1:6379/0"),
        ("redis_url", "rediss://:hunter2@cache.example.com/1"),
        ("redis_url", "unix:///run/redis.sock"),
        ("smtp_url", "smtp://mail.example.com"),
        ("smtp_url", "smtps://ada%40example.com:hunter2@mail.example.com:465"),
    ],
)
def test_services_are_kept_as_they_are_written(tmp_path: Path, name: str, typed: str) -> None:
    assert getattr(_load(tmp_path, **{name: f" {typed} "}), name) == typed


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("redis_url", "http://hunter2.example.com"), ("redis_url", "redis:hunter2"),
        ("redis_url", "redis://:hunter2@h:abc"), ("redis_url", "redis://:hunter2@[::1"),
        ("redis_url", "redis://:hunter2@h:99999"), ("redis_url", "redis://"),
        ("redis_url", "unix://"), ("redis_url", "cache.example.com:6379"),
        ("smtp_url", "mail.example.com:25"), ("smtp_url", "smtp://ada:hunter2@h:abc"),
        ("smtp_url", "smtp://ada:hunter2@h:0"), ("smtp_url", "smtp:///hunter2"),
        ("smtp_url", "smtp://ada:hunter2@"), ("smtp_url", "redis://hunter2"),
    ],
)  # fmt: skip
def test_what_is_no_service_is_refused_without_showing_a_password(
    tmp_path: Path, name: str, typed: str
) -> None:
    said = _refusal(tmp_path, **{name: typed})
    assert f"FORUM_{name.upper()} must" in said
    assert "hunter2" not in said


@pytest.mark.parametrize(
    "typed", ["Forum <forum@example.com>", "forum@example.com", "論壇 <forum@localhost>"]
)
def test_senders_are_kept(tmp_path: Path, typed: str) -> None:
    assert _load(tmp_path, mail_from=typed).mail_from == typed


@pytest.mark.parametrize(
    "typed",
    [
        "Forum",
        "@",
        "forum@",
        "@example.com",
        "Forum <>",
        "a@b@c",
        "F <f@example.com>\r\nBcc: x@y.z",
    ],
)
def test_what_no_mail_can_come_from_is_refused(tmp_path: Path, typed: str) -> None:
    assert "FORUM_MAIL_FROM must hold an address" in _refusal(tmp_path, mail_from=typed)


@pytest.mark.parametrize("typed", ["-1", "6", "two", "²", "1.0", "01", "9" * 5000])
def test_proxies_are_counted_from_none_to_five(tmp_path: Path, typed: str) -> None:
    assert "a number from 0 to 5" in _refusal(tmp_path, trusted_proxies=typed)
    assert _load(tmp_path, trusted_proxies="5").trusted_proxies == 5


def test_the_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    place = tmp_path / "instance"
    first = _load(place).secret_key
    assert len(first) == KEY_BYTES
    assert _load(place).secret_key == first
    assert stat.S_IMODE((place / "secret.key").stat().st_mode) == 0o600
    assert [file.name for file in place.iterdir()] == ["secret.key"]
    assert _load(tmp_path / "other").secret_key != first


@pytest.mark.parametrize("content", [b"", b"short", b"x" * (KEY_BYTES + 1)])
def test_a_damaged_key_is_never_replaced(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "secret.key"
    file.write_bytes(content)
    said = _refusal(tmp_path)
    assert f"{file} is damaged" in said
    assert file.read_bytes() == content


def test_a_key_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "secret.key").mkdir()
    assert f"The folder {tmp_path} cannot be used for the instance" in _refusal(tmp_path)


def test_a_key_in_the_environment_needs_no_file_and_must_be_long(tmp_path: Path) -> None:
    place = tmp_path / "instance"
    assert _load(place, secret_key=KEY).secret_key == KEY.encode()
    assert not place.exists()
    said = _refusal(place, secret_key="hunter2")
    assert said == "FORUM_SECRET_KEY must have at least 32 characters."
    odd = os.fsdecode(b"\xff" * 40)
    assert _load(place, secret_key=odd).secret_key == b"\xff" * 40


def _of_everything(place: Path) -> Settings:
    return _load(
        place,
        secret_key=KEY,
        database_url="postgresql://forum:hunter2@db.example.com/forum",
        redis_url="redis://:hunter2@cache.example.com",
        smtp_url="smtp://ada:hunter2@mail.example.com",
    )


def test_nothing_secret_is_in_what_settings_look_like(tmp_path: Path) -> None:
    settings = _of_everything(tmp_path)
    for shown in (repr(settings), str(settings), f"{settings}", repr([settings])):
        assert "example.com" not in shown
        assert "hunter2" not in shown
        assert KEY not in shown
        assert BASE_URL in shown


def test_settings_for_another_address_keep_the_rest(tmp_path: Path) -> None:
    settings = _of_everything(tmp_path)
    other = settings.with_base_url("http://127.0.0.1:1234")
    assert other.base_url == "http://127.0.0.1:1234"
    assert other.with_base_url(settings.base_url) == settings


def test_a_site_is_found_under_its_host_however_the_setting_was_typed(
    instance: Path, sqlite_template: Path
) -> None:
    given: dict[str, Any] = {"base_url": "https://Forum.Example.com:443"}
    settings = databases.settings_for(
        instance, databases.copy_of(sqlite_template, instance), **given
    )
    app: Flask = create_app(settings)
    try:
        answers = [
            app.test_client().get("/en/", base_url=f"https://{host}").status_code
            for host in ("forum.example.com", "stranger.example.com")
        ]
    finally:
        databases.close(app)
    assert answers == [200, 400]


@pytest.mark.parametrize("typed", ["-1", "61", "1,5", "soon", "1e1", "١"])
def test_how_long_a_form_must_be_open_is_a_number_of_seconds(tmp_path: Path, typed: str) -> None:
    assert "FORUM_FORM_SECONDS must be a number from 0 to 60" in _refusal(
        tmp_path, form_seconds=typed
    )
    assert _load(tmp_path).form_seconds == 1.5
    assert _load(tmp_path, form_seconds="0").form_seconds == 0


def test_senders_may_lie_in_the_domain_of_our_own_and_in_those_named(tmp_path: Path) -> None:
    assert _load(tmp_path).mail_domains == ("localhost",)
    settings = _load(
        tmp_path, mail_from="Forum <a@Forum.example.com>", mail_domains="Example.org, 示例.example"
    )
    assert settings.mail_domains == ("forum.example.com", "example.org", "xn--fsq092h.example")


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("mail_domains", "not a domain!", "FORUM_MAIL_DOMAINS must be domains"),
        ("mail_domains", "a@example.com", "FORUM_MAIL_DOMAINS must be domains"),
        ("mail_bounces", "Bounces <b@example.com>", "FORUM_MAIL_BOUNCES must be an address alone"),
        ("mail_bounces", "b+c@example.com", "FORUM_MAIL_BOUNCES must be an address alone"),
        ("mail_bounces", f"{'b' * 19}@example.com", "at most 18 characters before its @"),
        ("mail_replies", "R <r@example.com>", "FORUM_MAIL_REPLIES must be an address alone"),
        ("mail_replies", f"{'r' * 22}@example.com", "at most 21 characters before its @"),
        ("mail_dkim", "s 1", "FORUM_MAIL_DKIM must be a selector"),
        ("mail_authserv", "mx; spf=pass", "FORUM_MAIL_AUTHSERV must be a name"),
    ],
)
def test_settings_of_mail_that_are_none_are_named(
    tmp_path: Path, name: str, value: str, says: str
) -> None:
    assert says in _refusal(tmp_path, **{name: value})


def test_clients_that_cannot_unpack_are_named_in_a_row_or_a_list(tmp_path: Path) -> None:
    named = ("microsoft.exchange", "outlook")
    found = _load(tmp_path, feeds_unzipped=" Microsoft.Exchange,, Outlook ,")
    assert found.feeds_unzipped == named
    (tmp_path / "forum.toml").write_text('feeds_unzipped = ["Microsoft.Exchange", "Outlook"]\n')
    assert _load(tmp_path).feeds_unzipped == named
