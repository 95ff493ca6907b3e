"""`forum doctor` on mail: whether the server answers, and what DNS says of the sender's domain."""

from __future__ import annotations

import base64
import sys
import time
from collections.abc import Mapping, Sequence
from functools import cache

import dns.resolver
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask import Flask

from forum import cli
from forum.messaging import records
from forum.settings import Settings
from tests.support.ground import free_port
from tests.support.mail import Mailbox
from tests.support.names import name_server, resolver_at

Texts = Mapping[str, Sequence[str]]


@cache
def key_of(bits: int) -> str:
    """Return a public key as it stands in DNS."""
    public = rsa.generate_private_key(65537, bits).public_key()
    raw = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(raw).decode()


def sound() -> dict[str, Sequence[str]]:
    """Return the records of a domain that receivers believe."""
    return {
        "mail.city.hk": ["v=spf1 a:relay.city.hk -all", "some-site-verification=abc"],
        "s1._domainkey.mail.city.hk": [f"v=DKIM1; k=rsa; p={key_of(2048)}"],
        "_dmarc.city.hk": ["v=DMARC1; p=quarantine; rua=mailto:dmarc@city.hk"],
    }


def judged(
    monkeypatch: pytest.MonkeyPatch, texts: Texts, envelope: str = "", *, silent: bool = False
) -> dict[str, tuple[bool, str]]:
    """Ask a name server that knows these records."""
    with name_server(texts, silent=silent) as port:
        monkeypatch.setattr(dns.resolver, "Resolver", lambda: resolver_at(port))
        found = records.verdicts("mail.city.hk", envelope or "mail.city.hk", "s1", records.texts_at)
        return {one.what: (one.good, one.says) for one in found}


def test_a_domain_with_sound_records_is_good(monkeypatch: pytest.MonkeyPatch) -> None:
    found = judged(monkeypatch, sound())
    assert {what: good for what, (good, _) in found.items()} == {
        "spf": True,
        "dkim": True,
        "dmarc": True,
    }
    assert "v=spf1 a:relay.city.hk -all" in found["spf"][1]
    assert "2048 bits" in found["dkim"][1]
    assert found["dmarc"][1] == "_dmarc.city.hk: p=quarantine"


def test_a_domain_without_records_is_told_what_to_add(monkeypatch: pytest.MonkeyPatch) -> None:
    found = judged(monkeypatch, {})
    assert not any(good for good, _ in found.values())
    assert "v=spf1 a:mail.example.com -all" in found["spf"][1]
    assert "s1._domainkey.mail.city.hk" in found["dkim"][1]
    assert "_dmarc.mail.city.hk" in found["dmarc"][1]


@pytest.mark.parametrize(
    ("what", "name", "texts", "says"),
    [
        ("spf", "mail.city.hk", ["v=spf1 -all", "v=spf1 mx -all"], "2 SPF records"),
        ("spf", "mail.city.hk", ["v=spf1 mx +all"], "lets everybody send"),
        ("spf", "mail.city.hk", ["v=spf10 mx -all"], "no SPF record"),
        ("dkim", "s1._domainkey.mail.city.hk", ["v=DKIM1; p="], "is withdrawn"),
        ("dkim", "s1._domainkey.mail.city.hk", ["v=DKIM1; p=MIIB"], "cannot be read"),
        ("dkim", "s1._domainkey.mail.city.hk", ["p=!!"], "cannot be read"),
        ("dmarc", "_dmarc.city.hk", ["v=DMARC1; p=none", "v=DMARC1; p=reject"], "2 DMARC"),
    ],
)
def test_a_record_that_is_of_no_use_is_bad(
    monkeypatch: pytest.MonkeyPatch, what: str, name: str, texts: list[str], says: str
) -> None:
    good, said = judged(monkeypatch, sound() | {name: texts})[what]
    assert not good
    assert says in said


