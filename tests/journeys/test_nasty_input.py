"""Every form of the house, filled with what no form expects: no answer is 5xx, none echoes raw."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from html import unescape
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from forum.core.actor import Actor, ActorKind
from forum.core.permissions import Role
from tests.journeys.sample_house import furnish

NASTY = (
    "",
    " ",
    "\x00",
    "\x1b[31m",
    "\u200b\ufeff",
    "\u202egnp.exe",
    "A" * 10_000,
    "示例" * 300,
    "👩‍🔬" * 50,
    "ضيف",
    "<script>alert(1)</script>",
    "{{7*191}}",
    "{0.__class__}",
    "%(name)s %s %n",
    "=1+1",
    "'; DROP TABLE event; --",
    "../../etc/passwd",
    "\r\nBcc: x@example.com",
    "-1",
    "0",
    "1e309",
    "99999999999999999999",
    "NaN",
    "2026-02-30",
    "2027-03-28",
    "0001-01-01",
    "9999-12-31",
    "24:00",
    "02:30",
    "Europe/London",
    "Mars/Olympus",
    "javascript:alert(1)",
    "http://[::1",
    "ｇｕｅｓｔ＠ｅｘａｍｐｌｅ.com",
    "a@b",
    "#12",
    "#zzzzzz",
    "on",
    "null",
    "[]",
    "٣",
    "½",
)
_FORM = re.compile(r"<form\b[^>]*method=\"post\"[^>]*>.*?</form>", re.DOTALL)
_ACTION = re.compile(r"<form\b[^>]*\baction=\"([^\"]*)\"")
_FIELD = re.compile(r"<(?:input|textarea|select)\b[^>]*\bname=\"([^\"]+)\"[^>]*>")
_VALUE = re.compile(r"\bvalue=\"([^\"]*)\"")
_SPARED = ("/sign-out", "/sign-off", "/cancel", "/state/")
"""Acts that would end the session or the event for all tries that follow."""


def forms_of(page: str, address: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Return each POST form of a page: where it goes, and its fields as they stand."""
    for form in _FORM.findall(page):
        said = _ACTION.match(form)
        fields = {}
        for tag in _FIELD.finditer(form):
            value = _VALUE.search(tag.group(0))
            fields[tag.group(1)] = unescape(value.group(1)) if value else ""
        yield (unescape(said.group(1)) if said else address) or address, fields


def tried(client: FlaskClient, chance: random.Random, target: str, fields: dict[str, str]) -> str:
    """Send a form with one to three fields turned nasty; return what was wrong, or nothing."""
    typed = dict(fields)
    names = [name for name in fields if name != "csrf_token"]
    for name in chance.sample(names, min(len(names), chance.randint(1, 3))):
        typed[name] = chance.choice(NASTY)
    answer = client.post(target, data=typed)
    if answer.status_code >= 500:
        return f"{answer.status_code} {target} {typed}"
    return f"echoed raw: {target}" if "<script>alert(1)" in answer.text else ""


@pytest.mark.timeout(1200)
def test_no_form_answers_5xx_or_echoes_raw(app: Flask, full_figures: bool) -> None:
    house = furnish(app)
    rounds = 350 if full_figures else 6
    owner = Actor(
        ActorKind.USER,
        id=UUID(int=1),
        name="Sample",
        roles={house.organisation_id: Role.OWNER},
        session_id=UUID(int=2),
    )
    app.extensions["forum_actor_loader"] = lambda: owner
    client, chance, faults, sent = app.test_client(), random.Random(2026), [], 0
    pages = [one.format(lang="en") for one in (*house.public, *house.personal, *house.member)]
    for _ in range(rounds):
        for address in [*pages, "/sign-in", house.pairing]:
            page = client.get(address)
            for target, fields in forms_of(page.text, address):
                if any(spared in target for spared in _SPARED) or not fields:
                    continue
                faults += [fault] if (fault := tried(client, chance, target, fields)) else []
                sent += 1
    assert sent >= 20 * rounds
    assert faults == []


@pytest.mark.parametrize(
    "address",
    [
        "/en/e/%00/",
        "/en/e/" + "a" * 5000,
        "/en/e/..%2f..%2f/",
        "/r/%ff%fe",
        "/t/" + "A" * 128,
        "/T/𝔸",
        "/e/none/none.ics?lang=%00",
        "/en/?lang=%F0%9F%98%80",
        "/uploads/..%2fsecret.key",
        "/door/pair/x",
        "/sign-in/" + "x" * 43,
        "/manage/%E2%80%AE/",
        "/static/../forum.toml",
        "/zz/",
        "//evil.example/",
        "/en/e/a/sessions/not-a-uuid",
        "/door/api/state",
    ],
)
def test_no_address_is_too_strange(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code < 500
    assert answer.status_code in {200, 301, 302, 303, 308, 400, 401, 403, 404}
