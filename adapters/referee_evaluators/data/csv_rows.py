r"""CSV with a header: every cell a text, an empty one absent.

Empty and absent look the same in CSV, so an empty cell says nothing, but for the output: an answer may well be empty,
and is scored. Quotes are taken strictly; a stray one would swallow lines until the next.
"""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

from referee.core.evaluation.rows import columns_of
from referee_evaluators.data.lines import MAX_BYTES, lines
from referee_evaluators.data.problems import Broken, Row


def rows(path: Path, mapping: Mapping[str, str]) -> Iterator[Row]:
    """Every row, numbered by the line on which it starts."""
    csv.field_size_limit(MAX_BYTES)  # its default, 128 KiB, is less than a long document
    taken = _Lines(path)
    reader = csv.reader(taken, strict=True)
    may_be_empty = set(columns_of("output", mapping))
    header: list[str] | None = None
    while True:
        start = taken.number + 1
        wrong = ""
        cells = None
        try:
            cells = next(reader, None)
        except csv.Error as error:
            wrong = f"not CSV: {error}; quote a cell with a quote in it, and double the quote"
        if taken.broken is not None:
            yield Row(taken.number, taken.broken)
            return
        if wrong:
            yield Row(start, Broken(wrong))
            return  # where the next row starts is anybody's guess
        if cells is None:
            return
        if _blank(cells, header):
            continue
        if header is None:
            header = [cell.strip() for cell in cells]
            if wrong := _header_trouble(header):
                yield Row(start, Broken(wrong))
                return
        elif len(cells) != len(header):
            yield Row(start, Broken(f"has {len(cells)} cells, and the header {len(header)}: quote cells with commas"))
        else:
            named = zip(header, cells, strict=True)
            yield Row(start, {name: cell if cell or name in may_be_empty else None for name, cell in named})


def _blank(cells: list[str], header: list[str] | None) -> bool:
    """An empty line, or one of commas alone, as spreadsheets leave them at the end."""
    if header is not None and len(header) == 1:
        return not cells
    return not any(cells) or (len(cells) == 1 and not cells[0].strip())


def _header_trouble(header: list[str]) -> str:
    if "" in header:
        return f"column {header.index('') + 1} has no name: the first line must name every column"
    twice = {name for name in header if header.count(name) > 1}
    return f"two columns are called {min(twice)!r}: rename one" if twice else ""


class _Lines:
    """Lines for the csv module, which asks for more of them inside a quoted cell."""

    def __init__(self, path: Path) -> None:
        self._lines = lines(path)
        self.number = 0
        self.broken: Broken | None = None

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        self.number, line = next(self._lines)
        if isinstance(line, Broken):
            self.broken = line
            raise StopIteration
        return line
