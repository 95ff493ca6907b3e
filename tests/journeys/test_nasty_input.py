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
from tests.journeys.sample_house import House, furnish

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
    "²",
    "9" * 5000,
    "0001-01-01T00:00",
    "0999-12-31T00:00",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
)
ASKED = (
    "q",
    "page",
    "first",
    "state",
    "order",
    "view",
    "before",
    "day",
    "code",
    "next",
    "preview",
    "lang",
)
"""What pages read from an address; a page must bear those of the others too."""
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


def signed_in(app: Flask, house: House) -> FlaskClient:
    """Return a client who is an owner of the house."""
    owner = Actor(
        ActorKind.USER,
        id=UUID(int=1),
        name="Sample",
        roles={house.organisation_id: Role.OWNER},
        session_id=UUID(int=2),
    )
    app.extensions["forum_actor_loader"] = lambda: owner
    return app.test_client()


def pages_of(house: House) -> list[str]:
    """Return the address of every page with a GET, in English."""
    found = (*house.public, *house.personal, *house.member)
    return [*(one.format(lang="en") for one in found), "/sign-in", house.pairing]


@pytest.mark.timeout(1200)
@pytest.mark.both_databases
def test_no_form_answers_5xx_or_echoes_raw(app: Flask, full_figures: bool) -> None:
    house = furnish(app)
    rounds = 350 if full_figures else 2
    client, chance, faults, sent = signed_in(app, house), random.Random(2026), [], 0
    for _ in range(rounds):
        for address in pages_of(house):
            page = client.get(address)
            for target, fields in forms_of(page.text, address):
                if any(spared in target for spared in _SPARED) or not fields:
                    continue
                faults += [fault] if (fault := tried(client, chance, target, fields)) else []
                sent += 1
    assert sent >= 20 * rounds
    assert faults == []


@pytest.mark.timeout(1200)
@pytest.mark.both_databases
def test_no_page_answers_5xx_or_echoes_raw_whatever_its_address_asks(
    app: Flask, full_figures: bool
) -> None:
    house = furnish(app)
    client, faults = signed_in(app, house), []
    values = NASTY if full_figures else tuple(random.Random(2027).sample(NASTY, len(NASTY)))
    for place, address in enumerate((*pages_of(house), house.feed, "/door/", "/healthz")):
        bare = address.partition("?")[0]
        tries = len(values) if full_figures else 2
        for turn in range(tries):
            query = {
                name: values[(place * tries + turn * len(ASKED) + number) % len(values)]
                for number, name in enumerate(ASKED)
            }
            answer = client.get(bare, query_string=query)
            if answer.status_code >= 500:
                faults.append(f"{answer.status_code} {bare} {query}")
            if "<script>alert(1)" in answer.text:
                faults.append(f"echoed raw: {bare} {query}")
    assert faults == []


@pytest.mark.both_databases
def test_what_a_page_reads_from_its_address_may_be_anything(app: Flask, full_figures: bool) -> None:
    house = furnish(app)
    client, chance, manage = signed_in(app, house), random.Random(2028), f"/manage/{house.slug}"
    read = {
        "/manage/": ("view", "first"),
        f"{manage}/registrations": ("q", "state", "order", "page"),
        f"{manage}/messages": ("q", "state", "page"),
        f"{manage}/door": ("before",),
        "/sign-in": ("next",),
        "/en/": ("lang",),
    }
    faults = [
        (answer.status_code, address, name, value)
        for address, names in read.items()
        for name in names
        for value in (NASTY if full_figures else (*chance.sample(NASTY, 8), *NASTY[-6:], "\x00a"))
        if (answer := client.get(address, query_string={name: value})).status_code >= 500
    ]
    assert faults == []


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "address",
    [
        "/en/e/%00/",
        "/en/e/%00/register",
        "/en/e/%00/programme",
        "/en/e/x%00y/speakers/%00",
        "/en/series/%00/",
        "/e/%00/%00.ics",
        "/r/%00",
        "/t/%00",
        "/T/%00",
        "/sign-in/%00",
        "/invitations/%00",
        "/door/pair/%00",
        "/manage/%00/",
        "/manage/%00/messages",
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
