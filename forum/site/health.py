"""For operators' monitors: is the process alive, and can it do its work."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

import sqlalchemy as sa
from flask import Blueprint, current_app, jsonify
from sqlalchemy.exc import SQLAlchemyError

from forum.core import clock
from forum.core.db import db, writing
from forum.core.http.access import public
from forum.core.ids import uuid7
from forum.core.outbox import OutboxRow
from forum.core.page_scopes import PageScope
from forum.core.schema import check_schema
from forum.messaging.models import Message
from forum.messaging.rules import MessageState

if TYPE_CHECKING:
    from flask import Response

log = logging.getLogger("forum.health")
blueprint = Blueprint("health", __name__)

FREE_SHARE = 0.05
LONGEST_WAIT = timedelta(minutes=10)
RETRY_SECONDS = "5"


@blueprint.get("/healthz")
@public
def healthz() -> Response:
    """Say that this process answers; it asks for nothing else."""
    return jsonify(alive=True)


@blueprint.get("/readyz")
@public
def readyz() -> Response:
    """Say whether work can be done here; 503 with the names of what stands in the way."""
    now = clock.now()
    looks: dict[str, Callable[[], bool]] = {
        "database": _can_write,
        "schema": _is_current,
        "disk": _has_room,
        "queue": lambda: _is_served(now),
    }
    reasons = [name for name, look in looks.items() if not _holds(name, look)]
    response = jsonify(ready=not reasons, reasons=reasons)
    if reasons:
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
        response.headers["Retry-After"] = RETRY_SECONDS
    return response


def _holds(name: str, look: Callable[[], bool]) -> bool:
    try:
        return look()
    except (SQLAlchemyError, OSError) as problem:
        log.warning("not ready, %s: %s", name, type(problem).__name__)
        return False
    finally:
        db.session.remove()


def _can_write() -> bool:
    with writing() as session:
        session.execute(sa.insert(PageScope).values(scope=f"probe:{uuid7()}", revision=1))
        session.rollback()
    return True


def _is_current() -> bool:
    found, wanted = check_schema()
    return found == wanted


def _has_room() -> bool:
    usage = shutil.disk_usage(current_app.config["FORUM_INSTANCE"])
    return usage.free >= usage.total * FREE_SHARE


def _is_served(now: datetime) -> bool:
    """Say whether nothing that is due has waited too long for the jobs process."""
    late = now - LONGEST_WAIT
    effect = sa.exists().where(OutboxRow.done_at.is_(None), OutboxRow.due_at <= late)
    mail = sa.exists().where(Message.state == MessageState.QUEUED, Message.due_at <= late)
    return not db.session.scalar(sa.select(sa.or_(effect, mail)))
