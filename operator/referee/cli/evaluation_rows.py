"""An evaluation as the rows of its table: every evaluator with its mean and its pass rate, and the gates on parts."""

from collections.abc import Iterator
from dataclasses import replace

from referee.api.figures import EvaluatorStatus, Measure
from referee.api.runplan import RunPlan
from referee.api.status import EvaluationJobStatus, Gate
from referee.cli.row import Row, gate_of, of_baseline, of_gate, of_job
from referee.report import numbers, words
from referee.report.numbers import NOTHING
from referee.report.visible import one_line


def evaluation_rows(plan: RunPlan, status: EvaluationJobStatus) -> list[Row]:
    """The evaluators in their order; below each the gates on parts of its samples; the baseline and the score last."""
    lower = {e.name: e.score.lower_is_better for e in plan.evaluation.evaluators} if plan.evaluation else {}
    weights = {e.name: e.weight for e in plan.evaluation.evaluators} if plan.evaluation else {}
    found: list[Row] = []
    told: set[str] = set()
    for evaluator in status.evaluators:
        name = _planned(evaluator.name, lower)
        gate = gate_of(status, f"evaluator {name}") if name not in told else None
        rows = _of_evaluator(evaluator, gate, lower_is_better=lower.get(name, False))
        secondary = weights.get(name, 0) == 0 and gate is None
        found += [replace(row, secondary=secondary) for row in rows]
        found += _parts(status, name, lower_is_better=lower.get(name, False)) if name not in told else ()
        told.add(name)
    missing = (gate for gate in _gates(status) if not any(gate.subject.startswith(f"evaluator {n}") for n in told))
    found += [of_gate(gate.subject, gate, lower_is_better=False) for gate in missing]
    return [*found, *of_baseline(status), *of_job(status, len(status.evaluators) + 1)]


def _gates(status: EvaluationJobStatus) -> list[Gate]:
    gates = status.verdict.gates if status.verdict else []
    return [gate for gate in gates if gate.subject.startswith("evaluator ")]


def _planned(name: str, known: dict[str, bool]) -> str:
    """The evaluator that gives this score; one of several outputs is `name.key`."""
    return name if name in known else max((n for n in known if name.startswith(f"{n}.")), key=len, default=name)


def _parts(status: EvaluationJobStatus, name: str, *, lower_is_better: bool) -> Iterator[Row]:
    prefix = f"evaluator {name} ["
    for gate in _gates(status):
        if gate.subject.startswith(prefix):
            yield of_gate(f"  {gate.subject[len(prefix) - 1 :]}", gate, lower_is_better=lower_is_better)


def _of_evaluator(evaluator: EvaluatorStatus, gate: Gate | None, *, lower_is_better: bool) -> list[Row]:
    unscored = (evaluator.unscored or 0) + (evaluator.pending or 0)
    mean = _mean(evaluator)
    others = (m for m in evaluator.measures if m.measure != "Mean" and not _same(m, mean, gate))
    measures = [mean, *others]
    rows = [_of_measure(measure) for measure in measures if measure is not None]
    if not rows:
        counted = ", ".join(
            f"{one_line(label, 30)} {number}" for label, number in list(evaluator.distribution.items())[:4]
        )
        rows = [Row(metric=counted or "no number", n=NOTHING if evaluator.n is None else str(evaluator.n))]
    rows[0] = replace(rows[0], benchmark=evaluator.name, errors=str(unscored))
    if gate is not None:
        at = next((place for place, row in enumerate(rows) if row.metric == gate.measure), 0)
        lower = lower_is_better and gate.measure != "PassRate"
        rows[at] = replace(rows[at], gate=words.gate(gate, lower_is_better=lower), outcome=gate.result)
    return rows


def _same(measure: Measure, mean: Measure | None, gate: Gate | None) -> bool:
    """Of right and wrong answers the pass rate is the mean; it is told once, unless a gate is on it."""
    asked = gate is not None and gate.measure == measure.measure
    return mean is not None and not asked and measure == mean.model_copy(update={"measure": measure.measure})


def _mean(evaluator: EvaluatorStatus) -> Measure | None:
    if evaluator.value is None:
        return next((m for m in evaluator.measures if m.measure == "Mean"), None)
    same = {name: getattr(evaluator, name) for name in ("value", "stderr", "ci_low", "ci_high", "method", "n")}
    return Measure(measure="Mean", **same)


def _of_measure(measure: Measure) -> Row:
    return Row(
        metric=measure.measure,
        value=numbers.with_error(measure.value, measure.stderr),
        interval=numbers.interval(measure.ci_low, measure.ci_high, measure.method),
        n=NOTHING if measure.n is None else str(measure.n),
    )
