"""Runs of few samples, as short as a test can say them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from referee.core.evaluation.aggregate import Method
from referee.core.evaluation.document import columns, document, slice_paths
from referee.core.evaluation.figures import Measure
from referee.core.evaluation.outcomes import Policies
from referee.core.evaluation.reading import Reduction
from referee.core.evaluation.scoretype import Choice, ScoreType
from referee.core.evaluation.table import Table

BOOLEAN = ScoreType("Boolean")
JUDGE = ScoreType("Numerical", min=1, max=5, passing=4)
LATENCY = ScoreType("Numerical", min=0, lower_is_better=True)
TONE = ScoreType("Categorical", choices=(Choice("rude", 0), Choice("plain", 1), Choice("kind", 2)))


@dataclass(frozen=True)
class Criterion:
    measure: Measure = "Mean"
    slice_by: str | None = None
    slice_value: str | None = None
    require_agreement: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Output:
    key: str
    score: ScoreType


@dataclass(frozen=True)
class Evaluator:
    name: str
    score: ScoreType = BOOLEAN
    weight: float = 1
    criteria: Criterion | None = None
    outputs: Sequence[Output] = ()
    type: str = "Grader"
    digest: str = "sha256:one"


@dataclass(frozen=True)
class Bad:
    """An answer without a score."""

    cause: str = "evaluator"


SKIPPED, PENDING = "skipped", "pending"
Answer = float | bool | str | Bad | None
"""A score; a word above; None: nobody said anything."""


@dataclass
class Run:
    """Scores by evaluator; of each sample an answer, or a list of them, one an epoch."""

    evaluators: Sequence[Evaluator]
    answers: Mapping[str, Sequence[Any]]
    policies: Policies = field(default_factory=Policies)
    reductions: Sequence[Reduction] = (Reduction(),)
    slices: Sequence[str] = ()
    clusters: Sequence[str] = ()
    criteria: Criterion | None = None
    epochs: int = 1
    confidence: float = 0.95

    @property
    def method(self) -> Method:
        return Method(self.confidence, self.policies, tuple(self.reductions))

    def table(self, order: Iterable[int] | None = None) -> Table:
        paths = slice_paths(["metadata.part"] if self.slices else [], self.evaluators, self.criteria)
        table = Table(columns(self.evaluators), epochs=self.epochs, slices=paths)
        size = max(len(answers) for answers in self.answers.values())
        for at in range(size) if order is None else order:
            part = [self.slices[at]] * len(paths) if self.slices else []
            table.sample(at, part, self.clusters[at] if self.clusters else None)
            for name, answers in self.answers.items():
                given = answers[at]
                for epoch, answer in enumerate(given if isinstance(given, list) else [given], 1):
                    put(table, at, epoch, name, answer)
        return table

    def document(self, order: Iterable[int] | None = None) -> dict[str, Any]:
        return document(self.table(order), self.evaluators, self.method, self.criteria)


def put(table: Table, at: int, epoch: int, name: str, answer: Answer) -> None:
    if answer is None:
        return
    if isinstance(answer, Bad):
        table.put(at, epoch, name, "unscored", cause=answer.cause)
    elif answer == SKIPPED:
        table.put(at, epoch, name, "skipped")
    elif answer == PENDING:
        table.put(at, epoch, name, "pending")
    else:
        taken = table.columns[name].spec.type.take(answer)
        assert isinstance(taken, tuple), taken
        table.put(at, epoch, name, "scored", value=taken.value, label=taken.label)


def entry(found: Mapping[str, Any], name: str) -> dict[str, Any]:
    (only,) = [e for e in found["evaluators"] if e["name"] == name]
    return dict(only)


def measure(found: Mapping[str, Any], name: str, which: Measure = "Mean", reducer: str | None = None) -> dict[str, Any]:
    measures = entry(found, name)["measures"]
    (only,) = [m for m in measures if m["measure"] == which and m.get("reducer") == reducer]
    return dict(only)
