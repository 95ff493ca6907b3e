"""The servers that tests stand on are there, and each test finds them fresh."""

from __future__ import annotations

import smtplib

import psycopg
import pytest
from playwright.sync_api import Browser
from redis import Redis
from sqlalchemy import make_url

from tests.support.browser import Camera
from tests.support.postgres import dsn

SEEN_BY_THE_CAMERA = """async () => {
  const video = document.createElement("video");
  video.muted = true;
  video.srcObject = await navigator.mediaDevices.getUserMedia({ video: true });
  await video.play();
  const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight).getContext("2d");
  const middle = () => {
    canvas.drawImage(video, 0, 0);
    return [...canvas.getImageData(video.videoWidth / 2, video.videoHeight / 2, 1, 1).data];
  };
  window.reddish = () => { const [r, g, b] = middle(); return r > 200 && g < 60 && b < 60; };
  return true;
}"""
RED_PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)


@pytest.mark.parametrize("visit", ["first", "second"])
def test_each_test_has_a_postgresql_database_with_nothing_of_the_last(visit, empty_postgres_url):
    with psycopg.connect(dsn(make_url(empty_postgres_url))) as connection:
        tables = connection.execute("SELECT 1 FROM pg_tables WHERE schemaname = 'public'")
        assert tables.fetchall() == []
        connection.execute("CREATE TABLE left_behind (visit text)")


@pytest.mark.parametrize("visit", ["first", "second", "third"])
def test_a_postgresql_database_is_lent_again_with_its_tables_and_without_the_last_tests_rows(
    visit, postgres_url
):
    with psycopg.connect(dsn(make_url(postgres_url))) as connection:
        assert connection.execute("SELECT count(*) FROM page_scope").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM alembic_version").fetchone() == (1,)
        connection.execute("INSERT INTO page_scope (scope, revision) VALUES ('left', 1)")


@pytest.mark.parametrize("visit", ["first", "second"])
def test_a_postgresql_database_that_lost_an_index_is_not_lent_again(visit, postgres_url):
    with psycopg.connect(dsn(make_url(postgres_url))) as connection:
        connection.execute("DROP INDEX ix_outbox_waiting")


@pytest.mark.parametrize("visit", ["first", "second"])
def test_each_test_has_an_empty_redis(visit, redis_url):
    with Redis.from_url(redis_url) as redis:
        assert redis.dbsize() == 0
        redis.set("left", "behind")


def test_a_mail_sent_is_a_mail_kept(smtp):
    with smtplib.SMTP("127.0.0.1", smtp.port) as line:
        line.sendmail("a@example.com", ["b@example.com"], "Subject: Hello\r\n\r\nWell met.")
    assert [mail["Subject"] for mail in smtp.to("b@example.com")] == ["Hello"]
    assert smtp.to("c@example.com") == []


def test_a_mail_server_told_to_refuse_refuses_once(smtp):
    smtp.refusals.append("451 Try again later")
    with smtplib.SMTP("127.0.0.1", smtp.port) as line:
        with pytest.raises(smtplib.SMTPDataError, match="Try again later"):
            line.sendmail("a@example.com", ["b@example.com"], "Subject: Hello\r\n\r\n")
        line.sendmail("a@example.com", ["b@example.com"], "Subject: Again\r\n\r\n")
    assert [mail["Subject"] for mail in smtp.mails] == ["Again"]


def test_the_camera_sees_what_is_held_before_it_and_then_nothing(browser: Browser, camera: Camera):
    with browser.new_context(permissions=["camera"]) as context:
        # A page has a camera only where its origin is trusted, as localhost is.
        context.route("**/*", lambda route: route.fulfill(body="", content_type="text/html"))
        page = context.new_page()
        page.goto("http://localhost/")
        camera.show(RED_PNG)
        assert page.evaluate(SEEN_BY_THE_CAMERA)
        page.wait_for_function("() => window.reddish()")
        camera.show(None)
        page.wait_for_function("() => !window.reddish()")
