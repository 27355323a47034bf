"""Names and outcomes as people read them, the same in tables, pages, lines and messages."""

from collections.abc import Sequence

from referee.api.conditions import Condition, ConditionType, Reason
from referee.api.status import TERMINAL, BenchmarkStatus, EvaluationJobStatus, Gate
from referee.core.conditions import get
from referee.report.numbers import NOTHING, number

_NOT_EXECUTED = {"Cancelled": "Cancelled", "PartiallyFailed": "Ran only in part"}


def benchmark_names(benchmarks: Sequence[BenchmarkStatus]) -> list[str]:
    """What to call each benchmark: its id, where that is enough to tell them apart."""
    ids = [b.id for b in benchmarks]
    names = [b.id if ids.count(b.id) == 1 else f"{b.provider}/{b.id}" for b in benchmarks]
    return [n if names.count(n) == 1 else f"{n} #{b.index}" for n, b in zip(names, benchmarks, strict=True)]


def gate(decided: Gate, *, lower_is_better: bool) -> str:
    """A criterion and what came of it."""
    sign, missed = ("≤", ">") if lower_is_better else ("≥", "<")
    bound = "" if decided.bound == "Point" else f"{'upper' if lower_is_better else 'lower'} end "
    optional = "" if decided.required else " (not required)"
    limit = NOTHING if decided.threshold is None else f"{decided.threshold:g}"
    more = f"; about {decided.n_needed} samples would decide" if decided.n_needed else ""
    if decided.result == "Unknown":
        return f"Unknown: {decided.reason}; wanted {bound}{sign} {limit}{more}{optional}"
    end = decided.ci_high if lower_is_better else decided.ci_low
    figure = number(decided.value if decided.bound == "Point" else end)
    relation = sign if decided.result == "Pass" else missed
    return f"{decided.result}: {bound}{figure} {relation} {limit}{more}{optional}"


def conclusion(status: EvaluationJobStatus) -> str:
    """The last line: what came of the run, and why."""
    finished = get(status.conditions, ConditionType.FINISHED)
    complete = get(status.conditions, ConditionType.COMPLETE)
    passed = get(status.conditions, ConditionType.PASSED)
    if finished is None or finished.status != "True" or complete is None or passed is None:
        done = sum(b.phase in TERMINAL for b in status.benchmarks)
        many = f", {done} of {len(status.benchmarks)} benchmarks are" if status.benchmarks else ""
        return f"Not finished: {status.phase or 'Pending'}{many}."
    if complete.status != "True":
        return _not_executed(status, finished)
    if passed.reason == Reason.NO_CRITERIA:
        return "Complete: there is no verdict, since nothing in the job has passCriteria."
    if passed.status == "True":
        return f"Passed: {sentence(passed.reason)}"
    word = "Failed" if passed.status == "False" else "Undecided"
    return f"{word}: {sentence(passed.reason)} {passed.message}".rstrip()


def _not_executed(status: EvaluationJobStatus, finished: Condition) -> str:
    what = _NOT_EXECUTED.get(status.phase or "", "Could not run")
    if not status.benchmarks:
        return f"{what}: {finished.reason}: {finished.message or sentence(finished.reason)}"
    done = sum(b.phase == "Completed" for b in status.benchmarks)
    return f"{what}: {finished.reason}: {done} of {len(status.benchmarks)} benchmarks completed."


def sentence(reason: str) -> str:
    """What a reason means."""
    known = Reason.named(reason)
    return known.sentence if known else reason
