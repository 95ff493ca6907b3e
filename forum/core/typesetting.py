"""Typesetting PDF files by Typst, which is an extra: from a template, values and pictures of ours.

Nothing is fetched, and nothing that anybody typed is evaluated: values come in as JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any

from flask import current_app

from forum.core import typesetter
from forum.core.errors import NotFound, Unavailable
from forum.core.i18n import sentence

FONT_PACKAGE = "manimgx_fonts_cjk"
LONGEST_WAIT = 10.0
"""Seconds that a request waits for its turn."""

LONGEST_WORK = 60.0
"""Seconds that one file may take; a thousand sessions take two."""

_one_at_a_time = Lock()
"""A big programme takes a processor for seconds: what is asked for at once waits."""


class NoTypesetter(NotFound):
    """Typst is not installed."""

    code = "no_typesetter"
    says = sentence("This Forum makes no PDF files: its extra “pdf” is not installed.")


class TypesetterBusy(Unavailable):
    """Others are being printed, and it takes long."""

    code = "typesetter_busy"
    says = sentence("Other programmes are being printed just now. Try again in a few seconds.")


def is_there() -> bool:
    """Say whether PDF files can be made."""
    return find_spec("typst") is not None


def typeset(
    template: str,
    values: Mapping[str, Any],
    pictures: Mapping[str, bytes],
    *,
    made_at: datetime,
) -> bytes:
    """Return the PDF of `templates/pdf/<template>.typ`.

    The template finds the values as values.json, with `fonts` by language added, and each picture
    under its name beside it. Raises NoTypesetter, TypesetterBusy.
    """
    if not is_there():
        raise NoTypesetter
    if not _one_at_a_time.acquire(timeout=LONGEST_WAIT):
        raise TypesetterBusy
    try:
        with TemporaryDirectory(prefix="forum-pdf-") as name:
            folder = Path(name)
            source = Path(str(current_app.template_folder)) / "pdf" / f"{template}.typ"
            (folder / source.name).write_bytes(source.read_bytes())
            written = json.dumps(values, ensure_ascii=False)
            (folder / typesetter.VALUES).write_text(written, "utf-8")
            for picture, body in pictures.items():
                (folder / picture).write_bytes(body)
            job = {
                "folder": name,
                "template": template,
                "fonts": font_folders(),
                "made_at": int(made_at.timestamp()),
            }
            return _made(job)
    finally:
        _one_at_a_time.release()


def font_folders() -> list[list[str]]:
    """Return where to look for fonts, one try after the other: the operator's, the extra's."""
    own = list(current_app.config["FORUM_SETTINGS"].font_dirs)
    package = find_spec(FONT_PACKAGE)
    places = list(package.submodule_search_locations or ()) if package else []
    return [one for one in (own, own + places) if one]


def _made(job: Mapping[str, Any]) -> bytes:
    try:
        done = subprocess.run(
            [sys.executable, "-m", typesetter.__name__],
            input=json.dumps(job).encode(),
            capture_output=True,
            timeout=LONGEST_WORK,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise TypesetterBusy from None
    if done.returncode:
        raise RuntimeError(done.stderr.decode("utf-8", "replace")[-2000:])
    return done.stdout
