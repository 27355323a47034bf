"""From the cells of a column to one number a sample: policies applied, epochs reduced.

The same reading answers "what is there" and "what if all that is missing were the worst, or the best": a cell without
a score is then filled with that end of its range before the epochs are reduced, so that the scenario is exact also
where only one epoch of four went wrong.
"""

import itertools
import math
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, overload

from referee.core.evaluation.outcomes import Policies
from referee.core.evaluation.table import ABSENT, PENDING, SCORED, SKIPPED, Column, Table
from referee.core.stats import epochs

Fill = Literal["worst", "best"]
FILLS: tuple[Fill, Fill] = ("worst", "best")


_Lookup = tuple[Sequence[int] | None, Sequence[float]]
"""Of every cell which of these numbers it is; None: the numbers are those of the cells."""


@dataclass(frozen=True, slots=True)
class Reduction:
    """What the epochs of a sample come to."""

    name: str = "Mean"
    """Of `execution.epochs.reducers`."""
    k: int = 1

    @property
    def over_passes(self) -> bool:
        """Whether it counts the epochs that passed, and needs a rule for that."""
        return self.name in epochs.OF_PASSES


@dataclass(frozen=True, slots=True)
class Shape:
    """What is known of a sample's number before it is measured."""

    boolean: bool
    """It is 0 or 1."""
    ends: tuple[float | None, float | None]
    lower_is_better: bool

    @property
    def span(self) -> tuple[float, float] | None:
        """Both ends, where both are known."""
        low, high = self.ends
        return None if low is None or high is None or not low < high else (low, high)

    def end(self, fill: Fill) -> float | None:
        """The value of what is filled in."""
        return self.ends[(fill == "best") is not self.lower_is_better]


class Series(Sequence[float]):
    """The numbers of those samples that have one, read anew whenever somebody looks, so that they take no memory."""

    def __init__(self, each: Callable[[], Iterable[float]], samples: Sequence[int]) -> None:
        """Of the samples whose number is not NaN.

        Args:
            each: the number of every sample.
            samples: their positions.
        """
        self._each, self._samples = each, samples
        self._length: int | None = None

    def __iter__(self) -> Iterator[float]:
        return itertools.filterfalse(math.isnan, self._each())

    def __bool__(self) -> bool:
        return next(iter(self), None) is not None

    def __len__(self) -> int:
        if self._length is None:
            self._length = len(self._samples) - sum(map(math.isnan, self._each()))
        return self._length

    @overload
    def __getitem__(self, index: int) -> float: ...
    @overload
    def __getitem__(self, index: slice) -> "array[float]": ...
    def __getitem__(self, index: int | slice) -> "float | array[float]":
        if isinstance(index, int) and index >= 0:
            for value in itertools.islice(self, index, None):
                return value
            raise IndexError(index)
        return array("d", self)[index]

    def positions(self) -> Iterator[int]:
        """Which samples the numbers are of."""
        return (at for value, at in zip(self._each(), self._samples, strict=True) if not math.isnan(value))


