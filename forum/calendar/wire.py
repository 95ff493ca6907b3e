"""The wire form of iCalendar (RFC 5545 §3.1, §3.3.11): clean, escaped values, safe folds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit, urlunsplit

from icalendar import Parameters

if TYPE_CHECKING:
    from collections.abc import Mapping

    from icalendar import Component

LONGEST_LINE = 75
FOLD = b"\r\n "
NICER_FOLD_WITHIN = 24
BLANK, BACKSLASH, CARET = b" \\^"
CONTINUATION = 0b1000_0000

_BREAKS = re.compile("\r\n|[\n\r\u000b\u000c\u001c-\u001e\u0085\u2028\u2029]")
_UNSAFE = re.compile(
    "[\u0000-\u0008\u000e-\u001b\u001f\u007f-\u0084\u0086-\u009f\ufeff\ufffe\uffff\ud800-\udfff]",
)
_BLANKS = re.compile("[ \t]+")
_BLANKS_AT_BREAK = re.compile(" ?\n ?")
_MANY_BREAKS = re.compile("\n{3,}")
_MISREAD_BACKSLASH = re.compile(r"\\(?=[nNrR])")
FULL_WIDTH_BACKSLASH = "\uff3c"
_URL_KEPT = "%/:=&?~#+!$,;'@()*[]-._"


def paragraphs(text: str) -> str:
    """Return text that every reader can take: no controls, one kind of line break, single blanks.

    A backslash before n or r becomes a full-width one, because ics.py, node-ical and icalendar
    read the escaped pair as a line break (CALENDAR.md, Wire).
    """
    text = _UNSAFE.sub("", _BREAKS.sub("\n", text))
    text = _BLANKS_AT_BREAK.sub("\n", _BLANKS.sub(" ", text))
    return _MISREAD_BACKSLASH.sub(FULL_WIDTH_BACKSLASH, _MANY_BREAKS.sub("\n\n", text).strip())


def one_line(text: str) -> str:
    """Return the cleaned text on one line."""
    return _BLANKS.sub(" ", paragraphs(text).replace("\n", " "))


def escaped(text: str) -> str:
    """Return a TEXT value: backslash, semicolon, comma and line break escaped, nothing else."""
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def ascii_url(url: str) -> str:
    """Return an absolute http(s) address in ASCII (RFC 3986), or an empty string if it is none."""
    try:
        parts = urlsplit(one_line(url).replace(" ", "%20"))
        host = (parts.hostname or "").encode("idna").decode("ascii")
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not host:
        return ""
    host = f"[{host}]" if ":" in host else host
    rest = (quote(part, safe=_URL_KEPT) for part in (parts.path, parts.query, parts.fragment))
    return urlunsplit((parts.scheme, host + port, *rest))


class Value:
    """A property's value in its wire form, with its parameters.

    Ours instead of icalendar's vText, which lets X-WR-CALNAME, NAME and X-ALT-DESC through
    unescaped, keeps controls, and reads a typed backslash before n as a line break.
    """

    __slots__ = ("params", "wire")

    def __init__(self, wire: str, params: Mapping[str, str | list[str]] | None = None) -> None:
        """Take a value that needs nothing more; parameters are cleaned, the library quotes them."""
        self.wire = wire
        self.params = _NO_PARAMETERS if params is None else Parameters(_one_line_each(params))

    def to_ical(self) -> bytes:
        """Return the value for the wire."""
        return self.wire.encode()


_NO_PARAMETERS = Parameters()


def text_value(*texts: str, params: Mapping[str, str | list[str]] | None = None) -> Value:
    """Return a TEXT value of cleaned texts, with commas between several."""
    return Value(",".join(map(escaped, texts)), params)


def octets(component: Component) -> bytes:
    """Return a component and all inside it as folded lines with CRLF, in the order set."""
    lines = (_line(name, value) for name, value in component.property_items(sorted=False))
    return b"".join(folded(line) + b"\r\n" for line in lines)


def _line(name: str, value: Any) -> bytes:  # noqa: ANN401 - any of icalendar's types, or ours
    wire = value if isinstance(value, bytes) else value.to_ical()
    wire = wire if isinstance(wire, bytes) else wire.encode()
    params = getattr(value, "params", None)
    head = name.upper().encode()
    return head + (b";" + params.to_ical(sorted=False) if params else b"") + b":" + wire


def _one_line_each(params: Mapping[str, str | list[str]]) -> dict[str, str | list[str]]:
    return {
        name: one_line(value) if isinstance(value, str) else [one_line(part) for part in value]
        for name, value in params.items()
    }


def folded(line: bytes) -> bytes:
    """Return a content line cut to 75 octets, never inside a character or an escape."""
    if len(line) <= LONGEST_LINE:
        return line
    pieces: list[bytes] = []
    start, room = 0, LONGEST_LINE
    while len(line) - start > room:
        cut = _place_to_cut(line, start + room)
        pieces.append(line[start:cut])
        start, room = cut, LONGEST_LINE - 1
    pieces.append(line[start:])
    return FOLD.join(pieces)


def _place_to_cut(line: bytes, limit: int) -> int:
    last = 0
    for at in range(limit, limit - NICER_FOLD_WITHIN, -1):
        if _may_cut(line, at):
            if BLANK not in (line[at], line[at - 1]):
                return at
            last = last or at
    return last


def _may_cut(line: bytes, at: int) -> bool:
    inside_character = line[at] & 0b1100_0000 == CONTINUATION
    return not (inside_character or _is_open(line, at, BACKSLASH) or _is_open(line, at, CARET))


def _is_open(line: bytes, at: int, escape: int) -> bool:
    first = at
    while first and line[first - 1] == escape:
        first -= 1
    return (at - first) % 2 == 1