def test_a_short_key_is_bad_and_an_ed25519_one_good(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "s1._domainkey.mail.city.hk"
    short = base64.b64encode(base64.b64decode(key_of(1024))).decode()
    monkeypatch.setattr(records, "SHORTEST_KEY", 1025)
    assert not judged(monkeypatch, sound() | {name: [f"p={short}"]})["dkim"][0]
    eddsa = base64.b64encode(bytes(32)).decode()
    found = judged(monkeypatch, sound() | {name: [f"v=DKIM1; k=ed25519; p={eddsa}"]})
    assert found["dkim"][0]


def test_spf_is_that_of_the_address_that_reports_come_back_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    texts = sound() | {"bounces.example.org": ["v=spf1 mx -all"]}
    good, says = judged(monkeypatch, texts, "bounces.example.org")["spf"]
    assert good
    assert "it is not for mail.city.hk, so that DMARC needs DKIM" in says


def test_a_name_server_that_is_silent_makes_nothing_bad_and_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(records, "SECONDS", 0.3)
    began = time.monotonic()
    found = judged(monkeypatch, sound(), silent=True)
    assert time.monotonic() - began < 5
    assert all(good for good, _ in found.values())
    assert all("no name server answered" in says for _, says in found.values())


@pytest.mark.parametrize("domain", ["localhost", "a.example", "forum.test", "printer.local"])
def test_domains_that_no_name_server_knows(domain: str) -> None:
    assert not records.is_public(domain)


class TestTheDoctor:
    """What an operator reads."""

    def run(
        self,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
        settings: Settings,
        **given: str,
    ) -> tuple[int, str]:
        monkeypatch.setenv("FORUM_DATABASE_URL", settings.database_url)
        for name, value in given.items():
            monkeypatch.setenv(f"FORUM_{name.upper()}", value)
        words = ["forum", "--instance", str(settings.instance), "doctor"]
        monkeypatch.setattr(sys, "argv", words)
        status = 0
        try:
            cli.main()
        except SystemExit as end:
            status = int(end.code or 0)
        return status, capsys.readouterr().out

    def test_sound_records_and_a_server_that_answers(
        self,
        app: Flask,
        settings: Settings,
        smtp: Mailbox,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        with name_server(sound()) as port:
            monkeypatch.setattr(dns.resolver, "Resolver", lambda: resolver_at(port))
            status, out = self.run(
                monkeypatch,
                capsys,
                settings,
                smtp_url=smtp.url,
                mail_from="Forum <forum@mail.city.hk>",
                mail_dkim="s1",
            )
        assert status == 0, out
        for line in ("ok   mail: sent from", "ok   spf: ", "ok   dkim: ", "ok   dmarc: "):
            assert line in out

    def test_the_domains_of_events_are_looked_at_too(
        self,
        app: Flask,
        settings: Settings,
        smtp: Mailbox,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        with name_server(sound()) as port:
            monkeypatch.setattr(dns.resolver, "Resolver", lambda: resolver_at(port))
            status, out = self.run(
                monkeypatch,
                capsys,
                settings,
                smtp_url=smtp.url,
                mail_from="Forum <forum@mail.city.hk>",
                mail_domains="congress.hk",
                mail_dkim="s1",
            )
        assert status == 1, out
        assert "ok   dkim: s1._domainkey.mail.city.hk" in out
        assert "BAD  spf: no SPF record at congress.hk" in out
        assert "BAD  dkim: no DKIM key at s1._domainkey.congress.hk" in out
        assert "BAD  dmarc: no DMARC record: add a TXT record at _dmarc.congress.hk" in out

    def test_a_server_that_is_away_and_a_sender_that_nobody_believes(
        self,
        app: Flask,
        settings: Settings,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        url = f"smtp://forum:secret@127.0.0.1:{free_port()}"
        status, out = self.run(monkeypatch, capsys, settings, smtp_url=url)
        assert status == 1
        assert "BAD  mail: The mail server cannot be reached" in out
        assert "BAD  sender: no other mail server believes mails from localhost" in out
        assert "secret" not in out
