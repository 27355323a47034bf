"""The figures of an evaluation as its adapter reports them: evaluators, the combined score, slices, the comparison.

Read from the result document once, strictly, so that gates are decided over numbers and never over what a document
happens to have. What is absent stays None: an older document, or one that was cut, decides less, never otherwise.
`core.evaluation` says what each field means.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from referee.core.resultfields import count, counts, mapping, named, optional_number, text


@dataclass(frozen=True, slots=True)
class Ends:
    """A measure, had everything unscored been at one end of its range."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class ReportedMeasure:
    """One measure of one evaluator, or of the combined score."""

    measure: str
    value: float | None = None
    """None: nothing was scored."""
    stderr: float | None = None
    low: float | None = None
    high: float | None = None
    method: str | None = None
    n: int | None = None
    lower_is_better: bool = False
    open: int = 0
    """Samples that lack a score which could move it."""
    worst: Ends | None = None
    best: Ends | None = None


@dataclass(frozen=True, slots=True)
class ReportedEvaluator:
    """One evaluator over the run, or over a slice."""

    name: str
    type: str = ""
    score_type: str = ""
    digest: str = ""
    n: int | None = None
    measures: tuple[ReportedMeasure, ...] = ()
    attempted: int | None = None
    """Scored and unscored answers."""
    unscored: int | None = None
    errors: int | None = None
    skipped: int | None = None
    pending: int = 0
    closing: str = ""
    """What the pending ones mean; empty: nobody said."""
    causes: Mapping[str, int] = field(default_factory=dict)
    distribution: Mapping[str, int] = field(default_factory=dict)
    agreement: Mapping[str, Any] = field(default_factory=dict)
    """Of `with`, the people: their agreement with this evaluator, by measure."""

    def measure(self, name: str) -> ReportedMeasure | None:
        """The measure of that name."""
        return next((measure for measure in self.measures if measure.measure == name), None)


@dataclass(frozen=True, slots=True)
class ReportedScore:
    """The combined score, over the run or a slice."""

    measures: tuple[ReportedMeasure, ...]
    """Mean, and what else a criterion asks for."""
    pending: int = 0
    closing: str = ""

    def measure(self, name: str) -> ReportedMeasure | None:
        """The measure of that name."""
        return next((measure for measure in self.measures if measure.measure == name), None)


@dataclass(frozen=True, slots=True)
class ReportedSlice:
    """The figures of a part of the samples."""

    by: str
    value: str
    n: int | None
    score: ReportedScore | None
    evaluators: tuple[ReportedEvaluator, ...]


@dataclass(frozen=True, slots=True)
class ReportedDifference:
    """One metric beside the baseline's."""

    name: str
    result: str
    reason: str
    delta: float | None = None
    low: float | None = None
    high: float | None = None
    method: str | None = None
    p: float | None = None
    test: str = ""
    n: int | None = None
    mde: float | None = None
    n_needed: int | None = None
    here: float | None = None
    there: float | None = None
    improved: int | None = None
    regressed: int | None = None
    tied: int | None = None


@dataclass(frozen=True, slots=True)
class ReportedComparison:
    """The run beside its baseline."""

    baseline: str
    matched: int | None
    unmatched: int | None
    metrics: tuple[ReportedDifference, ...]


@dataclass(frozen=True, slots=True)
class Reported:
    """What a result says beyond the metrics that every benchmark has."""

    evaluators: tuple[ReportedEvaluator, ...] = ()
    score: ReportedScore | None = None
    slices: tuple[ReportedSlice, ...] = ()
    comparison: ReportedComparison | None = None
    usage: Mapping[str, Any] = field(default_factory=dict)
    dataset_digest: str = ""
    dataset_count: int | None = None

    def evaluator(self, name: str) -> ReportedEvaluator | None:
        """The evaluator, or the output of one, of that name."""
        return next((found for found in self.evaluators if found.name == name), None)

    def slice(self, by: str, value: str) -> ReportedSlice | None:
        """The part of the samples that has this value there."""
        return next((found for found in self.slices if (found.by, found.value) == (by, value)), None)


def read(document: Mapping[str, Any]) -> Reported:
    """The figures of a result document.

    Raises:
        ResultError: naming the field and what is wrong with it.
    """
    score = document.get("score")
    return Reported(
        evaluators=_evaluators(document.get("evaluators"), "evaluators"),
        score=None if score is None else _score(mapping(score, "score"), "score"),
        slices=_slices(document.get("slices")),
        comparison=_comparison(document.get("comparison")),
        usage=mapping(document.get("usage"), "usage"),
        dataset_digest=text(document.get("datasetDigest")),
        dataset_count=count(document.get("datasetCount"), "datasetCount"),
    )


