"""What one evaluator comes to over a run: its measures, its distribution, and what it could not score.

Two counts stand side by side. `n` is of samples, since an interval is over samples; scored, unscored, skipped and
pending are of answers, one a sample and epoch, since that is what fails. With one epoch they are the same.

The fields beyond the plain ones of the result document: `attempted` (scored and unscored answers, what maxErrorRate is
a share of), `atWorst` (unscored ones that count as the worst), `excluded` (pending ones that ScorePartial left out),
`closing` (what the rest of the pending ones mean), `choices` (of a categorical score, each label's share with its
interval) and in a measure `open` (samples that could still move it), `ifWorst`, `worstLow`, `worstHigh`, `ifBest`,
`bestLow`, `bestHigh` (the measure and its interval with all of those at that end) and `reducer` (where it is not by
the job's first one).
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from referee.core.evaluation.figures import Figure, Measure, Samples, figure
from referee.core.evaluation.outcomes import Closing, Policies, without_output
from referee.core.evaluation.reading import Reading, Reduction
from referee.core.evaluation.table import ABSENT, PENDING, SCORED, SKIPPED, Column, Table
from referee.core.stats import wilson

MOST_CAUSES = 15
OF_VALUES: tuple[Measure, ...] = ("Mean", "Median", "P95")


@dataclass(frozen=True, slots=True)
class Method:
    """How a run's scores become figures."""

    confidence: float = 0.95
    policies: Policies = field(default_factory=Policies)
    reductions: tuple[Reduction, ...] = (Reduction(),)
    """The first decides; the others are reported."""


@dataclass(slots=True)
class Counts:
    """Answers by what they came to."""

    scored: int = 0
    skipped: int = 0
    pending: int = 0
    excluded: int = 0
    at_worst: int = 0
    causes: Counter[str] = field(default_factory=Counter)

    @property
    def unscored(self) -> int:
        """Answers that failed to be scored."""
        return sum(self.causes.values())

    @property
    def errors(self) -> int:
        """Of the unscored, those that could not be run at all."""
        return sum(count for cause, count in self.causes.items() if without_output(cause))

    def wire(self, closing: Closing) -> dict[str, Any]:
        """As they stand in the result document."""
        extra = {"atWorst": self.at_worst, "excluded": self.excluded}
        return {
            "attempted": self.scored + self.unscored,
            "errors": self.errors,
            "unscored": self.unscored,
            "skipped": self.skipped,
            "pending": self.pending,
            "causes": self._causes(),
            **{name: count for name, count in extra.items() if count},
            **({"closing": closing} if self.pending and closing else {}),
        }

    def _causes(self) -> dict[str, int]:
        """The most frequent ones by their names; whoever posts scores may make up any number of words."""
        ordered = sorted(self.causes.items(), key=lambda item: (-item[1], item[0]))
        rest = sum(size for _, size in ordered[MOST_CAUSES:])
        return dict(sorted(ordered[:MOST_CAUSES])) | ({"other": rest} if rest else {})


@dataclass(frozen=True, slots=True)
class Aggregated:
    """One evaluator's figures."""

    counts: Counts
    figures: tuple[Figure, ...]
    distribution: dict[str, int]
    choices: tuple[dict[str, Any], ...]

    def figure(self, measure: Measure) -> Figure | None:
        """The measure by the job's first reducer."""
        return next((found for found in self.figures if found.measure == measure and found.reducer is None), None)

    @property
    def n(self) -> int:
        """Samples with a score; of comments and JSON, answers."""
        return max((found.n for found in self.figures if found.reducer is None), default=self.counts.scored)


def aggregate(
    table: Table,
    name: str,
    method: Method,
    positions: Sequence[int] | None = None,
    wanted: Collection[Measure] = (),
) -> Aggregated:
    """The figures of one evaluator.

    Args:
        table: all scores.
        name: of the column.
        method: how they are read.
        positions: the samples that count; None: all.
        wanted: measures that gates ask for, besides Mean and PassRate.
    """
    column = table.columns[name]
    chosen = table.positions() if positions is None else positions
    samples = Samples(table, chosen, method.confidence)
    found = []
    for number, reduction in enumerate(method.reductions):
        label = None if number == 0 else reduction.name
        values = Reading(table, column, method.policies, reduction)
        passes = Reading(table, column, method.policies, reduction, passes=True)
        if values.readable:
            asked = [measure for measure in OF_VALUES if measure == "Mean" or (number == 0 and measure in wanted)]
            found += [figure(values, measure, samples, label) for measure in asked]
        if passes.readable:
            found.append(figure(passes, "PassRate", samples, label))
    counts = count(table, column, chosen, method.policies)
    distribution = _distribution(table, column, chosen)
    independent = table.epochs == 1 and table.clusters is None
    confidence = method.confidence if independent else None
    choices = () if column.labels is None else _choices(distribution, counts.scored, confidence)
    return Aggregated(counts, tuple(found), distribution, choices)


def count(table: Table, column: Column, positions: Sequence[int], policies: Policies) -> Counts:
    """What the answers of these samples came to."""
    column.reach(table.size * table.epochs - 1)
    states = Counter(map(column.states.__getitem__, table.cells_of(positions)))
    absent = states.pop(ABSENT, 0)
    if column.spec.declared:
        states[PENDING] += absent
    counts = Counts(scored=states.pop(SCORED, 0), skipped=states.pop(SKIPPED, 0), pending=states.pop(PENDING, 0))
    if policies.closing == "ScorePartial":
        counts.excluded, counts.pending = counts.pending, 0
    for state, size in states.items():
        cause = column.cause(state)
        if cause is not None:
            counts.causes[cause] += size
            counts.at_worst += size if policies.action(cause) == "Worst" else 0
    return counts


def _distribution(table: Table, column: Column, positions: Sequence[int]) -> dict[str, int]:
    """How often each label was given; those that nobody gave are there too, with 0."""
    type_ = column.spec.type
    states = column.states
    scored = (cell for cell in table.cells_of(positions) if states[cell] == SCORED)
    if type_.type == "Boolean":
        values = column.values.counted(scored)
        return {"false": values[0.0], "true": values[1.0]}
    if column.labels is None:
        return {}
    found = Counter({choice.name: 0 for choice in type_.choices})
    for number, size in Counter(map(column.labels.numbers.__getitem__, scored)).items():
        for label in type_.labels(column.labels.names[number] or ""):
            found[label] += size
    return dict(found)


def _choices(distribution: dict[str, int], total: int, confidence: float | None) -> tuple[dict[str, Any], ...]:
    """Each label's share. Its interval is Wilson's, which needs answers that do not depend on each other."""
    found = []
    for label, size in distribution.items() if total else ():
        interval = None if confidence is None else wilson.interval(size / total, total, confidence)
        ends = {"ciLow": interval.low, "ciHigh": interval.high, "method": interval.method} if interval else {}
        found.append({"label": label, "value": size / total, "n": total, **ends})
    return tuple(found)
