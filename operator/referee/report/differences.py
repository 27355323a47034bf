"""The differences of two runs' means, from their samples: the core's comparison, fed from two views.

It gates nothing: what is asked of each difference is whether it is there at all.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from referee.core.evaluation.aggregate import Method
from referee.core.evaluation.compare import Matched, Run, compare
from referee.core.evaluation.decision import Terms
from referee.core.evaluation.outcomes import Outcome
from referee.core.evaluation.pairing import Pairs
from referee.core.evaluation.scoretype import Choice, ScoreType
from referee.core.evaluation.table import ColumnSpec, Table
from referee.report.runview import RunView, Sample, number_of, objects, text_of
from referee.report.scales import Scale

_OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
_UNNAMED = "-"
"""The digest of what has none: metrics of a framework's benchmark."""


@dataclass(frozen=True, slots=True)
class Scored:
    """One of the two runs."""

    view: RunView
    place: Callable[[Sample], int | None]
    """Of a sample in the run that is compared; None where it has none there."""
    epochs: int


def differences(here: Scored, there: Scored, scales: Mapping[str, Scale], pairs: Pairs) -> list[dict[str, Any]]:
    """The combined score and every evaluator with a range, as in a result document's comparison."""
    specs = [ColumnSpec(name, _type(scale), scale.weight) for name, scale in scales.items()]
    confidence = number_of(here.view.spec.get("confidence")) or 0.95
    found = compare(
        Run(_table(here, specs), _digests(here.view, scales)),
        Run(_table(there, specs), _digests(there.view, scales)),
        Matched(pairs.positions(), pairs.unmatched),
        Method(confidence),
        Terms("SignificantRegression", min_matched=0, confidence=confidence),
    )
    shown = [metric.wire("") for metric in found if metric.n]
    return [{name: value for name, value in metric.items() if name not in _OF_A_GATE} for metric in _once(shown)]


_OF_A_GATE = ("test", "result", "reason", "nNeeded")


def _once(metrics: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """A combined score of one evaluator alone says what that evaluator says."""
    for metric in metrics:
        if metric["name"] != "score" or len(metrics) != 2:  # noqa: PLR2004 - it and the one
            yield metric


def _table(scored: Scored, specs: list[ColumnSpec]) -> Table:
    table = Table(specs, scored.epochs)
    for sample in scored.view.samples():
        at = scored.place(sample)
        if at is None:
            continue
        table.sample(at, cluster=sample.cluster)
        for score in sample.scores:
            outcome: Outcome = next((known for known in _OUTCOMES if known == score.outcome), "unscored")
            table.put(
                at, sample.epoch, score.evaluator, outcome, value=score.value, label=score.label, cause=score.cause
            )
    return table


def _type(scale: Scale) -> ScoreType:
    match scale.kind:
        case "Boolean":
            return ScoreType("Boolean")
        case "Categorical":
            choices = tuple(Choice(name, value) for name, value in scale.choices)
            return ScoreType("Categorical", choices=choices, lower_is_better=scale.lower_is_better)
        case "Comment" | "JSON":
            return ScoreType("Comment")
    return ScoreType("Numerical", min=scale.low, max=scale.high, lower_is_better=scale.lower_is_better)


def _digests(view: RunView, scales: Mapping[str, Scale]) -> dict[str, str]:
    """Of each evaluator what tells whether it is the same; of one that says nothing, its name must do."""
    told = [e for result in view.results.values() for e in objects(result.get("evaluators"))]
    told = told or objects(view.status.get("evaluators"))
    known = {text_of(e.get("name")) or "": text_of(e.get("digest")) or _UNNAMED for e in told}
    return {name: known.get(name, _UNNAMED) for name in scales}
