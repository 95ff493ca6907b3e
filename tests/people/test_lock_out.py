"""Limits protect an address; they must not become a way to keep its owner out."""

from __future__ import annotations

from datetime import timedelta

import time_machine
from flask import Flask

from tests.people.conftest import House
from tests.people.signing_in import csrf_of


def test_a_stranger_who_goes_on_asking_cannot_stop_the_owners_mails(
    app: Flask, clock: time_machine.Traveller, house: House
) -> None:
    stranger = app.test_client()
    form = {"email": house.owner.email, "csrf_token": csrf_of(stranger.get("/sign-in"))}
    answers = []
    for number in range(40):
        network = {"REMOTE_ADDR": f"192.0.2.{number}"}
        answers.append(stranger.post("/sign-in", data=form, environ_overrides=network).status_code)
        clock.shift(timedelta(seconds=80))
    assert answers.count(429) > 0
    assert answers[-12:].count(303) >= 9
