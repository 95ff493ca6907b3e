"""What pages on registrations share: the blueprint, its entry, what a spreadsheet may hold."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from flask import Blueprint, make_response

from forum.core.http import office
from forum.core.i18n import sentence
from forum.core.permissions import Action

if TYPE_CHECKING:
    from flask import Response

blueprint = Blueprint("registrations_manage", __name__, url_prefix="/manage")
office.room(
    office.Room(30, sentence("Registrations"), "people", "registrations", Action.SEE_REGISTRATIONS)
)
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def spreadsheet(rows: Iterable[Sequence[str]], file_name: str) -> Response:
    """Answer rows as CSV (RFC 4180, with a BOM); no cell is a formula."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    for row in rows:
        writer.writerow([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in row])
    response = make_response("\ufeff" + file.getvalue())
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return response
