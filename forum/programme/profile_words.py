"""What the parts of a profile are called, and how a change of one is told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from typing import Any

from flask_babel import gettext, lazy_gettext

from forum.core.dates import moment

COLUMN_WORDS: Mapping[str, object] = {
    "name": lazy_gettext("Full name"),
    "name_zh": lazy_gettext("Name in Chinese"),
    "surname": lazy_gettext("Surname"),
    "salutation": lazy_gettext("Salutation"),
    "post_nominals": lazy_gettext("Letters after the name"),
    "precedence": lazy_gettext("Precedence"),
    "title": lazy_gettext("Job title"),
    "affiliation": lazy_gettext("Organisation"),
    "biography": lazy_gettext("Biography"),
    "website": lazy_gettext("Website"),
    "links": lazy_gettext("Links"),
    "photo": lazy_gettext("Photo"),
}


def said(name: str, value: Any, zone: tzinfo, key: str) -> str:  # noqa: ANN401 - a JSON value
    """Return a column's JSON value, or the moment under "at", in words."""
    if name == "at":
        return moment(value, zone, key)
    if name == "photo":
        return ""
    if name == "links" and value:
        return ", ".join(" ".join((one.get("title", ""), one["url"])).strip() for one in value)
    return gettext("nothing") if value in (None, "", []) else str(value)
