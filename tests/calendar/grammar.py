"""A strict reader of the wire (RFC 5545 §3, RFC 6868): faults are named by their code."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise

LONGEST = 75
TEXT_NAMES = {
    "SUMMARY",
    "DESCRIPTION",
    "LOCATION",
    "CATEGORIES",
    "NAME",
    "X-WR-CALNAME",
    "X-WR-CALDESC",
    "TZNAME",
}
TOKEN = r"[A-Z][A-Z0-9-]*"
PARAM_VALUE = r'(?:"[^"\x00-\x08\x0a-\x1f\x7f]*"|[^";:,\x00-\x08\x0a-\x1f\x7f]*)'
LINE = re.compile(rf"({TOKEN})((?:;{TOKEN}={PARAM_VALUE}(?:,{PARAM_VALUE})*)*):(.*)", re.DOTALL)
PARAM = re.compile(rf";({TOKEN})=({PARAM_VALUE}(?:,{PARAM_VALUE})*)")
ESCAPED_TEXT = re.compile(r"(?:[^\\;,\n]|\\[\\;,n])*(?:,(?:[^\\;,\n]|\\[\\;,n])*)*")
CONTROLS = re.compile("[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass
class Line:
    """One content line, unfolded."""

    name: str
    params: dict[str, str]
    value: str


@dataclass
class Part:
    """One component with its lines and the components inside it."""

    name: str
    lines: list[Line] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)

    def value(self, name: str) -> str:
        """Return the value of the one line of this name; raises where there is none or several."""
        (line,) = self.all(name)
        return line.value

    def all(self, name: str) -> list[Line]:
        """Return the lines of this name."""
        return [line for line in self.lines if line.name == name]

    def inside(self, name: str) -> list[Part]:
        """Return the components of this name directly inside."""
        return [part for part in self.parts if part.name == name]


def wire_faults(octets: bytes) -> list[str]:
    """Return what is wrong with the octets, each fault beginning with its code."""
    faults: list[str] = []
    if octets.startswith(b"\xef\xbb\xbf"):
        faults.append("W01 byte order mark")
    if not octets.endswith(b"\r\n") or re.search(rb"(?<!\r)\n|\r(?!\n)", octets):
        faults.append("W02 a line that does not end with CRLF")
    raw_lines = octets.removesuffix(b"\r\n").split(b"\r\n")
    for line, following in pairwise([*raw_lines, b""]):
        faults += _faults_of_raw(line, goes_on=following.startswith(b" "))
    try:
        text = octets.decode()
    except UnicodeDecodeError:
        return [*faults, "W01 not UTF-8"]
    if found := CONTROLS.search(text):
        faults.append(f"W07 control {found[0]!r}")
    if text.splitlines() != text.removesuffix("\r\n").split("\r\n"):
        faults.append("W07 a mark that splitlines cuts at")
    if not faults:
        faults += [fault for line in unfolded(octets) for fault in _faults_of_line(line)]
    return faults


def _faults_of_raw(line: bytes, *, goes_on: bool) -> list[str]:
    faults = []
    if len(line) > LONGEST:
        faults.append(f"W03 {len(line)} octets")
    try:
        line.decode()
    except UnicodeDecodeError:
        faults.append("W04 a character cut in two")
    if goes_on and any((len(line) - len(line.rstrip(escape))) % 2 for escape in (b"\\", b"^")):
        faults.append(f"W05 an escape cut in two: {line!r}")
    if not line.strip():
        faults.append("W06 a blank line")
    return faults


def _faults_of_line(line: str) -> list[str]:
    parsed = LINE.fullmatch(line)
    if parsed is None:
        return [f"W08 no content line: {line!r}"]
    name, _, value = parsed.groups()
    faults = []
    if name in TEXT_NAMES and not ESCAPED_TEXT.fullmatch(value):
        faults.append(f"W10 wrong escapes: {line!r}")
    if name in {"SUMMARY", "LOCATION", "NAME"} and "\\n" in value.replace("\\\\", ""):
        faults.append(f"W11 more than one line: {line!r}")
    return faults


def unfolded(octets: bytes) -> list[str]:
    """Return the content lines without their folds."""
    return octets.replace(b"\r\n ", b"").decode().removesuffix("\r\n").split("\r\n")


def parse(octets: bytes) -> Part:
    """Return the VCALENDAR, strictly read; raises AssertionError at any fault of the wire."""
    faults = wire_faults(octets)
    assert not faults, faults
    root = Part("")
    stack = [root]
    for text in unfolded(octets):
        match = LINE.fullmatch(text)
        assert match
        name, params, value = match.groups()
        if name == "BEGIN":
            part = Part(value)
            stack[-1].parts.append(part)
            stack.append(part)
        elif name == "END":
            assert stack.pop().name == value
        else:
            stack[-1].lines.append(Line(name, dict(PARAM.findall(params)), value))
    assert stack == [root], "W09 a component that is not closed"
    (calendar,) = root.parts
    return calendar
