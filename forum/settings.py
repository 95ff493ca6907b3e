"""Settings: one typed dataclass from instance/forum.toml and FORUM_* variables."""

from __future__ import annotations

import os
import re
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import idna
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

PREFIX = "FORUM_"
BASE_URL = "http://127.0.0.1:8000"
MAIL_FROM = "Forum <forum@localhost>"
KEY_BYTES = 32
SHORTEST_KEY = 32
MOST_PROXIES = 5
FORM_SECONDS = 1.5
MOST_FORM_SECONDS = 60
LARGEST_PORT = 65_535
LONGEST_BOUNCES = 18
"""Of the 64 characters before an @ (RFC 5321 §4.5.3.1.1) a token and its + take 46."""
LONGEST_REPLIES = 21
"""Here they take 43."""

USUAL_PORTS = {"http": 80, "https": 443}
_SECONDS = re.compile(r"[0-9]{1,2}(\.[0-9]{1,3})?")
_HOST = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?|[0-9a-f.]*:[0-9a-f:.]*")
_DOMAIN = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9])?)*")
_ADDRESS = re.compile(r"[^\s\x00-\x1f\x7f,;<>@]+@[^\s\x00-\x1f\x7f,;<>@]+")


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
    mail_bounces: str = ""
    mail_replies: str = ""
    mail_authserv: str = ""
    mail_domains: tuple[str, ...] = ()
    mail_dkim: str = ""
    trusted_proxies: int = 0
    font_dirs: tuple[str, ...] = ()
    form_seconds: float = FORM_SECONDS
    feeds_unzipped: tuple[str, ...] = ()

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
    try:
        values = tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        message = f"{file} cannot be read: {error}."
        raise WrongSetting(message) from None
    return {name: _plain(name, value) for name, value in values.items()}


def _plain(name: str, value: object) -> str:
    if name == "font_dirs" and isinstance(value, list):
        return os.pathsep.join(map(str, value))
    if name in {"mail_domains", "feeds_unzipped"} and isinstance(value, list):
        return ",".join(map(str, value))
    if isinstance(value, dict | list | bool) and name in NAMES:
        message = f"{name} in forum.toml must be one value in quotation marks."
        raise WrongSetting(message)
    return str(value)


def _checked(place: Path, values: Mapping[str, str]) -> Settings:
    database = values.get("database_url", "") or f"sqlite:///{(place / 'forum.sqlite3').absolute()}"
    sender = _sender("mail_from", values.get("mail_from", "") or MAIL_FROM)
    return Settings(
        instance=place.absolute(),
        base_url=_web_address(values.get("base_url", "") or BASE_URL),
        secret_key=_key(place, values.get("secret_key", "")),
        database_url=_database(database),
        redis_url=_service("redis_url", values.get("redis_url", ""), {"redis", "rediss", "unix"}),
        smtp_url=_service("smtp_url", values.get("smtp_url", ""), {"smtp", "smtps"}),
        mail_from=sender,
        mail_bounces=_with_token("mail_bounces", values.get("mail_bounces", ""), LONGEST_BOUNCES),
        mail_replies=_with_token("mail_replies", values.get("mail_replies", ""), LONGEST_REPLIES),
        mail_authserv=_authserv(values.get("mail_authserv", "")),
        mail_domains=_domains(values.get("mail_domains", ""), sender),
        mail_dkim=_selector(values.get("mail_dkim", "")),
        trusted_proxies=_count(values.get("trusted_proxies", "") or "0"),
        font_dirs=tuple(part for part in values.get("font_dirs", "").split(os.pathsep) if part),
        form_seconds=_seconds(values.get("form_seconds", "") or str(FORM_SECONDS)),
        feeds_unzipped=_agents(values.get("feeds_unzipped", "")),
    )


def _agents(value: str) -> tuple[str, ...]:
    """Return parts of the names of calendar clients that are never sent a packed feed."""
    return tuple(filter(None, (part.strip().lower() for part in value.split(","))))


def _seconds(value: str) -> float:
    """Return how long a public form must have been open before it is taken."""
    if not _SECONDS.fullmatch(value.strip()) or float(value) > MOST_FORM_SECONDS:
        message = f"FORUM_FORM_SECONDS must be a number from 0 to 60, like 1.5, not {value!r}."
        raise WrongSetting(message)
    return float(value)


def _web_address(value: str) -> str:
    parts = _parts(value)
    host = _host(parts) if parts and parts.scheme in USUAL_PORTS else None
    if parts is None or host is None or "?" in value or "#" in value:
        message = (
            "FORUM_BASE_URL must be an address such as https://forum.example.com, "
            f"not {_without_password(value)!r}."
        )
        raise WrongSetting(message)
    if "@" in parts.netloc:
        message = "FORUM_BASE_URL must hold no name and no password."
        raise WrongSetting(message)
    if parts.path.strip("/"):
        message = f"FORUM_BASE_URL must have no path after the host, not {parts.path!r}."
        raise WrongSetting(message)
    usual = parts.port in {None, USUAL_PORTS[parts.scheme]}
    return f"{parts.scheme}://{host}" + ("" if usual else f":{parts.port}")


def _parts(value: str) -> SplitResult | None:
    """Take an address apart; None where that cannot be done or its port is none."""
    try:
        parts = urlsplit(value.strip())
        port = parts.port
    except ValueError:
        return None
    return parts if port is None or 0 < port <= LARGEST_PORT else None


