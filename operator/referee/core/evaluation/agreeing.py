"""How well an evaluator agrees with people: the answers that both scored, compared label by label.

What a disagreement weighs follows from what is declared. True and false, and labels without values, agree or do not.
Labels with values, and numbers, have an order: far apart is worse, by the square of the distance.

Several epochs of one sample are not independent, so their agreement has no interval.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from referee.core.evaluation.table import SCORED, Column, Table
from referee.core.stats import agreement
from referee.core.stats.agreement import Agreement, Weights
from referee.core.stats.krippendorff import Level, alpha

_MOST_CATEGORIES = 50
"""Kappa is over categories; numbers that are hardly ever equal have an alpha instead."""


def agreement_of(table: Table, judge: str, people: str, confidence: float) -> dict[str, Any]:
    """The part `agreement` of an evaluator in the result document; empty where one of the two is not of the run."""
    first, second = table.columns.get(judge), table.columns.get(people)
    if first is None or second is None:
        return {}
    cells = [
        cell
        for position in table.positions()
        for cell in table.cells(position)
        if first.state(cell) == SCORED and second.state(cell) == SCORED
    ]
    said, truth = _values(first, second, cells), _values(second, first, cells)
    found = {"Raw": agreement.raw(said, truth, confidence)}
    level = _level(first)
    categories = sorted({*said, *truth})
    if len(categories) <= _MOST_CATEGORIES:
        weights: Weights = "none" if level == "nominal" else "quadratic"
        found["Kappa"] = agreement.kappa(said, truth, categories, confidence, weights)
    found["Alpha"] = alpha(list(zip(said, truth, strict=True)), level, confidence)
    if first.spec.type.type == second.spec.type.type == "Boolean":
        yes, so = [value > 0 for value in said], [value > 0 for value in truth]
        found["TruePositiveRate"] = agreement.true_positive_rate(yes, so, confidence)
        found["TrueNegativeRate"] = agreement.true_negative_rate(yes, so, confidence)
    if table.epochs > 1:
        found = {name: replace(value, interval=None) for name, value in found.items()}
    return {"with": people, "n": len(cells), "measures": [_wire(name, value) for name, value in found.items()]}


def _level(column: Column) -> Level:
    type_ = column.spec.type
    if type_.type == "Numerical":
        return "interval"
    return "ordinal" if type_.type == "Categorical" and type_.numeric else "nominal"


def _values(column: Column, other: Column, cells: Sequence[int]) -> list[float]:
    """Numbers that are equal exactly where the scores are; labels are numbered by their names."""
    if column.spec.type.numeric or column.labels is None:
        return [column.values[cell] for cell in cells]
    others = other.labels.names if other.labels is not None else ()
    names = sorted(name for name in {*column.labels.names, *others} if name is not None)
    place = {name: float(number) for number, name in enumerate(names)}
    return [place[column.label(cell) or ""] for cell in cells]


def _wire(name: str, found: Agreement) -> dict[str, Any]:
    interval = found.interval
    fields = {
        "measure": name,
        "value": found.value,
        "ciLow": interval.low if interval else None,
        "ciHigh": interval.high if interval else None,
        "method": interval.method if interval else None,
        "n": found.n,
    }
    return {key: value for key, value in fields.items() if value is not None}
