"""Datapoints written as people's tools write them."""

import csv
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from referee_evaluators.data import Dataset

Wire = Mapping[str, Any]


def dataset(path: Path, **how: Any) -> Dataset:
    return Dataset({"files": {"path": str(path), **how}}, path.parent)


def written(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def jsonl(path: Path, rows: Iterable[Wire]) -> Path:
    return written(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


def json_array(path: Path, rows: Iterable[Wire]) -> Path:
    return written(path, json.dumps({"version": 1, "data": list(rows)}, indent=1))


def flat(row: Wire) -> dict[str, str | None]:
    return {name: value if isinstance(value, str | None) else json.dumps(value) for name, value in row.items()}


def table(rows: Iterable[Wire]) -> list[dict[str, str | None]]:
    cells = [flat(row) for row in rows]
    names = list(dict.fromkeys(name for row in cells for name in row))
    return [{name: row.get(name) for name in names} for row in cells]


def csv_file(path: Path, rows: Iterable[Wire]) -> Path:
    cells = table(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(cells[0]))
        writer.writeheader()
        writer.writerows(cells)
    return path


def parquet(path: Path, rows: Iterable[Wire]) -> Path:
    pq.write_table(pa.Table.from_pylist(table(rows)), path, row_group_size=2)
    return path


WRITERS = {"JSONL": jsonl, "JSON": json_array, "CSV": csv_file, "Parquet": parquet}
