"""Absolute addresses, always from the configured base and never from the request's Host."""

from __future__ import annotations

from flask import current_app


def base_url() -> str:
    """Return the configured base address, without a slash at its end."""
    return str(current_app.config["FORUM_BASE_URL"])


def absolute(path: str) -> str:
    """Return the absolute address of a path of ours that begins with a slash."""
    return base_url() + path
