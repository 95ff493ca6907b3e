"""The mail server: how it is reached, one line for many mails, and what its answers mean."""

from __future__ import annotations

import errno
import os
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.utils import parseaddr
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from flask import current_app

from forum.messaging.rules.sending import (
    CLOSING,
    CLOSING_SECONDS,
    HANDING_SECONDS,
    OPENING_SECONDS,
    TOO_LARGE,
    is_permanent,
)
from forum.messaging.words.failures import AWAY, HUNG_UP, OPEN_LINE, SENDER_REFUSED
from forum.settings import Settings, plain_domain

if TYPE_CHECKING:
    from email.message import EmailMessage

LONGEST_ANSWER = 300
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
NAMELESS = "[127.0.0.1]"
READY = 220
NO_ASCII = "host, name and password in FORUM_SMTP_URL must be ASCII"


class LineDownError(Exception):
    """The server cannot be reached, or hung up; the mail itself was not judged."""


class RefusedError(Exception):
    """The server refused this mail; `permanent` says whether asking again is of use."""

    def __init__(self, says: str, *, permanent: bool) -> None:
        super().__init__(says[:LONGEST_ANSWER])
        self.permanent = permanent


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mails are handed over; smtps:// is encrypted from the start, smtp:// when offered.

    `own_name` is what Forum calls itself there (RFC 5321 §4.1.1.1).
    """

    host: str
    port: int
    user: str
    password: str
    encrypted: bool
    own_name: str = NAMELESS

    @classmethod
    def of_url(cls, url: str, own_name: str = NAMELESS) -> MailServer:
        """Read smtp://user:password@host:port or smtps://…."""
        parts = urlsplit(url)
        encrypted = parts.scheme == "smtps"
        return cls(
            host=parts.hostname or "localhost",
            port=parts.port or (465 if encrypted else 25),
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            encrypted=encrypted,
            own_name=own_name,
        )

    @contextmanager
    def line(self) -> Iterator[Line]:
        """Open a line for several mails; raises LineDownError when it cannot be opened."""
        try:
            smtp = self._opened()
        except smtplib.SMTPException as error:
            raise LineDownError(_told(error)) from error
        except OSError as error:
            raise LineDownError(_reason(error)) from error
        except UnicodeError:
            # Its own words would bring a letter of the password into the log.
            raise LineDownError(AWAY + NO_ASCII) from None
        patience = _Patience(smtp)
        patience.start()
        try:
            yield Line(smtp, patience)
        finally:
            with suppress(smtplib.SMTPException, OSError), patience.for_seconds(CLOSING_SECONDS):
                smtp.quit()
            patience.end()
            smtp.close()

    def _opened(self) -> smtplib.SMTP:
        """Return a line that is signed in, within OPENING_SECONDS for all of it."""
        opening = _Opening(self)
        opening.start()
        opening.join(OPENING_SECONDS)
        return opening.result()

    def signed_in(self, known: list[smtplib.SMTP]) -> smtplib.SMTP:
        """Call the server and sign in; what is being opened stands in `known` meanwhile."""
        context = ssl.create_default_context()
        smtp: smtplib.SMTP
        if self.encrypted:
            smtp = smtplib.SMTP_SSL(
                local_hostname=self.own_name, timeout=OPENING_SECONDS, context=context
            )
        else:
            smtp = smtplib.SMTP(local_hostname=self.own_name, timeout=OPENING_SECONDS)
        known.append(smtp)
        # smtplib knows what name a certificate must bear only where it calls by itself.
        vars(smtp)["_host"] = self.host
        try:
            self._call(smtp, context)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _call(self, smtp: smtplib.SMTP, context: ssl.SSLContext) -> None:
        code, greeting = smtp.connect(self.host, self.port)
        if code != READY:
            raise smtplib.SMTPConnectError(code, greeting)
        smtp.ehlo_or_helo_if_needed()
        # On the machine itself nothing can listen in, and its certificate names no host.
        is_sealed, away = self.encrypted, self.host not in LOOPBACK
        if not is_sealed and (away or self.user) and smtp.has_extn("starttls"):
            smtp.starttls(context=context)
            smtp.ehlo()
            is_sealed = True
        if not self.user:
            return
        if away and not is_sealed:
            says = f"{OPEN_LINE}{self.host}"
            raise LineDownError(says)
        smtp.login(self.user, self.password)


@dataclass(frozen=True, slots=True)
class Line:
    """An open line to the mail server."""

    smtp: smtplib.SMTP
    patience: _Patience

    def hand_over(self, mail: EmailMessage, envelope: str = "") -> None:
        """Send one mail to the one address of its To; raises RefusedError or LineDownError.

        `envelope` is where reports come back to, else the address of its From.
        """
        try:
            with self.patience.for_seconds(HANDING_SECONDS):
                self.smtp.send_message(mail, from_addr=envelope or None)
        except smtplib.SMTPRecipientsRefused as error:
            code, says = next(iter(error.recipients.values()))
            raise _judged(code, says) from error
        except smtplib.SMTPSenderRefused as error:
            raise _judged_sender(error.smtp_code, error.smtp_error) from error
        except smtplib.SMTPResponseException as error:
            raise _judged(error.smtp_code, error.smtp_error) from error
        except smtplib.SMTPNotSupportedError as error:
            raise RefusedError(str(error), permanent=True) from error
        except smtplib.SMTPServerDisconnected as error:
            raise LineDownError(_told(error)) from error
        except OSError as error:
            raise LineDownError(_hung_up(error.strerror or str(error))) from error


