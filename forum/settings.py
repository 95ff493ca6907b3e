"""Settings: one typed dataclass from instance/forum.toml and FORUM_* variables."""

from __future__ import annotations

import os
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit

PREFIX = "FORUM_"
BASE_URL = "http://127.0.0.1:8000"
MAIL_FROM = "Forum <forum@localhost>"
KEY_BYTES = 32
SHORTEST_KEY = 32
MOST_PROXIES = 5
LARGEST_PORT = 65_535


class WrongSetting(Exception):
    """A setting that stops the start, with a sentence that names it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything an operator can set; `secret_key` is never shown."""

    instance: Path
    base_url: str = BASE_URL
    secret_key: bytes = b""
    database_url: str = ""
    redis_url: str = ""
    smtp_url: str = ""
    mail_from: str = MAIL_FROM
    trusted_proxies: int = 0
    font_dirs: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Show nothing that is secret."""
        return f"Settings(instance={str(self.instance)!r}, base_url={self.base_url!r})"

    def with_base_url(self, base_url: str) -> Settings:
        """Return a copy for another base address."""
        return replace(self, base_url=base_url)


NAMES = {field.name for field in fields(Settings)}


def load(
    environ: Mapping[str, str] | None = None,
    *,
    instance: Path | None = None,
) -> Settings:
    """Read the settings; variables win over the file; raises WrongSetting with a sentence."""
    variables = os.environ if environ is None else environ
    given = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in variables.items()
        if name.startswith(PREFIX)
        and not name.startswith(f"{PREFIX}TEST_")
        and name != "FORUM_SHARED_DATA"
    }
    place = instance or Path(given.pop("instance", "") or "instance")
    given.pop("instance", None)
    written = _from_file(place / "forum.toml")
    for source, values in (("forum.toml", written), ("the environment", given)):
        for name in values:
            if name not in NAMES or name == "instance":
                shown = name if source == "forum.toml" else f"{PREFIX}{name.upper()}"
                message = f"There is no setting {shown} (in {source}). Known are: {_known()}."
                raise WrongSetting(message)
    return _checked(place, {**written, **given})


def _known() -> str:
    return ", ".join(sorted(NAMES - {"instance"}))


def _from_file(file: Path) -> dict[str, str]:
    if not file.exists():
        return {}
    try:
        values = tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        message = f"{file} cannot be read: {error}."
        raise WrongSetting(message) from None
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: object) -> str:
    return os.pathsep.join(map(str, value)) if isinstance(value, list) else str(value)


def _checked(place: Path, values: Mapping[str, str]) -> Settings:
    database = values.get("database_url", "") or f"sqlite:///{(place / 'forum.sqlite3').absolute()}"
    return Settings(
        instance=place.absolute(),
        base_url=_web_address(values.get("base_url", "") or BASE_URL),
        secret_key=_key(place, values.get("secret_key", "")),
        database_url=_database(database),
        redis_url=_service("redis_url", values.get("redis_url", ""), {"redis", "rediss", "unix"}),
        smtp_url=_service("smtp_url", values.get("smtp_url", ""), {"smtp", "smtps"}),
        mail_from=_sender(values.get("mail_from", "") or MAIL_FROM),
        trusted_proxies=_count(values.get("trusted_proxies", "0")),
        font_dirs=tuple(part for part in values.get("font_dirs", "").split(os.pathsep) if part),
    )


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    port_ok = True
    try:
        port_ok = parts.port is None or 0 < parts.port <= LARGEST_PORT
    except ValueError:
        port_ok = False
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or not port_ok:
        message = (
            f"FORUM_BASE_URL must be an address such as https://forum.example.com, not {value!r}."
        )
        raise WrongSetting(message)
    if parts.path not in {"", "/"}:
        message = f"FORUM_BASE_URL must have no path after the host, not {value!r}."
        raise WrongSetting(message)
    return value.rstrip("/")


def _database(value: str) -> str:
    if value.startswith("sqlite:///"):
        return value
    scheme, _, rest = value.partition("://")
    if scheme in {"postgresql", "postgres", "postgresql+psycopg"} and rest:
        return f"postgresql+psycopg://{rest}"
    message = (
        "FORUM_DATABASE_URL must begin with sqlite:/// or postgresql://; "
        f"{scheme!r} is not a database Forum knows."
    )
    raise WrongSetting(message)


def _service(name: str, value: str, schemes: set[str]) -> str:
    if not value:
        return ""
    parts = urlsplit(value)
    if parts.scheme not in schemes or not (parts.hostname or parts.path):
        wanted = " or ".join(f"{scheme}://" for scheme in sorted(schemes))
        message = f"FORUM_{name.upper()} must begin with {wanted}."
        raise WrongSetting(message)
    return value


def _sender(value: str) -> str:
    _, address = parseaddr(value)
    if "@" not in address or any(c in value for c in "\r\n"):
        message = (
            "FORUM_MAIL_FROM must hold an address such as Forum <forum@example.com>, "
            f"not {value!r}."
        )
        raise WrongSetting(message)
    return value


def _count(value: str) -> int:
    if not value.isascii() or not value.isdigit() or int(value) > MOST_PROXIES:
        message = f"FORUM_TRUSTED_PROXIES must be a number from 0 to {MOST_PROXIES}, not {value!r}."
        raise WrongSetting(message)
    return int(value)


def _key(place: Path, value: str) -> bytes:
    if value:
        if len(value) < SHORTEST_KEY:
            message = f"FORUM_SECRET_KEY must have at least {SHORTEST_KEY} characters."
            raise WrongSetting(message)
        return value.encode()
    file = place / "secret.key"
    try:
        place.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            _write_key(file)
        kept = file.read_bytes()
    except OSError as error:
        message = f"The folder {place} cannot be used for the instance: {error.strerror}."
        raise WrongSetting(message) from None
    if len(kept) != KEY_BYTES:
        message = f"{file} is damaged: it must hold {KEY_BYTES} bytes. Put back the one you saved."
        raise WrongSetting(message)
    return kept


def _write_key(file: Path) -> None:
    draft = file.with_name(f".{secrets.token_hex(8)}.key")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as opened:
        opened.write(secrets.token_bytes(KEY_BYTES))
    try:
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
