"""Thresholds and scores as EvalHub's documents have them: per benchmark, and over all of a job.

The formula over all is EvalHub's: the weighted mean of the primary scores that have a threshold, `1 - score` where
lower is better; what the job's verdict rests on is our own and stands under `referee`. In double precision, and by
index, so that a benchmark that is listed twice has its own criteria each time: there EvalHub differs from what it
means.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from referee.core.gate import TOLERANCE

DEFAULT_THRESHOLD = 0.5
"""Of a job that names none."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """What one benchmark is measured by."""

    threshold: float | None = None
    lower_is_better: bool = False
    bound: str = "Point"
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Score:
    """The test of one benchmark."""

    index: int
    metric: str
    value: float
    criterion: Criterion
    passed: bool

    def document(self) -> dict[str, Any]:
        """As `results.benchmarks[].test`."""
        return {
            "primary_score": self.value,
            "primary_score_metric": self.metric,
            "threshold": self.criterion.threshold,
            "pass": self.passed,
        }


def criterion_of(entry: Mapping[str, Any]) -> Criterion:
    """Of a benchmark in a plan, or in a spec."""
    given, primary = entry.get("passCriteria") or {}, entry.get("primaryScore") or {}
    weight = _number(entry.get("weight"))
    return Criterion(
        threshold=_number(given.get("threshold")),
        lower_is_better=primary.get("lowerIsBetter") is True,
        bound=str(given.get("bound", "Point")),
        weight=1.0 if weight is None else weight,
    )


def score_of(index: int, primary: Mapping[str, Any] | None, criterion: Criterion, gate: str | None) -> Score | None:
    """The test of a benchmark; None without a score or a threshold.

    Args:
        index: of the benchmark.
        primary: its primary metric, as status has it.
        criterion: what it is measured by.
        gate: what the operator decided, where it has.
    """
    value = _number((primary or {}).get("value"))
    if primary is None or value is None or criterion.threshold is None:
        return None
    passed = gate == "Pass" if gate else _meets(primary, criterion, criterion.threshold)
    return Score(index, str(primary.get("name", "")), value, criterion, passed)


def job_test(scores: Sequence[Score], threshold: float | None, benchmarks: int) -> dict[str, Any] | None:
    """The test of a job all of whose benchmarks completed; None where no benchmark has one."""
    total = math.fsum(score.criterion.weight for score in scores)
    if not scores or total <= 0:
        return None
    score = math.fsum(score.criterion.weight * _upward(score) for score in scores) / total
    least = DEFAULT_THRESHOLD if threshold is None else threshold
    test: dict[str, Any] = {"score": score, "threshold": least, "pass": score >= least - TOLERANCE}
    scored = {score.index for score in scores}
    if unscored := [index for index in range(benchmarks) if index not in scored]:
        test["not_scored"] = unscored
    return test


def _upward(score: Score) -> float:
    return 1 - score.value if score.criterion.lower_is_better else score.value


def _meets(primary: Mapping[str, Any], criterion: Criterion, threshold: float) -> bool:
    field = "value"
    if criterion.bound == "Worst":
        field = "ciHigh" if criterion.lower_is_better else "ciLow"
    figure = _number(primary.get(field))
    if figure is None:
        return False
    return figure <= threshold + TOLERANCE if criterion.lower_is_better else figure >= threshold - TOLERANCE


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)
