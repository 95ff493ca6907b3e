"""What DNS says of the domain that mails come from: SPF, DKIM and DMARC.

RFC 7208, RFC 6376, RFC 7489. Only what stands in DNS is looked at: whether the mail server signs,
and from which address it sends, only a mail that has arrived can tell.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import dns.exception
import dns.resolver
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

SECONDS = 4.0
"""The longest that one look may take, whatever the name servers do."""

SHORTEST_KEY = 1024
"""Bits of an RSA key that receivers must take (RFC 8301 §3.2)."""

SPF, DKIM, DMARC = "spf", "dkim", "dmarc"
NOT_PUBLIC = ("localhost", "local", "test", "example", "invalid", "internal", "home.arpa")
"""Domains that no public name server knows (RFC 6761, RFC 6762, RFC 8375)."""

Look = Callable[[str], list[str]]


class DnsSilentError(Exception):
    """No name server answered in time, or none is set."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One record, whether receivers will be content with it, and what to do if not."""

    what: str
    good: bool
    says: str


def is_public(domain: str) -> bool:
    """Say whether a domain can be one of the public DNS."""
    return "." in domain and not domain.endswith(tuple(f".{one}" for one in NOT_PUBLIC))


def verdicts(domain: str, envelope_domain: str, selector: str, look: Look) -> Iterator[Verdict]:
    """Look at the records of a sender's domain; SPF is that of the envelope sender's.

    A name server that does not answer makes no record bad: then it says so.
    """
    asked: tuple[tuple[str, Callable[[], Verdict]], ...] = (
        (SPF, lambda: _spf(envelope_domain, domain, look)),
        (DKIM, lambda: _dkim(domain, selector, look)),
        (DMARC, lambda: _dmarc(domain, look)),
    )
    for what, judge in asked:
        try:
            yield judge()
        except DnsSilentError:
            says = "not known: no name server answered; run this again where DNS works"
            yield Verdict(what, good=True, says=says)


def texts_at(name: str) -> list[str]:
    """Return the TXT records at a name, none where there are none; raises DnsSilentError."""
    try:
        answer = _resolver().resolve(name, "TXT", lifetime=SECONDS, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, OSError, UnicodeError) as error:
        raise DnsSilentError(type(error).__name__) from error
    return [b"".join(row.strings).decode("utf-8", "replace") for row in answer]


def _resolver() -> dns.resolver.Resolver:
    """Return one that asks the name servers of this machine."""
    return dns.resolver.Resolver()


def _spf(envelope_domain: str, domain: str, look: Look) -> Verdict:
    found = [one for one in look(envelope_domain) if one.lower().split(" ")[0] == "v=spf1"]
    if not found:
        says = (
            f"no SPF record at {envelope_domain}: add a TXT record that names your mail server, "
            "such as v=spf1 a:mail.example.com -all"
        )
        return Verdict(SPF, good=False, says=says)
    if len(found) > 1:
        says = f"{len(found)} SPF records at {envelope_domain}, receivers then take none: keep one"
        return Verdict(SPF, good=False, says=says)
    terms = found[0].lower().split()
    if {"all", "+all"} & set(terms):
        says = f"the SPF record of {envelope_domain} lets everybody send: end it with -all"
        return Verdict(SPF, good=False, says=says)
    other = not _is_within(envelope_domain, domain) and not _is_within(domain, envelope_domain)
    note = f"; it is not for {domain}, so that DMARC needs DKIM" if other else ""
    return Verdict(SPF, good=True, says=f"{envelope_domain}: {found[0]}{note}")


def _dkim(domain: str, selector: str, look: Look) -> Verdict:
    if not selector:
        says = "not looked at: set FORUM_MAIL_DKIM to the selector that your mail server signs with"
        return Verdict(DKIM, good=True, says=says)
    name = f"{selector}._domainkey.{domain}"
    found = [tags for one in look(name) if "p" in (tags := _tags(one))]
    if not found:
        says = f"no DKIM key at {name}: add the TXT record that your mail server gives you"
        return Verdict(DKIM, good=False, says=says)
    key = "".join(found[0]["p"].split())
    if not key:
        says = f"the DKIM key at {name} is withdrawn: add the one your mail server signs with"
        return Verdict(DKIM, good=False, says=says)
    return _key_verdict(name, found[0].get("k", "rsa"), key)


def _key_verdict(name: str, kind: str, key: str) -> Verdict:
    try:
        raw = base64.b64decode(key, validate=True)
        bits = 256 if kind == "ed25519" else _bits(raw)
    except (binascii.Error, ValueError, UnsupportedAlgorithm):
        bits = 0
    if not bits:
        says = f"the DKIM key at {name} cannot be read: copy it again, whole"
        return Verdict(DKIM, good=False, says=says)
    if kind == "rsa" and bits < SHORTEST_KEY:
        says = f"the DKIM key at {name} has {bits} bits: make one of 2048"
        return Verdict(DKIM, good=False, says=says)
    return Verdict(DKIM, good=True, says=f"{name}: {kind}, {bits} bits")


def _bits(raw: bytes) -> int:
    key = load_der_public_key(raw)
    return key.key_size if isinstance(key, RSAPublicKey) else 0


def _dmarc(domain: str, look: Look) -> Verdict:
    for one in _up_from(domain):
        found = [text for text in look(f"_dmarc.{one}") if _tags(text).get("v") == "DMARC1"]
        if len(found) > 1:
            says = f"{len(found)} DMARC records at _dmarc.{one}: keep one"
            return Verdict(DMARC, good=False, says=says)
        if found:
            policy = _tags(found[0]).get("p", "none")
            note = "; receivers only report, nothing is refused yet" if policy == "none" else ""
            return Verdict(DMARC, good=True, says=f"_dmarc.{one}: p={policy}{note}")
    says = f"no DMARC record: add a TXT record at _dmarc.{domain}, to begin with v=DMARC1; p=none"
    return Verdict(DMARC, good=False, says=says)


def _up_from(domain: str) -> Iterator[str]:
    """Give a domain and those above it, down to two labels."""
    labels = domain.split(".")
    for first in range(max(1, len(labels) - 1)):
        yield ".".join(labels[first:])


def _is_within(domain: str, other: str) -> bool:
    return domain == other or domain.endswith(f".{other}")


def _tags(text: str) -> dict[str, str]:
    """Read a list of tags such as v=DKIM1; p=… (RFC 6376 §3.2)."""
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip(): value.strip() for name, is_there, value in pairs if is_there}
