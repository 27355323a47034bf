"""The score of a run: the evaluators' normalised scores, combined sample by sample.

Combined per sample first, because scores of one sample go together: the spread of the weighted sum is then what was
seen, and needs no assumption about how evaluators depend on each other. A sample that lacks one of the weighted
evaluators has no combined score; to weigh the others anew would let a sample pass by failing where it is weak.

Of a sample one thing is true, in this order: skipped (one of the evaluators does not apply to it), pending, unscored,
scored. In a scenario what is there of a sample stays, and only what is missing is filled in.
"""

import math
from array import array
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from referee.core.evaluation.aggregate import OF_VALUES, Method
from referee.core.evaluation.figures import Figure, Measure, Samples, figure
from referee.core.evaluation.outcomes import Closing
from referee.core.evaluation.reading import Fill, Reading, Series, Shape
from referee.core.evaluation.table import Table


@dataclass(frozen=True, slots=True)
class _Part:
    reading: Reading
    weight: float
    low: float
    width: float

    def weighted(self, positions: Sequence[int], fill: Fill | None) -> Iterator[float]:
        """The normalised values times the weight; NaN where there is none."""
        low, width, weight = self.low, self.width, self.weight
        values = self.reading.each(positions, fill)
        if self.reading.shape.lower_is_better:
            return (weight * (1 - (value - low) / width) for value in values)
        return (weight * ((value - low) / width) for value in values)


class Combination:
    """The combined score of each sample, 0-1, where 1 is better."""

    def __init__(self, table: Table, method: Method, *, over: bool = False) -> None:
        """Of the columns that have a weight and a range.

        Args:
            table: all scores.
            method: how they are read.
            over: nothing is to come any more, so a sample of which epochs are missing counts as it is.
        """
        weighted = sorted((c for c in table.columns.values() if c.spec.weight > 0), key=lambda c: c.spec.name)
        readings = [(Reading(table, c, method.policies, method.reductions[0]), c.spec.weight) for c in weighted]
        self.unscaled = tuple(
            c.spec.name
            for c, (reading, _) in zip(weighted, readings, strict=True)
            if reading.shape.span is None or not reading.readable
        )
        """Weighted evaluators without a range, or without the rule by which epochs pass: with one there is no score."""
        self.names = tuple(c.spec.name for c in weighted)
        """The weighted evaluators."""
        self._parts = [
            _Part(reading, weight, span[0], span[1] - span[0])
            for reading, weight in readings
            if (span := reading.shape.span) is not None
        ]
        self._single = table.epochs == 1
        self._whole = over or self._single
        self._total = math.fsum(part.weight for part in self._parts)
        only = self._parts[0].reading.shape if len(self._parts) == 1 else None
        self.shape = Shape(boolean=bool(only and only.boolean), ends=(0.0, 1.0), lower_is_better=False)

    @property
    def possible(self) -> bool:
        """Whether there is anything to combine."""
        return bool(self._parts) and not self.unscaled

    def each(self, positions: Sequence[int], fill: Fill | None = None) -> Iterator[float]:
        """The combined score of every sample, in their order; NaN where it has none."""
        columns = [part.weighted(positions, fill) for part in self._parts]
        sums: Iterable[float] = columns[0] if len(columns) == 1 else map(math.fsum, zip(*columns, strict=True))
        values = (value / self._total for value in sums)
        if self._whole:
            return values
        # of a sample with an epoch to come there is a value, but not the whole one
        known = zip(values, positions, strict=True)
        return (math.nan if self.pending(at) else value for value, at in known)

    def all(self, positions: Sequence[int], fill: Fill | None = None) -> Series:
        """The combined scores of those samples that have one."""
        if self._single:
            return Series(lambda: self.each(positions, fill), positions)
        reduced = array("d", self.each(positions, fill))
        return Series(lambda: reduced, positions)

    def fillable(self, positions: Sequence[int]) -> Iterable[int]:
        """Of every sample whether something of it is unscored that a scenario would fill in."""
        flags = zip(*(part.reading.fillable(positions) for part in self._parts), strict=True)
        return (
            any(flag) and not (self.skipped(at) or self.pending(at)) for flag, at in zip(flags, positions, strict=True)
        )

    def skipped(self, position: int) -> bool:
        """Whether a weighted evaluator does not apply to the sample."""
        return any(part.reading.skipped(position) for part in self._parts)

    def pending(self, position: int) -> bool:
        """Whether a score of a weighted evaluator is still to come."""
        return any(part.reading.pending(position) for part in self._parts)


@dataclass(frozen=True, slots=True)
class Combined:
    """The score of a run, and what the samples without one came to."""

    mean: Figure
    others: tuple[Figure, ...] = ()
    """Further measures of it that a gate asks for."""
    skipped: int = 0
    pending: int = 0
    unscored: int = 0

    def wire(self, closing: Closing) -> dict[str, Any]:
        """As it stands in the result document: the mean, flat, and beside it the counts and what else is asked for."""
        left_out = closing == "ScorePartial"
        counts = {
            "unscored": self.unscored,
            "skipped": self.skipped,
            "pending": 0 if left_out else self.pending,
            **({"excluded": self.pending} if left_out and self.pending else {}),
            **({"closing": closing} if self.pending and closing else {}),
        }
        others = {"measures": [figure.wire() for figure in self.others]} if self.others else {}
        return {**self.mean.wire(), **counts, **others}


def combined(
    table: Table, method: Method, positions: Sequence[int] | None = None, wanted: Collection[Measure] = ()
) -> Combined | None:
    """The score over these samples; None where nothing is weighted, or a weighted evaluator has no range."""
    whole = Combination(table, method)
    if not whole.possible:
        return None
    chosen = table.positions() if positions is None else positions
    samples = Samples(table, chosen, method.confidence)
    mean = figure(whole, "Mean", samples)
    others = tuple(figure(whole, measure, samples) for measure in OF_VALUES if measure != "Mean" and measure in wanted)
    skipped = pending = 0
    if mean.n < len(chosen):
        without = (at for value, at in zip(whole.each(chosen), chosen, strict=True) if math.isnan(value))
        for position in without:
            if whole.skipped(position):
                skipped += 1
            elif whole.pending(position):
                pending += 1
    return Combined(mean, others, skipped, pending, len(chosen) - mean.n - skipped - pending)
