"""Datapoints that stand in a manifest: read as rows of a file are, the row's number in each complaint."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from referee.core.evaluation.datapoint import Datapoint, content_id, numbered
from referee.core.evaluation.rows import RowError, of_row


class InlineError(ValueError):
    """A row that is no datapoint, or has another's id."""


def datapoints_of(rows: Iterable[Mapping[str, Any]], mapping: Mapping[str, str] | None = None) -> Iterator[Datapoint]:
    """Every row as a datapoint, in order.

    Args:
        rows: as people write them.
        mapping: field of a datapoint -> column of the rows.

    Raises:
        InlineError: naming the row, from 0 as in the manifest, and the field.
    """
    seen: dict[str, int] = {}
    made: Counter[str] = Counter()
    for number, row in enumerate(rows):
        try:
            point = of_row(row, mapping)
        except RowError as error:
            raise InlineError(f"[{number}].{error}") from None
        if point.id == content_id(point):
            made[point.id] += 1
            point = replace(point, id=numbered(point.id, made[point.id]))
        if point.id in seen:
            said = f"[{number}].id: {point.id!r} is also the id of [{seen[point.id]}]: ids must differ"
            raise InlineError(said)
        seen[point.id] = number
        yield point
