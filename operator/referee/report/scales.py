"""What the numbers of each evaluator mean: which way is better, between which ends, from where on a sample passes.

It is read from what was planned, and never guessed from the values: a 1 may be the best boolean or the worst of five.
An evaluator that nothing is known of has a scale without ends, and samples are not ranked by it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from referee.report.runview import Document, RunView, Sample, Score, mapping, number_of, objects, text_of


@dataclass(frozen=True, slots=True)
class Scale:
    """How to read the scores of one evaluator, or the values of one metric."""

    kind: str = "Numerical"
    low: float | None = None
    high: float | None = None
    lower_is_better: bool = False
    passing: float | None = None
    weight: float = 1.0
    gated: bool = False
    choices: tuple[tuple[str, float | None], ...] = ()
    """Labels, and what each counts."""

    @property
    def span(self) -> tuple[float, float] | None:
        """Both ends, where they are known."""
        return None if self.low is None or self.high is None or self.low >= self.high else (self.low, self.high)

    def goodness(self, value: float) -> float | None:
        """From 0, the worst, to 1, the best; None without ends."""
        if self.span is None:
            return None
        low, high = self.span
        share = (value - low) / (high - low)
        return 1 - share if self.lower_is_better else share


UNKNOWN_SCALE = Scale(weight=0.0)


def scales_of(view: RunView) -> dict[str, Scale]:
    """By the evaluator's name, or `name.key`; of a benchmark by its primary metric's name."""
    found: dict[str, Scale] = {}
    for evaluator in _evaluators(view):
        found.update(_of_evaluator(evaluator))
    for planned in objects(mapping(view.status.get("plan")).get("benchmarks")):
        primary = mapping(planned.get("primaryScore"))
        name = text_of(primary.get("metric"))
        if name and name not in found and name != "score":
            found[name] = replace(scale_of_benchmark(planned), kind=_kind(view, planned, name))
    return found


def scale_of_benchmark(planned: Document) -> Scale:
    """How to read a benchmark's primary metric."""
    primary = mapping(planned.get("primaryScore"))
    span, weight = primary.get("range"), number_of(planned.get("weight"))
    low, high = span if isinstance(span, list) and len(span) == len(("low", "high")) else (None, None)
    return Scale(
        low=number_of(low),
        high=number_of(high),
        lower_is_better=bool(primary.get("lowerIsBetter")),
        weight=1.0 if weight is None else weight,
        gated=bool(planned.get("passCriteria")),
    )


def goodness(sample: Sample, scales: Mapping[str, Scale]) -> float | None:
    """How good a sample is over all that has a weight; None where nothing says."""
    parts = list(_weighed(sample, scales))
    total = sum(weight for weight, _ in parts)
    return sum(weight * value for weight, value in parts) / total if total > 0 else None


def of(scales: Mapping[str, Scale], name: str) -> Scale:
    """The scale of an evaluator; of one that nobody declared an empty one."""
    return scales.get(name, UNKNOWN_SCALE)


def _weighed(sample: Sample, scales: Mapping[str, Scale]) -> Iterator[tuple[float, float]]:
    known = [(of(scales, s.evaluator), s) for s in sample.scores if s.outcome == "scored" and s.value is not None]
    # Where nothing has a weight, everything counts the same: the order is for the reader and decides nothing.
    weighted = any(scale.weight > 0 for scale, _ in known)
    for scale, score in known:
        value = _goodness(score, scale)
        if value is not None:
            yield (scale.weight if weighted else 1.0), value


def _goodness(score: Score, scale: Scale) -> float | None:
    return None if score.value is None else scale.goodness(score.value)


def _kind(view: RunView, planned: Document, name: str) -> str:
    """As the benchmark's adapter, or the provider's catalogue, has it."""
    index = planned.get("index")
    reported = mapping(view.results.get(index)) if isinstance(index, int) else {}
    metrics = [*objects(reported.get("metrics")), *objects(planned.get("metrics"))]
    boolean = any(m.get("type") == "Boolean" for m in metrics if str(m.get("name")).partition(",")[0] == name)
    return "Boolean" if boolean else "Numerical"


def _evaluators(view: RunView) -> Iterator[Document]:
    """As they were planned; before a plan, as they are asked for."""
    plan = mapping(view.status.get("plan"))
    places = [mapping(plan.get("evaluation")), *(mapping(b.get("evaluation")) for b in objects(plan.get("benchmarks")))]
    planned = [evaluator for place in places for evaluator in objects(place.get("evaluators"))]
    yield from planned or objects(mapping(view.spec.get("evaluation")).get("evaluators"))


def _of_evaluator(evaluator: Document) -> Iterator[tuple[str, Scale]]:
    name = text_of(evaluator.get("name") or evaluator.get("ref")) or ""
    weight = number_of(evaluator.get("weight"))
    common = {"weight": 1.0 if weight is None else weight, "gated": bool(evaluator.get("passCriteria"))}
    outputs = objects(evaluator.get("outputs"))
    if not outputs:
        yield name, _scale(mapping(evaluator.get("score")), common)
    for output in outputs:
        yield f"{name}.{text_of(output.get('key'))}", _scale(mapping(output.get("score")), common)


def _scale(score: Document, common: Mapping[str, Any]) -> Scale:
    kind = text_of(score.get("type")) or "Numerical"
    low, high = number_of(score.get("min")), number_of(score.get("max"))
    if kind == "Boolean":
        low, high = 0.0, 1.0
    choices = tuple((text_of(c.get("name")) or "", number_of(c.get("value"))) for c in objects(score.get("choices")))
    if kind == "Categorical":
        values = [value for _, value in choices if value is not None]
        low, high = (min(values), max(values)) if values else (None, None)
    passing, lower = number_of(score.get("passing")), bool(score.get("lowerIsBetter"))
    return Scale(kind, low, high, lower, passing, choices=choices, **common)
