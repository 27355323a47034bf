"""One pass over the samples of a run for all that a report shows of them; what it holds is bounded by what is shown.

Of the values themselves eight bytes a score are kept, for histograms: a million samples with three evaluators are
24 MB.
"""

import heapq
from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

from referee.report.runview import RunView, Sample, Score
from referee.report.scales import Scale, goodness

_EXAMPLES = 3
"""Samples shown for each cause of errors."""
_LABELS = 64
"""Different labels counted for one evaluator; a model's free text must not fill the memory."""


@dataclass(slots=True)
class Tally:
    """What one evaluator gave, over all samples."""

    values: "array[float]" = field(default_factory=lambda: array("d"))
    labels: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)

    def take(self, score: Score) -> None:
        """Count one score."""
        self.outcomes[score.outcome] += 1
        if score.outcome == "scored":
            if score.value is not None:
                self.values.append(score.value)
            if score.label is not None and (score.label in self.labels or len(self.labels) < _LABELS):
                self.labels[score.label] += 1


@dataclass(slots=True)
class Trouble:
    """Samples that have no output, or scores that could not be made, for one cause."""

    count: int = 0
    examples: list[tuple[Sample, str]] = field(default_factory=list)
    """Each with what was said."""


@dataclass(slots=True)
class Gathered:
    """All that is known from the samples."""

    total: int = 0
    tallies: dict[str, Tally] = field(default_factory=dict)
    troubles: dict[tuple[str, str], Trouble] = field(default_factory=dict)
    """By who failed (the model, or an evaluator's name) and the cause."""
    latencies: "array[float]" = field(default_factory=lambda: array("d"))
    worst: list[tuple[float, Sample]] = field(default_factory=list)
    """The worst first."""


def gather(view: RunView, scales: dict[str, Scale], most: int) -> Gathered:
    """Read the samples once, and keep the `most` worst of them."""
    found = Gathered()
    heap: list[tuple[float, int, Sample]] = []
    order = count()
    for sample in view.samples():
        found.total += 1
        for score in sample.scores:
            found.tallies.setdefault(score.evaluator, Tally()).take(score)
        if sample.latency is not None:
            found.latencies.append(sample.latency)
        for who, cause, said in _troubles(sample):
            _note(found.troubles.setdefault((who, cause), Trouble()), sample, said)
        good = goodness(sample, scales)
        if good is not None:
            _keep(heap, (-good, -next(order), sample), most)
    found.worst = [(-negated, sample) for negated, _, sample in sorted(heap, key=lambda entry: entry[:2], reverse=True)]
    return found


def _keep(heap: list[tuple[float, int, Sample]], entry: tuple[float, int, Sample], most: int) -> None:
    """The heap's first entry is the best of the worst ones, and goes when a worse one comes."""
    if len(heap) < most:
        heapq.heappush(heap, entry)
    elif entry[:2] > heap[0][:2]:
        heapq.heapreplace(heap, entry)


def _troubles(sample: Sample) -> Iterator[tuple[str, str, str]]:
    if sample.cause is not None or sample.error is not None:
        yield "the model's output", sample.cause or "unknown", sample.error or ""
    for score in sample.scores:
        if score.outcome == "unscored" and (sample.cause is None or score.cause != sample.cause):
            yield score.evaluator, score.cause or "unknown", score.error or ""


def _note(trouble: Trouble, sample: Sample, said: str) -> None:
    trouble.count += 1
    if len(trouble.examples) < _EXAMPLES:
        trouble.examples.append((sample, said))
