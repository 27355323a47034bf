"""The scores of a run, a column an evaluator, a cell a sample and epoch.

A million samples must fit beside the interpreter, so a cell is two bytes, nine where numbers are many (`cells`), and
no object; a sample is its place in the dataset, from 0. Putting a cell again replaces it: a later attempt's score
stands for an earlier one's, and a line that is read twice counts once. Nothing depends on the order in which cells
come, so shards and restarts change no digit.
"""

import math
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from referee.core.evaluation.cells import NOTHING, Numbers, Words
from referee.core.evaluation.outcomes import Outcome
from referee.core.evaluation.scoretype import TOLERANCE, ScoreType

LONGEST_NAME = 253
"""Of a column that nobody declared; a longer one could stand in no status."""
_LONGEST_CAUSE = 64
ABSENT, SCORED, SKIPPED, PENDING = range(4)
_FIRST_CAUSE = 4
_LAST_CAUSE = 255
OTHER_CAUSE = "evaluator"
MAX_UNDECLARED = 64
"""Columns that nobody declared; whoever posts more of them does not fill the adapter's memory."""


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """One evaluator, or one key of one that returns several scores."""

    name: str
    """`name` or `name.key`."""
    type: ScoreType
    weight: float = 0
    """In the combined score; only a declared column has one."""
    declared: bool = True
    """False: somebody posted scores that the job does not name. What it lacks is then nobody's debt."""


class Column:
    """The scores of one evaluator."""

    def __init__(self, spec: ColumnSpec) -> None:
        self.spec = spec
        self.states = bytearray()
        """ABSENT, SCORED, SKIPPED, PENDING, or the number of a cause."""
        self.values = Numbers()
        self.labels = Words() if spec.type.type == "Categorical" else None
        self._causes: list[str] = []
        self._cause_numbers: dict[str, int] = {}
        low, high = spec.type.ends
        self._low = -math.inf if low is None else low - TOLERANCE
        self._high = math.inf if high is None else high + TOLERANCE
        self._numeric = spec.type.numeric

    def put(self, cell: int, outcome: Outcome, value: float | None, label: str | None, cause: str | None) -> None:
        """Set a cell; a score that is not of the column's type is the evaluator's error."""
        self.reach(cell)
        scored = outcome == "scored" and self._fits(value, label)
        self.values.put(cell, value if scored else None)
        if self.labels is not None:
            self.labels.put(cell, label if scored else None)
        if scored:
            self.states[cell] = SCORED
        elif outcome == "skipped":
            self.states[cell] = SKIPPED
        elif outcome == "pending":
            self.states[cell] = PENDING
        else:
            self.states[cell] = self._number(cause or OTHER_CAUSE)

    def state(self, cell: int) -> int:
        """Of any cell; one that nobody set is pending where the job declares the evaluator."""
        found = self.states[cell] if cell < len(self.states) else ABSENT
        return PENDING if found == ABSENT and self.spec.declared else found

    def causes(self) -> dict[int, str]:
        """The unscored states that there are, and what each was caused by."""
        return dict(enumerate(self._causes, _FIRST_CAUSE))

    def cause(self, state: int) -> str | None:
        """What an unscored state was caused by; None for any other state."""
        return self._causes[state - _FIRST_CAUSE] if state >= _FIRST_CAUSE else None

    def label(self, cell: int) -> str | None:
        """The label of a scored cell."""
        return None if self.labels is None else self.labels.names[self.labels.at(cell)]

    def reach(self, cell: int) -> None:
        """Make sure that there is such a cell."""
        missing = cell + 1 - len(self.states)
        if missing > 0:
            self.states.extend(bytes(missing))
            self.values.reach(cell + 1)
            if self.labels is not None:
                self.labels.reach(cell + 1)

    def _fits(self, value: float | None, label: str | None) -> bool:
        if self.labels is not None and label is None:
            return False
        if not self._numeric:
            return True
        return value is not None and math.isfinite(value) and self._low <= value <= self._high

    def _number(self, cause: str) -> int:
        cause = cause[:_LONGEST_CAUSE]
        number = self._cause_numbers.get(cause)
        if number is None:
            if len(self._causes) + _FIRST_CAUSE >= _LAST_CAUSE and cause != OTHER_CAUSE:
                return self._number(OTHER_CAUSE)
            number = self._cause_numbers[cause] = len(self._causes) + _FIRST_CAUSE
            self._causes.append(cause)
        return number


class Table:
    """All scores of a run."""

    def __init__(self, columns: Iterable[ColumnSpec], epochs: int = 1, slices: Sequence[str] = ()) -> None:
        self.columns = {spec.name: Column(spec) for spec in columns}
        self.epochs = epochs
        self.slices = {path: Words() for path in slices}
        """By path."""
        self.clusters: Words | None = None
        """Where the job has clusterBy."""
        self._present = bytearray()

    def sample(self, position: int, slices: Sequence[str | None] = (), cluster: str | None = None) -> None:
        """Say that a sample belongs to the run, and where.

        Args:
            position: its place in the dataset, from 0.
            slices: what it has at each path of the job's slices, in their order.
            cluster: what it has at clusterBy. One that has nothing there is a cluster of its own.
        """
        missing = position + 1 - len(self._present)
        if missing > 0:
            self._present.extend(bytes(missing))
        self._present[position] = 1
        for words, word in zip(self.slices.values(), slices, strict=False):
            words.put(position, word)
        if cluster is not None and self.clusters is None:
            self.clusters = Words()
        if self.clusters is not None:
            self.clusters.put(position, cluster)

    def put(  # noqa: PLR0913 - the fields of a score
        self,
        position: int,
        epoch: int,
        name: str,
        outcome: Outcome,
        *,
        value: float | None = None,
        label: str | None = None,
        cause: str | None = None,
    ) -> None:
        """Set one score. A name that nobody declared becomes a column of numbers that never gates.

        Args:
            position: of the sample.
            epoch: from 1; one beyond the job's epochs is none of this run and is left out.
            name: of the evaluator, `name.key` where it returns several scores.
            outcome: what it came to; the rest belongs to it.
            value: of scored.
            label: of scored.
            cause: of unscored.
        """
        if not 1 <= epoch <= self.epochs:
            return
        column = self.columns.get(name)
        if column is None:
            if (
                len(name) > LONGEST_NAME
                or sum(not known.spec.declared for known in self.columns.values()) >= MAX_UNDECLARED
            ):
                return
            column = self.columns[name] = Column(ColumnSpec(name, ScoreType(), declared=False))
        column.put(position * self.epochs + epoch - 1, outcome, value, label, cause)

    @property
    def size(self) -> int:
        """One more than the last position."""
        return len(self._present)

    def positions(self) -> Sequence[int]:
        """The samples of the run, in the dataset's order."""
        if 0 not in self._present:
            return range(self.size)
        return array("I", (position for position, there in enumerate(self._present) if there))

    def cells(self, position: int) -> range:
        """The cells of a sample."""
        return range(position * self.epochs, (position + 1) * self.epochs)

    def cells_of(self, positions: Sequence[int]) -> Iterable[int]:
        """The cells of several samples, in their order."""
        if self.epochs == 1:
            return positions
        return (cell for position in positions for cell in self.cells(position))

    def cluster(self, position: int) -> int:
        """A number that samples of one cluster share."""
        found = NOTHING if self.clusters is None else self.clusters.at(position)
        return -1 - position if found == NOTHING else found
