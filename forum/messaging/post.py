"""The mail server: how it is reached, one line for many mails, and what its answers mean."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from flask import current_app

from forum.messaging.rules import CLOSING, is_permanent

if TYPE_CHECKING:
    from email.message import EmailMessage

TIMEOUT_SECONDS = 20
LONGEST_ANSWER = 300
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class LineDownError(Exception):
    """The server cannot be reached, or hung up; the mail itself was not judged."""


class RefusedError(Exception):
    """The server refused this mail; `permanent` says whether asking again is of use."""

    def __init__(self, says: str, *, permanent: bool) -> None:
        super().__init__(says[:LONGEST_ANSWER])
        self.permanent = permanent


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mails are handed over; smtps:// is encrypted from the start, smtp:// when offered."""

    host: str
    port: int
    user: str
    password: str
    encrypted: bool

    @classmethod
    def of_url(cls, url: str) -> MailServer:
        """Read smtp://user:password@host:port or smtps://…."""
        parts = urlsplit(url)
        encrypted = parts.scheme == "smtps"
        return cls(
            host=parts.hostname or "localhost",
            port=parts.port or (465 if encrypted else 25),
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            encrypted=encrypted,
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
        try:
            yield Line(smtp)
        finally:
            with suppress(smtplib.SMTPException, OSError):
                smtp.quit()
            smtp.close()

    def _opened(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self.encrypted:
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, timeout=TIMEOUT_SECONDS, context=context
            )
        else:
            smtp = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_SECONDS)
        try:
            smtp.ehlo_or_helo_if_needed()
            # On the machine itself nothing can listen in, and its certificate names no host.
            away = self.host not in LOOPBACK or self.user
            if not self.encrypted and away and smtp.has_extn("starttls"):
                smtp.starttls(context=context)
                smtp.ehlo()
            if self.user:
                smtp.login(self.user, self.password)
        except BaseException:
            smtp.close()
            raise
        return smtp


@dataclass(frozen=True, slots=True)
class Line:
    """An open line to the mail server."""

    smtp: smtplib.SMTP

    def hand_over(self, mail: EmailMessage) -> None:
        """Send one mail to the one address of its To; raises RefusedError or LineDownError."""
        try:
            self.smtp.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            code, says = next(iter(error.recipients.values()))
            raise _judged(code, says) from error
        except smtplib.SMTPResponseException as error:
            raise _judged(error.smtp_code, error.smtp_error) from error
        except smtplib.SMTPNotSupportedError as error:
            raise RefusedError(str(error), permanent=True) from error
        except smtplib.SMTPServerDisconnected as error:
            raise LineDownError(_told(error)) from error
        except OSError as error:
            raise LineDownError(_reason(error)) from error


def mail_server() -> MailServer | None:
    """Return the server of the settings, or None where mails are kept for reading."""
    url: str = current_app.config["FORUM_SETTINGS"].smtp_url
    return MailServer.of_url(url) if url else None


def sender() -> str:
    """Return the address mails come from, with its name."""
    address: str = current_app.config["FORUM_SETTINGS"].mail_from
    return address


def _judged(code: int, says: bytes | str) -> Exception:
    words = says.decode("utf-8", "replace") if isinstance(says, bytes) else says
    answer = f"{code} {' '.join(words.split())}"
    if code == CLOSING:
        return LineDownError(answer[:LONGEST_ANSWER])
    return RefusedError(answer, permanent=is_permanent(code))


def _told(error: smtplib.SMTPException) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return str(_judged(error.smtp_code, error.smtp_error))
    return f"The mail server hung up: {error}"[:LONGEST_ANSWER]


def _reason(error: OSError) -> str:
    return f"The mail server cannot be reached: {error.strerror or error}"[:LONGEST_ANSWER]