def _host(parts: SplitResult) -> str | None:
    """Return a host as browsers send it: small ASCII letters, an IPv6 address in brackets."""
    host = parts.hostname or ""
    try:
        host = host if host.isascii() else idna.encode(host, uts46=True).decode()
    except idna.IDNAError:
        return None
    if not _HOST.fullmatch(host):
        return None
    return f"[{host}]" if ":" in host else host


def _without_password(value: str) -> str:
    return re.sub(r"//[^/]*@", "//…@", value)


def _database(value: str) -> str:
    value = value.strip()
    scheme, separator, rest = value.partition("://")
    if value.startswith("sqlite:///"):
        if rest.partition("?")[0] in {"/", "/:memory:"}:
            message = "FORUM_DATABASE_URL must name a file after sqlite:///."
            raise WrongSetting(message)
        return value
    if scheme not in {"postgresql", "postgres", "postgresql+psycopg"} or not rest:
        named = f"{scheme!r} is" if separator else "this is"
        message = (
            "FORUM_DATABASE_URL must begin with sqlite:/// or postgresql://; "
            f"{named} not a database Forum knows."
        )
        raise WrongSetting(message)
    try:
        port = make_url(f"postgresql+psycopg://{rest}").port
    except (ArgumentError, ValueError):
        port = 0
    if port is not None and not 0 < port <= LARGEST_PORT:
        message = (
            "FORUM_DATABASE_URL must be an address such as "
            "postgresql://name:password@host:5432/database."
        )
        raise WrongSetting(message)
    return f"postgresql+psycopg://{rest}"


def _service(name: str, value: str, schemes: set[str]) -> str:
    value = value.strip()
    if not value:
        return ""
    wanted = " or ".join(f"{scheme}://" for scheme in sorted(schemes))
    if not value.startswith(tuple(f"{scheme}://" for scheme in schemes)):
        message = f"FORUM_{name.upper()} must begin with {wanted}."
        raise WrongSetting(message)
    parts = _parts(value)
    named = parts and (parts.path.strip("/") if parts.scheme == "unix" else parts.hostname)
    if not named:
        message = f"FORUM_{name.upper()} must name a host, and a port only as a number."
        raise WrongSetting(message)
    return value


def _sender(name: str, value: str) -> str:
    _, address = parseaddr(value)
    if not _ADDRESS.fullmatch(address) or not value.isprintable():
        message = (
            f"FORUM_{name.upper()} must hold an address such as Forum <forum@example.com>, "
            f"not {value!r}."
        )
        raise WrongSetting(message)
    return value


def _with_token(name: str, value: str, longest: int) -> str:
    """Return an address that mail comes back to; a token is put before its @."""
    value = value.strip()
    if not value:
        return ""
    local, _, _ = value.rpartition("@")
    if not _ADDRESS.fullmatch(value) or not value.isascii() or "+" in local:
        message = (
            f"FORUM_{name.upper()} must be an address alone, without a +, such as "
            f"{name.removeprefix('mail_')}@example.com, not {value!r}."
        )
        raise WrongSetting(message)
    if len(local) > longest:
        message = f"FORUM_{name.upper()} must have at most {longest} characters before its @."
        raise WrongSetting(message)
    return value


def _domains(value: str, sender: str) -> tuple[str, ...]:
    """Return the domains in which events may have a sender; at least that of our own sender."""
    found = [plain_domain(parseaddr(sender)[1].rpartition("@")[2])]
    for one in filter(None, re.split(r"[\s,;]+", value)):
        found.append(plain_domain(one))
        if not found[-1]:
            message = (
                "FORUM_MAIL_DOMAINS must be domains such as example.com, parted by commas, "
                f"not {one!r}."
            )
            raise WrongSetting(message)
    return tuple(dict.fromkeys(filter(None, found)))


def plain_domain(domain: str) -> str:
    """Return a domain of mail in small ASCII letters, "" for what is none."""
    try:
        plain = domain if domain.isascii() else idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        return ""
    return plain.lower() if _DOMAIN.fullmatch(plain.lower()) else ""


def _selector(value: str) -> str:
    """Return the name under which the mail server's DKIM key stands in DNS (RFC 6376 §3.1)."""
    value = value.strip().lower()
    if value and not _DOMAIN.fullmatch(value):
        message = f"FORUM_MAIL_DKIM must be a selector such as mail2026, not {value!r}."
        raise WrongSetting(message)
    return value


def _authserv(value: str) -> str:
    """Return the name under which the own mail server writes Authentication-Results (RFC 8601)."""
    value = value.strip().lower()
    if value and not _DOMAIN.fullmatch(value):
        message = f"FORUM_MAIL_AUTHSERV must be a name such as mx.example.com, not {value!r}."
        raise WrongSetting(message)
    return value


def _count(value: str) -> int:
    if value not in {str(number) for number in range(MOST_PROXIES + 1)}:
        message = f"FORUM_TRUSTED_PROXIES must be a number from 0 to {MOST_PROXIES}, not {value!r}."
        raise WrongSetting(message)
    return int(value)


def _key(place: Path, value: str) -> bytes:
    if value:
        if len(value) < SHORTEST_KEY:
            message = f"FORUM_SECRET_KEY must have at least {SHORTEST_KEY} characters."
            raise WrongSetting(message)
        return value.encode("utf-8", "surrogateescape")
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