class Reading:
    """One number a sample, of one column."""

    def __init__(
        self, table: Table, column: Column, policies: Policies, reduction: Reduction, *, passes: bool = False
    ) -> None:
        """Read the column's values, or with `passes` whether they pass; a reducer over passes makes them that anyway.

        The table must be complete: what is put into it afterwards may not be seen.
        """
        type_ = column.spec.type
        self.passes = passes or reduction.over_passes
        self._table, self._column, self._reduction = table, column, reduction
        self._single = table.epochs == 1
        if self.passes:
            boolean = self._single or reduction.name == "AtLeastK"
            self.shape = Shape(boolean=boolean, ends=(0.0, 1.0), lower_is_better=False)
        else:
            boolean = self._single and type_.type == "Boolean"
            self.shape = Shape(boolean=boolean, ends=type_.ends, lower_is_better=type_.lower_is_better)
        column.reach(table.size * table.epochs - 1)
        causes = column.causes()
        self._decided = {state for state, cause in causes.items() if policies.action(cause) == "Worst"}
        self._open = bytes(state in causes and state not in self._decided for state in range(256))
        self._index, self._worth = self._passing() if self.passes else _numbers(column)

    @property
    def readable(self) -> bool:
        """Whether the column's type gives such numbers at all."""
        type_ = self._column.spec.type
        return type_.has_pass_rule if self.passes else type_.numeric

    def each(self, positions: Sequence[int], fill: Fill | None = None) -> Iterable[float]:
        """The number of every sample, in their order; NaN where it has none.

        Args:
            positions: the samples.
            fill: what unscored cells are taken for; None: for nothing.
        """
        states, index, worth, otherwise = self._column.states, self._index, self._worth, self._otherwise(fill)
        cells = self._table.cells_of(positions)
        if index is None:
            found = (worth[at] if (s := states[at]) == SCORED else otherwise[s] for at in cells)
        else:
            found = (worth[index[at]] if (s := states[at]) == SCORED else otherwise[s] for at in cells)
        return found if self._single else map(self._reduced, zip(*[found] * self._table.epochs, strict=True))

    def all(self, positions: Sequence[int], fill: Fill | None = None) -> Series:
        """The numbers of those samples that have one."""
        if self._single:
            return Series(lambda: self.each(positions, fill), positions)
        reduced = array("d", self.each(positions, fill))  # once: epochs take longer to reduce than a number to read
        return Series(lambda: reduced, positions)

    def fillable(self, positions: Sequence[int]) -> Iterable[int]:
        """Of every sample whether something of it is unscored that a scenario would fill in."""
        states, flags = self._column.states, self._open
        if not any(flags):
            return itertools.repeat(0, len(positions))
        of_cells = (flags[states[cell]] for cell in self._table.cells_of(positions))
        return of_cells if self._single else map(max, zip(*[of_cells] * self._table.epochs, strict=True))

    def pending(self, position: int) -> bool:
        """Whether a score of the sample is still to come."""
        return any(self._column.state(cell) == PENDING for cell in self._table.cells(position))

    def skipped(self, position: int) -> bool:
        """Whether the evaluator does not apply to the sample, or to what there is of it."""
        states = {self._column.states[cell] for cell in self._table.cells(position)}
        return SKIPPED in states and states <= {SKIPPED, ABSENT}

    def _otherwise(self, fill: Fill | None) -> list[float]:
        """What a cell counts that is not scored, by its state."""
        end = None if fill is None else self.shape.end(fill)
        filled = math.nan if end is None else end
        bad = self.shape.end("worst")
        worst = math.nan if bad is None else bad
        return [worst if s in self._decided else filled if self._open[s] else math.nan for s in range(256)]

    def _reduced(self, found: Sequence[float]) -> float:
        there = [value for value in found if not math.isnan(value)]
        if not there:
            return math.nan
        if not self._reduction.over_passes:
            return epochs.OF_VALUES[self._reduction.name](there)
        value = epochs.OF_PASSES[self._reduction.name]([v > 0 for v in there], self._reduction.k)
        return math.nan if value is None else value

    def _passing(self) -> "_Lookup":
        """Of every cell whether it passes; of one that is not scored, nothing that anybody reads."""
        column, type_ = self._column, self._column.spec.type
        if column.labels is None:
            index, worth = _numbers(column)
            if index is None:
                return bytearray(bool(type_.passes(value, None)) for value in worth), [0.0, 1.0]
            return index, [float(bool(type_.passes(value, None))) for value in worth]
        return column.labels.numbers, [float(bool(type_.passes(None, name))) for name in column.labels.names]


def _numbers(column: Column) -> "_Lookup":
    values = column.values
    return (values.codes, values.distinct) if values.wide is None else (None, values.wide)
