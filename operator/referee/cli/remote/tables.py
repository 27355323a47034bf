"""Rows on the standard output: as a table, or as CSV."""

import csv
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.text import Text

from referee.cli.grid import console, grid


def print_table(headings: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[str] = ()) -> None:
    """A table for people."""
    table = grid(*headings, right=tuple(right))
    for row in rows:
        table.add_row(*map(Text, row[: len(headings)]))
    console().print(table)


def print_csv(rows: Iterable[Mapping[str, Any]], fields: Sequence[str]) -> None:
    """CSV with a heading line; what is unknown is empty."""
    out = csv.DictWriter(sys.stdout, fields, lineterminator="\n")
    out.writeheader()
    for row in rows:
        out.writerow({field: "" if (value := row.get(field)) is None else value for field in fields})
