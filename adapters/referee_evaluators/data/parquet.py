"""Parquet: row groups streamed, values as JSON has them.

A null member of a struct is left out: Parquet cannot say that a row's object has no such member. Dates and times
become ISO 8601 texts, decimals their digits; bytes are refused, since which text they are is not said.
"""

import datetime as dt
import decimal
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from referee_evaluators.data.problems import Broken, Row

_BATCH = 1024


class _NoJSON(Exception):  # noqa: N818 - becomes a row's problem
    """A value has no form in JSON."""


def rows(path: Path) -> Iterator[Row]:
    """Every row, numbered from 1."""
    number = 0
    try:
        with pq.ParquetFile(path, memory_map=False, pre_buffer=False) as file:
            names = file.schema_arrow.names
            if twice := {name for name in names if names.count(name) > 1}:
                yield Row(1, Broken(f"two columns are called {min(twice)!r}: rename one"))
                return
            for batch in file.iter_batches(_BATCH, use_threads=False):
                for values in batch.to_pylist():
                    number += 1
                    yield Row(number, _row(values))
    except (pa.ArrowException, OSError) as error:
        yield Row(number + 1, Broken(f"not readable as Parquet: {error}"))


def _row(values: dict[str, Any]) -> dict[str, Any] | Broken:
    try:
        return {name: _plain(value) for name, value in values.items()}
    except _NoJSON as error:
        bad = next(name for name, value in values.items() if _has_none(value))
        return Broken(f"column {bad!r}: {error}")


def _has_none(value: Any) -> bool:  # noqa: ANN401 - Arrow's Python values
    try:
        _plain(value)
    except _NoJSON:
        return True
    return False


def _plain(value: Any) -> Any:  # noqa: ANN401 - Arrow's Python values
    match value:
        case None | str() | bool() | int() | float():
            return value
        case dict():
            return {name: _plain(inner) for name, inner in value.items() if inner is not None}
        case list():
            if value and all(isinstance(entry, tuple) for entry in value):  # a map: pairs
                return {str(name): _plain(inner) for name, inner in value if inner is not None}
            return [_plain(inner) for inner in value]
        case dt.datetime() | dt.date() | dt.time():
            return value.isoformat()
        case decimal.Decimal() | uuid.UUID():
            return str(value)
        case _:
            raise _NoJSON(f"holds {type(value).__name__}, which JSON has no form for: write texts or numbers")
