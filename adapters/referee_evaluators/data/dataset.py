"""A dataset, as a stream that can be read again: surveyed first, then read row by row, never held.

The survey reads everything once, before anything is asked of a model: a run that has paid for a million answers must
not find out at the last row that its id is taken. It needs 8 bytes a row (see `ids`). Rejected: one pass that finds
things out as it goes; and the rows in a database on scratch, which costs more than reading the file twice.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from referee.core.evaluation.datapoint import Datapoint, DatasetDigest, numbered
from referee.core.evaluation.rows import RowError, mapping_trouble, of_row
from referee_evaluators.data import csv_rows, files, json_array, jsonl
from referee_evaluators.data.ids import Ids, duplicates
from referee_evaluators.data.problems import MOST, Broken, DataError, Row


@dataclass(frozen=True, slots=True)
class Survey:
    """What is known of a dataset once it has been read."""

    count: int
    digest: str
    """See `DatasetDigest`."""
    targets: int
    """Rows with a target."""
    outputs: int
    """Rows with a recorded output."""
    repeated: frozenset[str]
    """Made ids that several rows of equal content share; each row gets a number to it."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A file, or the rows of the job spec."""

    rows: Iterator[Row]
    place: str
    """Where a row stands, with its number in braces."""
    first: int = 1

    def where(self, row: Row) -> str:
        """In words."""
        return self.place.format(row.number - 1 + self.first)


class Dataset:
    """The datapoints of `evaluation.dataset` of a job spec."""

    def __init__(self, source: Mapping[str, Any], root: Path) -> None:
        """Find the files.

        Args:
            source: `{"inline": [...], mapping}` or `{"files": {path, format, mapping}}`, as in the job spec.
            root: what a relative path starts from.

        Raises:
            DataError: there are none, or the mapping names what is no field.
        """
        self._inline = source.get("inline")
        given = source if self._inline is not None else source.get("files") or {}
        self._mapping: Mapping[str, str] = given.get("mapping") or {}
        self._format, self._files = ("", []) if self._inline is not None else files.found(given, root)
        self._survey: Survey | None = None
        if trouble := mapping_trouble(self._mapping):
            raise DataError([f"mapping, field {trouble[0]}: {trouble[1]}"])

    def survey(self) -> Survey:
        """Read everything, once.

        Raises:
            DataError: something in it is wrong; the first of all that is.
        """
        if self._survey is None:
            self._survey = self._read_through()
        return self._survey

    def __iter__(self) -> Iterator[Datapoint]:
        """Every datapoint in order, each with an id of its own."""
        repeated = self.survey().repeated
        seen: dict[str, int] = {}
        for where, found in self._datapoints():
            if isinstance(found, str):
                raise DataError([f"{where}{found}"])
            if found.id in repeated:
                occurrence = seen[found.id] = seen.get(found.id, 0) + 1
                yield replace(found, id=numbered(found.id, occurrence))
            else:
                yield found

    def _read_through(self) -> Survey:
        ids, digest, problems = Ids(), DatasetDigest(), list[str]()
        targets = outputs = 0
        for where, found in self._datapoints():
            if isinstance(found, str):
                problems.append(f"{where}{found}")
                if len(problems) >= MOST:
                    raise DataError(problems, more=True)
                continue
            ids.add(found.id)
            digest.add(found)
            targets += found.target is not None
            outputs += found.output is not None
        repeated = frozenset[str]()
        if suspects := ids.suspects():
            taken = ((str(where), found) for where, found in self._datapoints() if isinstance(found, Datapoint))
            repeated, twice = duplicates(taken, suspects, ids)
            problems += twice
        if problems:
            raise DataError(problems[:MOST], more=len(problems) > MOST)
        if not len(ids):
            raise DataError([f"{self._place()} holds no datapoint"])
        return Survey(len(ids), digest.text(), targets, outputs, repeated)

    def _datapoints(self) -> "Iterator[tuple[_Where, Datapoint | str]]":
        """Every row, as a datapoint or as what is wrong with it."""
        for part in self._parts():
            for row in part.rows:
                where = _Where(part, row)
                if isinstance(row.values, Broken):
                    yield where, f": {row.values.message}"
                    continue
                try:
                    yield where, of_row(row.values, self._mapping)
                except RowError as error:
                    yield where, f", field {error.field}: {error.message}"

    def _parts(self) -> Iterator[_Part]:
        if self._inline is not None:
            yield _Part((Row(at, values) for at, values in enumerate(self._inline)), "inline[{}]")
            return
        for path in self._files:
            name = path.name.replace("{", "{{").replace("}", "}}")
            match self._format:
                case "JSONL":
                    yield _Part(jsonl.rows(path), name + " line {}")
                case "CSV":
                    yield _Part(csv_rows.rows(path, self._mapping), name + " line {}")
                case "JSON":
                    yield _Part(json_array.rows(path), name + " row {}")
                case _:
                    from referee_evaluators.data import parquet  # noqa: PLC0415 - pyarrow takes a tenth of a second

                    yield _Part(parquet.rows(path), name + " row {}")

    def _place(self) -> str:
        return ", ".join(path.name for path in self._files[:MOST]) or "inline"


@dataclass(frozen=True, slots=True)
class _Where:
    """A place that becomes words only if somebody has to be told."""

    part: _Part
    row: Row

    def __str__(self) -> str:
        return self.part.where(self.row)


def read(source: Mapping[str, Any], root: Path) -> Iterator[Datapoint]:
    """Every datapoint of a source, in order; everything is checked before the first.

    Raises:
        DataError: something in it is wrong.
    """
    return iter(Dataset(source, root))
