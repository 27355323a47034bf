"""From what an adapter reports to a benchmark's metrics: fields folded, intervals made, the primary one found.

Frameworks report flat pairs: `acc,none` and `acc_stderr,none`, `f1` and `f1_ci_lower`. Here the suffixed ones
become fields of the metric they belong to. What cannot be a value (a share outside 0 to 1, nothing scored, two
values for one name) is left out with a problem that says so: a gate on it is then Unknown, never decided by it.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from referee.api.conditions import Reason
from referee.api.runplan import PlannedBenchmark
from referee.api.status import MetricValue
from referee.core.result import ReportedMetric, Result
from referee.core.stats import estimate
from referee.core.stats.estimate import Estimate
from referee.core.stats.interval import Interval

REPORTED = "as reported by the adapter"
_SCORE = "score"
"""The combined score of an evaluation."""
_FIELD = re.compile(r"(?P<base>.+)_(?P<field>stderr|ci_lower|ci_upper)(?P<filter>,.*)?", re.DOTALL)
_LONGEST_NAME = 253
_LONGEST_METHOD = 64
_LARGEST = 1e30
_MOST_N = 10**12
"""Sums of squares must still be floats, or one adapter's nonsense would stop the planning of its job."""
_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Found:
    """The metric that a name means, or why there is none."""

    value: MetricValue | None
    reason: Reason | None = None
    """Set if and only if there is no value."""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """A result's metrics as they stand in status."""

    values: tuple[MetricValue, ...]
    """In the order of the report."""
    primary: Found
    problems: tuple[str, ...] = ()
    """What was reported and could not be used, for people."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a plan knows of a metric before it is measured."""

    boolean: bool
    span: tuple[float, float] | None
    """The lowest and the highest value that one sample can have."""


@dataclass(slots=True)
class _Folded:
    metric: ReportedMetric
    fields: dict[str, float] = field(default_factory=dict)


def read(result: Result, planned: PlannedBenchmark, confidence: float) -> Reading:
    """The metrics of a result, with intervals at `confidence`.

    An interval that the adapter reports stands before one that we could make: it has seen the samples. Those of an
    evaluation name their methods; names of evaluators are the user's, so no suffix of theirs means anything.
    """
    if result.reported.evaluators:
        return _of_evaluation(result, planned)
    problems: list[str] = []
    values = []
    for folded in _fold(_once(result.metrics, problems)).values():
        metric = replace(folded.metric, n=result.samples.scored if folded.metric.n is None else folded.metric.n)
        trouble = _unusable(metric, folded.fields, kind(planned, metric.name, metric.type))
        if trouble:
            problems.append(trouble)
        else:
            values.append(_value(metric, folded.fields, planned, confidence, problems))
    if planned.primary_score is None:
        primary = Found(None, Reason.METRIC_MISSING, "neither the job nor the provider names a primary score")
    else:
        primary = find_primary(values, planned.primary_score.metric)
    return Reading(tuple(values), primary, tuple(problems))


def _of_evaluation(result: Result, planned: PlannedBenchmark) -> Reading:
    values = []
    for metric in result.metrics:
        source = result.reported.score if metric.name == _SCORE else result.reported.evaluator(metric.name)
        figure = source.measure("Mean") if source else None
        if figure is not None and figure.value == metric.value:
            method = figure.method[:_LONGEST_METHOD] if figure.method else None
            ends = {"ci_low": figure.low, "ci_high": figure.high, "method": method}
            values.append(MetricValue(name=metric.name, value=metric.value, stderr=metric.stderr, n=metric.n, **ends))
        else:
            values.append(MetricValue(name=metric.name, value=metric.value, stderr=metric.stderr, n=metric.n))
    if planned.primary_score is None:
        return Reading(tuple(values), Found(None, Reason.METRIC_MISSING, "no evaluator has a weight"))
    primary = next((value for value in values if value.name == planned.primary_score.metric), None)
    missing = Found(None, Reason.NOTHING_SCORED, "not one sample has a score of every weighted evaluator")
    return Reading(tuple(values), missing if primary is None else Found(primary))


def find_primary(values: Sequence[MetricValue], name: str) -> Found:
    """The metric of that name: the very one, or the only one of that name under a filter (`acc` finds `acc,none`)."""
    exact = [v for v in values if v.name == name]
    under = exact or [v for v in values if v.name.startswith(f"{name},") or name == f"{v.name},none"]
    if len(under) == 1:
        return Found(under[0])
    if under:
        filters = ", ".join(v.name for v in under)
        return Found(None, Reason.AMBIGUOUS_METRIC, f"{name!r} was reported as {filters}: name one of them")
    reported = ", ".join(v.name for v in values) or "none"
    return Found(None, Reason.METRIC_MISSING, f"{name!r} is not among the reported metrics: {reported}")


