"""The rows for people: a table on the terminal, and under it on what machine and how busy it was."""

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tests.bench.rows import Row

_MET = {True: "[green]yes[/]", False: "[red]no[/]", None: "-"}


@dataclass(frozen=True)
class Machine:
    """Where and when it was measured."""

    loads: tuple[float, float]
    """Load averages over a minute, at the start and at the end."""

    def __str__(self) -> str:
        start, end = self.loads
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
        return (
            f"{os.cpu_count()} cores ({_processor()}), {memory:.0f} GiB, Python {platform.python_version()};"
            f" load average {start:.1f} at the start, {end:.1f} at the end (the measurement's own share included)."
        )


def load() -> float:
    """The load average of the last minute."""
    return os.getloadavg()[0]


def show(rows: Sequence[Row], machine: Machine) -> None:
    """Print the table."""
    table = Table(title="Referee, measured", title_justify="left", header_style="bold")
    for heading, justify in (("what", "left"), ("ours", "right"), ("reference", "right"), ("ratio", "right")):
        table.add_column(heading, justify=justify)  # type: ignore[arg-type]  # one of rich's words
    table.add_column("reference is")
    table.add_column("goal")
    table.add_column("met")
    for row in rows:
        numbers = (_number(row.ours, row.unit), _number(row.reference, row.unit), _number(row.ratio))
        table.add_row(row.name, *numbers, escape(row.reference_is), str(row.goal or "-"), _MET[row.met])
    console = Console(width=None if os.isatty(1) else 160)
    console.print(table)
    console.print(str(machine), highlight=False)


def _number(number: float | None, unit: str = "") -> str:
    return "-" if number is None else f"{number:.3g} {unit}".strip()


def _processor() -> str:
    models = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return models[0].partition(":")[2].strip() if models else platform.machine()
