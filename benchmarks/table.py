"""The table: one line for each thing measured, one sheet for each database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from benchmarks.client import Outcome

BARE = "bare Flask page"
WIDTH = 17
COLUMN = 24


@dataclass
class Line:
    """One thing measured: what each crowd of clients found, and its ratio in each round."""

    name: str
    at: dict[int, Outcome] = field(default_factory=dict)
    ratios: list[float] = field(default_factory=list)

    def take(self, crowd: int, outcome: Outcome, *, own: float, judged: bool) -> None:
        """Take a round in, beside the database's own rate in the same run."""
        self.at.setdefault(crowd, Outcome()).add(outcome)
        if judged:
            self.ratios.append(outcome.rate / own)


@dataclass(frozen=True)
class Gate:
    """A promise, and whether it was held."""

    says: str
    held: bool


@dataclass
class Sheet:
    """Everything measured on one database."""

    name: str
    lines: list[Line] = field(default_factory=list)
    gates: list[Gate] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    bare_memory: list[float] = field(default_factory=list)
    statements: int = 0
    scan_statements: int = 0
    programme: str = ""
    calendars: str = ""
    guests: str = ""

    def line(self, name: str) -> Line:
        """Return the line of a name, new where there is none."""
        for line in self.lines:
            if line.name == name:
                return line
        self.lines.append(Line(name))
        return self.lines[-1]


def printed(sheets: Sequence[Sheet], crowds: Sequence[int]) -> str:
    """Return all sheets as one table of plain text."""
    heads = [f"{crowd} client{'s' if crowd > 1 else ''}" for crowd in crowds]
    rows = [
        "",
        "".join(["".ljust(WIDTH), *(head.rjust(COLUMN) for head in heads), "   ratio"]),
        "".join(["".ljust(WIDTH), *("a second   p50   p99 ms".rjust(COLUMN) for _ in heads)]),
    ]
    for sheet in sheets:
        rows += ["", sheet.name, *(_row(line, crowds) for line in sheet.lines), *_rest(sheet)]
    return "\n".join([*rows, "", *_judged(sheets)])


def _row(line: Line, crowds: Sequence[int]) -> str:
    cells = [_cell(line.at[crowd]) if crowd in line.at else "" for crowd in crowds]
    beside = "the bare page" if line.name not in {"registration", "scan"} else "the database alone"
    ratio = f"   {median(line.ratios):.2f} of {beside}" if line.name != BARE else "   1"
    return "".join([line.name.ljust(WIDTH), *(cell.rjust(COLUMN) for cell in cells), ratio])


def _cell(outcome: Outcome) -> str:
    p50, p99 = outcome.quantile(0.5) * 1000, outcome.quantile(0.99) * 1000
    return f"{outcome.rate:,.0f}{p50:8.1f}{p99:7.1f}"


def _rest(sheet: Sheet) -> list[str]:
    own, bare = _mean(sheet.memory), _mean(sheet.bare_memory)
    sent = f"registration {sheet.statements}, scan {sheet.scan_statements}"
    return [
        f"{'statements'.ljust(WIDTH)}  {sent}",
        f"{'memory'.ljust(WIDTH)}  {own:.0f} MB a web worker, {own / bare:.1f} of the bare one's",
        f"{'1,000 sessions'.ljust(WIDTH)}  {sheet.programme}",
        f"{'own calendars'.ljust(WIDTH)}  {sheet.calendars}",
        *([f"{'100,000 guests'.ljust(WIDTH)}  {sheet.guests}"] if sheet.guests else []),
    ]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else float("nan")


def _judged(sheets: Sequence[Sheet]) -> list[str]:
    gates = [gate for sheet in sheets for gate in sheet.gates]
    held = sum(gate.held for gate in gates)
    return [f"{held} of {len(gates)} gates held."]