def kind(planned: PlannedBenchmark, name: str, reported_type: str | None = None) -> Kind:
    """What is known of a metric: the adapter's word on its type, then the catalogue's; nothing is guessed.

    The range of one sample is the catalogue's; that of the primary score, which may start at chance level, stands in
    where the catalogue has none.
    """
    entry = next((m for m in planned.metrics if m.name == name), None) or next(
        (m for m in planned.metrics if m.name == name.partition(",")[0]), None
    )
    type_ = reported_type or (entry.type if entry else None)
    if type_ == "Boolean":
        return Kind(boolean=True, span=(0.0, 1.0))
    primary = planned.primary_score
    means_primary = primary is not None and primary.metric in {name, name.partition(",")[0], f"{name},none"}
    range_ = (entry.range if entry else None) or (primary.range if primary and means_primary else None)
    return Kind(boolean=False, span=(range_[0], range_[1]) if range_ else None)


def _once(metrics: Iterable[ReportedMetric], problems: list[str]) -> dict[str, ReportedMetric]:
    """By name; a name with two values has none."""
    known: dict[str, ReportedMetric] = {}
    twice = set()
    for metric in metrics:
        if len(metric.name) > _LONGEST_NAME:
            problems.append(f"metric {metric.name[:40]!r}...: its name has more than {_LONGEST_NAME} characters")
        elif known.setdefault(metric.name, metric) != metric:
            twice.add(metric.name)
    problems += [f"metric {name!r} was reported twice with different values" for name in sorted(twice)]
    return {name: metric for name, metric in known.items() if name not in twice}


def _fold(metrics: Mapping[str, ReportedMetric]) -> dict[str, _Folded]:
    owners = {name: _owner(name, metrics) for name in metrics}
    folded = {name: _Folded(metrics[name]) for name, owner in owners.items() if owner is None}
    for name, owner in owners.items():
        if owner is not None and owner[0] in folded:
            folded[owner[0]].fields[owner[1]] = metrics[name].value
    return folded


def _owner(name: str, metrics: Mapping[str, ReportedMetric]) -> tuple[str, str] | None:
    """Of which metric this one is which field; None if it is a metric of its own."""
    match = _FIELD.fullmatch(name)
    if match is None:
        return None
    base, filter_ = match["base"], match["filter"] or ""
    under = [other for other in metrics if other.startswith(f"{base},")]
    for candidate in (base + filter_, base, under[0] if len(under) == 1 and not filter_ else ""):
        if candidate in metrics:
            return candidate, match["field"]
    return None


def _unusable(metric: ReportedMetric, fields: Mapping[str, float], known: Kind) -> str | None:
    if max(map(abs, (metric.value, metric.stderr or 0, *fields.values()))) > _LARGEST or (metric.n or 0) > _MOST_N:
        return f"metric {metric.name!r} has a number beyond {_LARGEST:g}, or an n beyond {_MOST_N:g}"
    if metric.n == 0:
        return f"metric {metric.name!r} has n = 0: nothing was scored"
    if known.boolean and not -_TOLERANCE <= metric.value <= 1 + _TOLERANCE:
        return f"metric {metric.name!r} is boolean and {metric.value:g} is no share of samples: report 0 to 1"
    return None


def _value(
    metric: ReportedMetric,
    fields: Mapping[str, float],
    planned: PlannedBenchmark,
    confidence: float,
    problems: list[str],
) -> MetricValue:
    known = kind(planned, metric.name, metric.type)
    value = min(max(metric.value, 0.0), 1.0) if known.boolean else metric.value
    stderr = fields.get("stderr") if metric.stderr is None else metric.stderr
    if stderr is not None and stderr < 0:
        problems.append(f"metric {metric.name!r}: its stderr is negative and was left out")
        stderr = None
    if stderr is None and known.boolean and metric.n is not None and metric.n > 1:
        stderr = estimate.independent_stderr(value, metric.n)
    interval = _reported_interval(metric, fields, problems)
    if interval is None:
        interval = estimate.interval(Estimate(value, stderr, metric.n, known.boolean, known.span), confidence)
    return MetricValue(
        name=metric.name,
        value=value,
        stderr=stderr,
        ci_low=interval.low if interval else None,
        ci_high=interval.high if interval else None,
        method=interval.method if interval else None,
        n=metric.n,
    )


def _reported_interval(metric: ReportedMetric, fields: Mapping[str, float], problems: list[str]) -> Interval | None:
    low, high = fields.get("ci_lower", math.nan), fields.get("ci_upper", math.nan)
    if low - _TOLERANCE <= metric.value <= high + _TOLERANCE:
        return Interval(low, high, REPORTED)
    if not math.isnan(low) or not math.isnan(high):
        problems.append(f"metric {metric.name!r}: its reported interval lacks an end or leaves out the value itself")
    return None
