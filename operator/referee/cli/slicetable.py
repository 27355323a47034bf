"""The parts of the data where a run is weakest, as a table on the standard output."""

from rich.text import Text

from referee.cli.grid import console, grid
from referee.report.numbers import interval, number
from referee.report.runview import RunView
from referee.report.scales import scales_of
from referee.report.sections.slices import parts
from referee.report.visible import one_line

_WORST = 3
"""Of each evaluator and field; all of them are in the report."""
_WIDEST = 60


def print_slices(view: RunView) -> None:
    """Print the worst parts; nothing where the run has none."""
    found = parts(view, scales_of(view))
    if not found:
        return
    table = grid("worst parts", "", "value", "interval", right=("value",))
    for title, marks in found.items():
        for place, mark in enumerate(marks[:_WORST]):
            left = len(marks) - _WORST
            more = f" ({left} more)" if left > 0 and not place else ""
            cells = (
                one_line(title + more, _WIDEST) if not place else "",
                one_line(mark.label, _WIDEST),
                number(mark.value),
                interval(mark.low, mark.high, mark.note),
            )
            table.add_row(*map(Text, cells))
    console().print(table)
