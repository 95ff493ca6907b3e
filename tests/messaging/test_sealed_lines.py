"""The password goes over a sealed line, to the machine itself, or not at all; text in 7 bits."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from flask import Flask

from forum.checks import doctor
from forum.messaging import post
from forum.messaging.models import Message
from forum.messaging.rules import MessageState
from forum.messaging.words.failures import reason_of
from tests.factories import NOW, make_event
from tests.messaging.conftest import Register, Work
from tests.support.ground import free_port
from tests.support.mail import Mailbox
from tests.support.rude_mail import rude_server

pytestmark = [
    pytest.mark.usefixtures("in_app"),
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS"),
]
Messages = Callable[[], list[Message]]
HERE = "127.0.0.1"
PASSWORD = "quiet water"


@dataclass
class Sealed(Mailbox):
    """A mailbox that notes who signed in, and over what."""

    signed_in: list[tuple[bytes, bytes, bool]] | None = None

    def authenticate(
        self, server: SMTP, _session: Session, _envelope: Envelope, _how: str, data: LoginPassword
    ) -> AuthResult:
        """Take the one password."""
        assert self.signed_in is not None
        assert server.transport is not None
        is_sealed = server.transport.get_extra_info("ssl_object") is not None
        self.signed_in.append((data.login, data.password, is_sealed))
        return AuthResult(success=data.password == PASSWORD.encode())


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate with its key that vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.test")])
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HERE))])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("certificate") / "mail.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM) + secret)
    return file


@pytest.fixture
def far(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the machine itself for another one."""
    monkeypatch.setattr(post, "LOOPBACK", frozenset())


@contextmanager
def serving(certificate: Path | None, *, at_once: bool = False) -> Iterator[Sealed]:
    """Run a server that wants a password; encrypted at once, on request, or not at all."""
    mailbox = Sealed(port=free_port(), signed_in=[])
    context = None
    if certificate is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)
    controller = Controller(
        mailbox,
        hostname=HERE,
        port=mailbox.port,
        enable_SMTPUTF8=True,
        ssl_context=context if at_once else None,
        tls_context=None if at_once else context,
        authenticator=mailbox.authenticate,
        auth_required=True,
        auth_require_tls=False,
    )
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()


def sends_to(app: Flask, server: Sealed, scheme: str = "smtp", password: str = PASSWORD) -> None:
    """Let the Forum under test send there, signed in."""
    url = f"{scheme}://forum:{password.replace(' ', '%20')}@{HERE}:{server.port}"
    app.config["FORUM_SETTINGS"] = replace(app.config["FORUM_SETTINGS"], smtp_url=url)


@pytest.mark.parametrize("is_far", [False, True])
@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_the_password_goes_over_a_sealed_line(
    app: Flask,
    register: Register,
    work: Work,
    messages: Messages,
    certificate: Path,
    monkeypatch: pytest.MonkeyPatch,
    scheme: str,
    *,
    is_far: bool,
) -> None:
    if is_far:
        monkeypatch.setattr(post, "LOOPBACK", frozenset())
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with serving(certificate, at_once=scheme == "smtps") as server:
        sends_to(app, server, scheme)
        register(make_event())
        work()
        assert server.signed_in == [(b"forum", PASSWORD.encode(), True)]
        assert len(server.mails) == 1
    assert messages()[0].state is MessageState.SENT


@pytest.mark.usefixtures("far")
@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_certificate_that_nobody_vouches_for_gets_no_password(
    app: Flask, register: Register, work: Work, messages: Messages, certificate: Path, scheme: str
) -> None:
    with serving(certificate, at_once=scheme == "smtps") as server:
        sends_to(app, server, scheme)
        register(make_event())
        work()
        assert (server.signed_in, server.mails) == ([], [])
    (message,) = messages()
    assert (message.state, message.tries) == (MessageState.QUEUED, 0)
    assert "certificate" in message.last_error.lower()


@pytest.mark.usefixtures("far")
def test_far_away_without_encryption_no_password_is_sent(
    app: Flask, register: Register, work: Work, messages: Messages
) -> None:
    with serving(None) as server:
        sends_to(app, server)
        register(make_event())
        work()
        says = {one.what: (one.good, one.says) for one in doctor()}["mail"]
        assert (server.signed_in, server.mails) == ([], [])
    (message,) = messages()
    assert (message.state, message.tries) == (MessageState.QUEUED, 0)
    reason = reason_of(message.last_error)
    assert reason is not None
    assert "offers no encryption" in reason.text
    assert says[0] is False
    assert "No encryption, so no password is sent" in says[1]
    assert PASSWORD not in says[1]


def test_to_the_machine_itself_it_goes_as_it_is(
    app: Flask, register: Register, work: Work, messages: Messages
) -> None:
    with serving(None) as server:
        sends_to(app, server)
        register(make_event())
        work()
        assert server.signed_in == [(b"forum", PASSWORD.encode(), False)]
    assert messages()[0].state is MessageState.SENT


def test_a_password_that_is_not_ascii_is_told_without_a_letter_of_it(app: Flask) -> None:
    with serving(None) as server:
        sends_to(app, server, password="%E6%B0%B4")
        line = post.mail_server()
        assert line is not None
        with pytest.raises(post.LineDownError, match="must be ASCII") as told, line.line():
            pass
    assert "水" not in str(told.value)


@pytest.mark.parametrize("lang", ["en", "zh-Hant"])
def test_text_goes_in_7_bits_to_servers_that_offer_no_8(
    app: Flask, register: Register, work: Work, lang: str
) -> None:
    with rude_server() as server:
        settings = replace(app.config["FORUM_SETTINGS"], smtp_url=server.url)
        app.config["FORUM_SETTINGS"] = settings
        register(make_event(), lang=lang, name="Ada Guest", name_zh="示例嘉賓")
        work(NOW)
        (mail,) = server.mails
    parsed = message_from_bytes(mail.as_bytes())
    for part in parsed.walk():
        if part.get_content_maintype() == "text":
            assert part["Content-Transfer-Encoding"] in {"7bit", "quoted-printable", "base64"}
            assert str(part.get_payload()).isascii()