def mail_server() -> MailServer | None:
    """Return the server of the settings, or None where mails are kept for reading."""
    settings: Settings = current_app.config["FORUM_SETTINGS"]
    if not settings.smtp_url:
        return None
    host = urlsplit(settings.base_url).hostname or ""
    named = "." in host and not host.replace(".", "").isdigit()
    return MailServer.of_url(settings.smtp_url, host if named else NAMELESS)


def sender() -> str:
    """Return the address mails come from, with its name."""
    settings: Settings = current_app.config["FORUM_SETTINGS"]
    return settings.mail_from


def bounces() -> str:
    """Return the address that reports come back to, "" where that is the sender."""
    settings: Settings = current_app.config["FORUM_SETTINGS"]
    return settings.mail_bounces


def sending_domains() -> tuple[str, ...]:
    """Return the domains, in small ASCII letters, in which an event may have its own sender."""
    settings: Settings = current_app.config["FORUM_SETTINGS"]
    return settings.mail_domains


def is_ours(address: str) -> bool:
    """Say whether mails may come from an address: whether it is in a domain of the operator's."""
    return domain_of(address) in sending_domains()


def domain_of(sender: str) -> str:
    """Return the domain of an address, with or without a name, in small ASCII letters."""
    return plain_domain(parseaddr(sender)[1].rpartition("@")[2])


class _Opening(threading.Thread):
    """Opens a line in a thread of its own, which is left alone once it takes too long.

    Names and addresses are looked up and called one after the other, and a server may greet by a
    byte at a time: no time limit of a socket holds for the whole.
    """

    def __init__(self, server: MailServer) -> None:
        super().__init__(name="opening", daemon=True)
        self._server = server
        self._known: list[smtplib.SMTP] = []
        self._lock = threading.Lock()
        self._is_left = False
        self._opened: smtplib.SMTP | None = None
        self._error: BaseException | None = None

    def run(self) -> None:
        """Open it; a line that nobody waits for any more is closed again."""
        try:
            opened = self._server.signed_in(self._known)
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            self._error = error
            return
        with self._lock:
            if not self._is_left:
                self._opened = opened
                return
        opened.close()

    def result(self) -> smtplib.SMTP:
        """Return the open line; raises what went wrong, TimeoutError where it is not open yet."""
        with self._lock:
            self._is_left = self._opened is None
        if self._error is not None:
            raise self._error
        if self._opened is None:
            _cut(self._known)
            raise TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))
        return self._opened


class _Patience(threading.Thread):
    """Hangs up a line on which one mail takes too long, however slowly the server goes on."""

    def __init__(self, smtp: smtplib.SMTP) -> None:
        super().__init__(name="patience", daemon=True)
        self._smtp = smtp
        self._over = threading.Event()
        self._until = 0.0

    @contextmanager
    def for_seconds(self, seconds: float) -> Iterator[None]:
        """Give the server so long for what is done meanwhile."""
        if self._smtp.sock is not None:
            self._smtp.sock.settimeout(seconds)
        self._until = time.monotonic() + seconds
        try:
            yield
        finally:
            self._until = 0.0

    def end(self) -> None:
        """Watch no more."""
        self._over.set()

    def run(self) -> None:
        """Look now and then."""
        while not self._over.wait(min(1.0, HANDING_SECONDS / 4)):
            if self._until and time.monotonic() > self._until:
                _cut([self._smtp])
                return


def _cut(lines: Iterable[smtplib.SMTP]) -> None:
    """Hang up, whoever waits for an answer there."""
    for line in lines:
        if (sock := line.sock) is not None:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


def _judged(code: int, says: bytes | str) -> Exception:
    words = says.decode("utf-8", "replace") if isinstance(says, bytes) else says
    answer = f"{code} {' '.join(words.split())}"
    if code == CLOSING:
        return LineDownError(answer[:LONGEST_ANSWER])
    return RefusedError(answer, permanent=is_permanent(code))


def _judged_sender(code: int, says: bytes | str) -> Exception:
    """Judge a refusal of our own address: whoever runs this can mend it, so the mail waits."""
    judged = _judged(code, says)
    if not isinstance(judged, RefusedError) or code == TOO_LARGE:
        return judged
    return RefusedError(f"{SENDER_REFUSED}{judged}", permanent=False)


def _told(error: smtplib.SMTPException) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return str(_judged(error.smtp_code, error.smtp_error))
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return _hung_up(str(error))
    return f"{AWAY}{error}"[:LONGEST_ANSWER]


def _hung_up(says: str) -> str:
    return f"{HUNG_UP}{says}"[:LONGEST_ANSWER]


def _reason(error: OSError) -> str:
    return f"{AWAY}{error.strerror or error}"[:LONGEST_ANSWER]
