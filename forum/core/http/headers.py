"""Security headers on every answer: no inline script or style, nothing foreign."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import TYPE_CHECKING

from flask import current_app, g, request

if TYPE_CHECKING:
    from flask import Flask, Response

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "connect-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "manifest-src": "'self'",
    "media-src": "'self'",
    "worker-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}

_WITH_WASM = POLICY | {"script-src": POLICY["script-src"] + " 'wasm-unsafe-eval'"}
_POLICY = "; ".join(f"{name} {words}" for name, words in POLICY.items())
_POLICY_WITH_WASM = "; ".join(f"{name} {words}" for name, words in _WITH_WASM.items())

NOT_ALLOWED = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()"
CAMERA_ALLOWED = NOT_ALLOWED.replace("camera=()", "camera=(self)")


def allow_camera_and_wasm() -> None:
    """Let this one answer use the camera and compile WebAssembly: the door page and its worker."""
    g.camera_and_wasm = True


def protect(response: Response) -> Response:
    """Set what is not set yet; calling it twice changes nothing."""
    camera = g.get("camera_and_wasm", False)
    headers = response.headers
    headers.setdefault("Content-Security-Policy", _POLICY_WITH_WASM if camera else _POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", CAMERA_ALLOWED if camera else NOT_ALLOWED)
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    if current_app.config["FORUM_BASE_URL"].startswith("https:"):
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response


FILE_POLICY = "default-src 'none'"
WORKER_POLICY = f"{FILE_POLICY}; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"
WORKER = "/door-worker"


def protect_file(headers: MutableMapping[str, str], _path: str, url: str) -> None:
    """Set the headers of a static file, whose name changes with its content.

    Only the door's worker may compile WebAssembly.
    """
    headers["Cache-Control"] = "public, max-age=31536000, immutable"
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Content-Security-Policy"] = WORKER_POLICY if WORKER in url else FILE_POLICY


def private(response: Response) -> Response:
    """Mark an answer for one person only: not stored, not indexed, its address not passed on."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def init_headers(app: Flask) -> None:
    """Protect every answer; what is not declared cacheable is not stored."""

    @app.after_request
    def _after(response: Response) -> Response:
        if request.endpoint != "static":
            response.headers.setdefault("Cache-Control", "no-store")
        return protect(response)
