"""What is told as Events: the transitions between the status that stood and the one that stands now."""

from dataclasses import dataclass
from typing import Literal

from referee.api.conditions import Condition, ConditionType, Reason
from referee.api.status import TERMINAL, BenchmarkStatus, EvaluationJobStatus


@dataclass(frozen=True, slots=True)
class Notice:
    """One Event."""

    type: Literal["Normal", "Warning"]
    reason: str
    message: str


def notices(before: EvaluationJobStatus, after: EvaluationJobStatus) -> list[Notice]:
    """The Events that a write of `after` over `before` is worth."""
    told: list[Notice] = []
    if after.attempt > before.attempt > 0:
        told.append(Notice("Normal", Reason.RERUN, f"attempt {after.attempt} begins"))
    if before.plan is None and after.plan is not None:
        told.append(Notice("Normal", Reason.ACCEPTED, f"attempt {after.attempt}, {len(after.benchmarks)} benchmark(s)"))
    stood = {b.index: b for b in before.benchmarks}
    for benchmark in after.benchmarks:
        told += _of_benchmark(stood.get(benchmark.index), benchmark)
    told += _of_conditions(before.conditions, after.conditions)
    return told


def _of_benchmark(before: BenchmarkStatus | None, after: BenchmarkStatus) -> list[Notice]:
    name = f"{after.provider}/{after.id}"
    phase = before.phase if before else "Pending"
    if after.phase in TERMINAL and phase != after.phase:
        if after.phase == "Completed":
            value = f": {after.primary.name} {after.primary.value:.4g}" if after.primary else ""
            return [Notice("Normal", "BenchmarkCompleted", name + value)]
        return [Notice("Warning", f"Benchmark{after.phase}", f"{name}: {after.reason}: {after.message}")]
    if after.reason and (before is None or (before.reason, before.attempt) != (after.reason, after.attempt)):
        return [Notice("Warning", after.reason, f"{name}: {after.message}")]
    return []


_TOLD: dict[str, str] = {
    ConditionType.STALLED: "Warning",
    ConditionType.SUSPENDED: "Normal",
    ConditionType.FINISHED: "Normal",
}


def _of_conditions(before: list[Condition], after: list[Condition]) -> list[Notice]:
    stood = {c.type: (c.status, c.reason) for c in before}
    told: list[Notice] = []
    passed = next((c for c in after if c.type == ConditionType.PASSED), None)
    for condition in after:
        kind = _TOLD.get(condition.type)
        if kind is None or condition.status != "True" or stood.get(condition.type) == ("True", condition.reason):
            continue
        verdict = ""
        if condition.type == ConditionType.FINISHED and passed is not None:
            verdict = f"; Passed={passed.status} ({passed.reason})"
        level: Literal["Normal", "Warning"] = "Warning" if kind == "Warning" else "Normal"
        told.append(Notice(level, condition.reason, (condition.message + verdict).removeprefix("; ")))
    return told
