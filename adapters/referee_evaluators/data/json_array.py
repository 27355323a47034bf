"""A JSON array of rows, alone or as `data` of an object, read a row at a time.

The standard library reads JSON whole; but a row is an object, which ends by itself, so its decoder can be asked for one
row after the other over a window of the text. Rejected: ijson, whose fast back end is a C library, for what are a
hundred lines here.
"""

from collections.abc import Iterator
from pathlib import Path

from referee_evaluators.data.json_window import BadJSON, Window
from referee_evaluators.data.parsing import as_row, said
from referee_evaluators.data.problems import Broken, Row

_CHUNK = 256 * 1024
_HELD = "data"
"""The field whose array is read, where the file is an object."""


def rows(path: Path) -> Iterator[Row]:
    """Every row, numbered from 1."""
    number = 1
    with path.open("rb") as file:
        window = Window(iter(lambda: file.read(_CHUNK), b""))
        try:
            inside = window.peek() == "{"
            if inside:
                _enter(window)
            window.take("[", "must be an array of objects, or an object with one as 'data'")
            more = window.peek() != "]"
            while more:
                yield Row(number, as_row(window.value()))
                number += 1
                more = window.peek() != "]"
                if more:
                    window.take(",", "rows must have a comma between them")
            window.take("]", "")
            if inside:
                _leave(window)
            window.at_end()
        except BadJSON as error:
            yield Row(number, Broken(f"line {error.line}: {error}"))
        except (ValueError, RecursionError) as error:
            yield Row(number, Broken(f"line {window.line}: {said(error)}"))


def _enter(window: Window) -> None:
    """Go to the array inside the object."""
    window.take("{", "")
    while window.peek() != "}":
        if _name(window) == _HELD:
            return
        window.value()
        if window.peek() != "}":
            window.take(",", "fields must have a comma between them")
    raise BadJSON(
        window.line, f"an object without {_HELD!r}; if there is an object a line, say that the format is JSONL"
    )


def _leave(window: Window) -> None:
    """Go past what stands behind the array in its object."""
    while window.peek() == ",":
        window.take(",", "")
        if _name(window) == _HELD:
            raise BadJSON(window.line, f"field {_HELD!r} stands twice in one object: keep one")
        window.value()
    window.take("}", "the object must end behind its fields")


def _name(window: Window) -> object:
    found = window.value()
    window.take(":", "a field's name must have a colon behind it")
    return found