def _evaluators(value: object, what: str) -> tuple[ReportedEvaluator, ...]:
    return tuple(_evaluator(name, entry, f"{what}[{name}]") for name, entry in named(value, what))


def _evaluator(name: str, entry: Mapping[str, Any], what: str) -> ReportedEvaluator:
    return ReportedEvaluator(
        name=name,
        type=text(entry.get("type")),
        score_type=text(entry.get("scoreType")),
        digest=text(entry.get("digest")),
        n=count(entry.get("n"), f"{what}.n"),
        measures=_measures(entry.get("measures"), f"{what}.measures"),
        attempted=count(entry.get("attempted"), f"{what}.attempted"),
        unscored=count(entry.get("unscored"), f"{what}.unscored"),
        errors=count(entry.get("errors"), f"{what}.errors"),
        skipped=count(entry.get("skipped"), f"{what}.skipped"),
        pending=count(entry.get("pending"), f"{what}.pending") or 0,
        closing=text(entry.get("closing")),
        causes=counts(entry.get("causes"), f"{what}.causes"),
        distribution=counts(entry.get("distribution"), f"{what}.distribution"),
        agreement=mapping(entry.get("agreement"), f"{what}.agreement"),
    )


def _measures(value: object, what: str) -> tuple[ReportedMeasure, ...]:
    """Those by the job's first reducer; the others are for readers of the results."""
    return tuple(
        _measure(name, entry, f"{what}[{name}]")
        for name, entry in named(value, what, "measure")
        if not entry.get("reducer")
    )


def _measure(name: str, entry: Mapping[str, Any], what: str) -> ReportedMeasure:
    def figure(key: str) -> float | None:
        return optional_number(entry.get(key), f"{what}.{key}")

    worst, best = figure("ifWorst"), figure("ifBest")
    return ReportedMeasure(
        measure=name,
        value=figure("value"),
        stderr=figure("stderr"),
        low=figure("ciLow"),
        high=figure("ciHigh"),
        method=text(entry.get("method")) or None,
        n=count(entry.get("n"), f"{what}.n"),
        lower_is_better=entry.get("lowerIsBetter") is True,
        open=count(entry.get("open"), f"{what}.open") or 0,
        worst=None if worst is None else Ends(worst, figure("worstLow"), figure("worstHigh")),
        best=None if best is None else Ends(best, figure("bestLow"), figure("bestHigh")),
    )


def _score(entry: Mapping[str, Any], what: str) -> ReportedScore:
    mean = _measure("Mean", entry, what)
    others = _measures(entry.get("measures"), f"{what}.measures")
    pending = count(entry.get("pending"), f"{what}.pending") or 0
    return ReportedScore((mean, *others), pending, text(entry.get("closing")))


def _slices(value: object) -> tuple[ReportedSlice, ...]:
    found = []
    for by, entry in named(value, "slices", "by"):
        what = f"slices[{by}]"
        score = entry.get("score")
        found.append(
            ReportedSlice(
                by=by,
                value=text(entry.get("value")),
                n=count(entry.get("n"), f"{what}.n"),
                score=None if score is None else _score(mapping(score, f"{what}.score"), f"{what}.score"),
                evaluators=_evaluators(entry.get("evaluators"), f"{what}.evaluators"),
            )
        )
    return tuple(found)


def _comparison(value: object) -> ReportedComparison | None:
    if value is None:
        return None
    entry = mapping(value, "comparison")
    metrics = named(entry.get("metrics"), "comparison.metrics")
    return ReportedComparison(
        baseline=text(entry.get("baseline")),
        matched=count(entry.get("matched"), "comparison.matched"),
        unmatched=count(entry.get("unmatched"), "comparison.unmatched"),
        metrics=tuple(_difference(name, metric, f"comparison.metrics[{name}]") for name, metric in metrics),
    )


def _difference(name: str, entry: Mapping[str, Any], what: str) -> ReportedDifference:
    def figure(key: str) -> float | None:
        return optional_number(entry.get(key), f"{what}.{key}")

    def size(key: str) -> int | None:
        return count(entry.get(key), f"{what}.{key}")

    return ReportedDifference(
        name=name,
        result=text(entry.get("result")),
        reason=text(entry.get("reason")),
        delta=figure("delta"),
        low=figure("ciLow"),
        high=figure("ciHigh"),
        method=text(entry.get("method")) or None,
        p=figure("p"),
        test=text(entry.get("test")),
        n=size("n"),
        mde=figure("mde"),
        n_needed=size("nNeeded"),
        here=figure("valueHere"),
        there=figure("valueThere"),
        improved=size("improved"),
        regressed=size("regressed"),
        tied=size("tied"),
    )
