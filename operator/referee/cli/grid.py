"""What every table on the standard output looks like."""

import sys

from rich import box
from rich.console import Console
from rich.table import Table

_PIPED_WIDTH = 160
"""A file or a pipe has no width of its own, and a wrapped table is of no use to grep."""


def console() -> Console:
    """The standard output."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else _PIPED_WIDTH)


def grid(*headings: str, right: tuple[str, ...] = ()) -> Table:
    """An empty table; the columns named in `right` hold numbers."""
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold", justify="right" if heading in right else "left")
    return table
