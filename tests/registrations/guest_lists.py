"""Guest lists as other systems export them, made by the tests, with the traps of the real ones."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from xlsxwriter import Workbook

LUMA = (
    ("guest_id", "name", "first_name", "last_name", "email", "phone_number", "approval_status",
     "ticket_name", "What organisation are you affiliated with?", "Dietary needs", "中文姓名"),
    ("gst-1", "Ada Sample", "Ada", "Sample", "ada@example.com", "+85251740000", "approved",
     "General", "Sample Works", "", "樣本雅達"),
    ("gst-2", "Ben Sample", "Ben", "Sample", " BEN@example.com ", "", "declined", "General",
     "=cmd()", "不吃牛肉", ""),
    ("gst-3", "Chan Tai Man", "Tai Man", "Chan", "chan＠example.com", "", "approved", "Online",
     "北部都會區物流", "", "陳大文"),
)  # fmt: skip
PRETIX = (
    ("Order code", "Status", "Email", "Product", "Attendee name", "Attendee name: Given name",
     "Attendee name: Family name", "Attendee email", "Company", "City", "Company", "City"),
    ("A8SCB", "Paid", "buyer@example.com", "General", "Ada Sample", "Ada", "Sample",
     "ada@example.com", "Sample Works", "Hong Kong", "Invoice Ltd", "Elsewhere"),
)  # fmt: skip
HOUSE = (
    ("Guest list 嘉賓名單",),
    (),
    ("No.", "English Name 英文姓名", "Chinese Name 中文姓名", "Company / Organisation 公司／機構",
     "Position 職位", "Email 電郵", "Mobile 流動電話", "RSVP 回覆"),
    ("1", "Luk Yuk Kwan, Eason", "陸煜堃", "“Made Here” Collective 「本地製造」聯盟",
     "Investment Associate 投資經理", "eason@example.com", "+852 5174 2180", "Yes 出席"),
    ("2", "CHOW Yat-long", "周日朗", "Sample Logistics 樣本物流", "Manager 經理", "", "", ""),
    ("3", "No Address", "", "Sample Works", "", "not an address", "", ""),
    ("", "Total 總計", "3", "", "", "", "", ""),
)  # fmt: skip


def as_csv(rows: Iterable[Sequence[str]], encoding: str = "utf-8-sig", mark: str = ",") -> bytes:
    """Return rows as a CSV file in an encoding, with a separator."""
    written = io.StringIO()
    csv.writer(written, delimiter=mark).writerows(rows)
    return written.getvalue().encode(encoding)


def as_workbook(rows: Iterable[Sequence[str]]) -> bytes:
    """Return rows as an XLSX file."""
    written = io.BytesIO()
    with Workbook(written, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Guests")
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                sheet.write_string(number, place, cell)
    return written.getvalue()
