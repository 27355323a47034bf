"""JSON Lines: an object a line; empty lines do not count."""

from collections.abc import Iterator
from pathlib import Path

from referee_evaluators.data.lines import lines
from referee_evaluators.data.parsing import DECODER, as_row, said
from referee_evaluators.data.problems import Broken, Row


def rows(path: Path) -> Iterator[Row]:
    """Every row, numbered by its line."""
    for number, line in lines(path):
        if isinstance(line, Broken):
            yield Row(number, line)
        elif text := line.strip():
            try:
                yield Row(number, as_row(DECODER.decode(text)))
            except (ValueError, RecursionError) as error:
                yield Row(number, Broken(said(error)))
