"""Which device makes this request: its secret lies in a cookie that only the door is sent."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from flask import current_app, request

from forum.checkin import service
from forum.core.actor import Actor, ActorKind

if TYPE_CHECKING:
    from flask import Response

    from forum.checkin.queries import AtTheDoor

PATH = "/door"
LONGEST_SECRET = 100


def device_of_request(now: datetime) -> AtTheDoor:
    """Return the device that asks; raises NotPaired and DeviceLocked."""
    secret = request.cookies.get(_cookie_name(), "")
    return service.working_device(secret[:LONGEST_SECRET], now=now)


def actor_of(at: AtTheDoor) -> Actor:
    """Return the device as one who acts, in its helper's name."""
    return Actor(ActorKind.DEVICE, at.device.id, at.device.name, event_id=at.event.id)


def keep_secret(response: Response, secret: str, expires_at: datetime) -> None:
    """Put the device's secret into the phone, until the device lapses."""
    response.set_cookie(
        _cookie_name(),
        secret,
        expires=expires_at,
        path=PATH,
        secure=_secure(),
        httponly=True,
        samesite="Lax",
    )


def forget_secret(response: Response) -> None:
    """Take the secret out of the phone."""
    response.delete_cookie(
        _cookie_name(), path=PATH, secure=_secure(), httponly=True, samesite="Lax"
    )


def _secure() -> bool:
    return bool(current_app.config["SESSION_COOKIE_SECURE"])


def _cookie_name() -> str:
    return "__Secure-forum-door" if _secure() else "forum-door"
