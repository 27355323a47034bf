"""One line of the table of a finished job, and the lines that every kind of job has."""

from collections.abc import Iterator
from dataclasses import dataclass

from referee.api.figures import Outcome
from referee.api.status import EvaluationJobStatus, Gate
from referee.report import numbers, words
from referee.report.numbers import NOTHING


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    benchmark: str = ""
    metric: str = ""
    value: str = NOTHING
    interval: str = NOTHING
    n: str = NOTHING
    errors: str = ""
    gate: str = ""
    outcome: Outcome | None = None
    """Of the gate."""
    secondary: bool = False
    """A metric that neither gates nor counts."""


def gate_of(status: EvaluationJobStatus, subject: str) -> Gate | None:
    """The criterion on it."""
    return next((g for g in (status.verdict.gates if status.verdict else ()) if g.subject == subject), None)


def of_gate(name: str, gate: Gate, *, lower_is_better: bool) -> Row:
    """A criterion that has a line of its own."""
    return Row(
        benchmark=name,
        metric=gate.measure,
        value=numbers.number(gate.value),
        interval=numbers.interval(gate.ci_low, gate.ci_high, gate.method),
        n=NOTHING if gate.n is None else str(gate.n),
        gate=words.gate(gate, lower_is_better=lower_is_better),
        outcome=gate.result,
    )


def of_baseline(status: EvaluationJobStatus) -> Iterator[Row]:
    """The difference from the baseline, where that is gated."""
    gate = gate_of(status, "baseline")
    if gate is not None:
        against = f"beside {status.comparison.baseline}" if status.comparison else "baseline"
        yield of_gate(against, gate, lower_is_better=False)


def of_job(status: EvaluationJobStatus, weighted: int) -> Iterator[Row]:
    """The job's own score, where it is gated or made of more than one benchmark."""
    gate = gate_of(status, "job")
    if gate is None and (status.score is None or weighted == 1):
        return
    yield Row(
        benchmark="score of the job",
        metric="weighted, 0 to 1",
        value=NOTHING if status.score is None else numbers.with_error(status.score, status.score_stderr),
        interval=numbers.interval(status.score_ci_low, status.score_ci_high, gate.method if gate else None),
        n=NOTHING if gate is None or gate.n is None else str(gate.n),
        gate=words.gate(gate, lower_is_better=False) if gate else "",
        outcome=gate.result if gate else None,
    )
