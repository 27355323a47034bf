"""Numbers and outcomes as people read them, the same in tables, lines and messages."""

from collections.abc import Sequence

from referee.api.conditions import Condition, ConditionType, Reason
from referee.api.evaluationjob import EvaluationJob
from referee.api.status import TERMINAL, BenchmarkStatus, Gate
from referee.core.conditions import get

NOTHING = "-"
_FEW_DIGITS = 1e-3
_MANY_DIGITS = 1e5
_NOT_EXECUTED = {"Cancelled": "Cancelled", "PartiallyFailed": "Ran only in part"}


def number(value: float | None) -> str:
    """Three decimals, which is what a score and its error need; very small and large ones by their exponent."""
    if value is None:
        return NOTHING
    if value == 0 or _FEW_DIGITS <= abs(value) < _MANY_DIGITS:
        return f"{value:.3f}"
    return f"{value:.2e}"


def with_error(value: float, stderr: float | None) -> str:
    """A value and how far it may be off."""
    return number(value) if stderr is None else f"{number(value)} ± {number(stderr)}"


def interval(low: float | None, high: float | None, method: str | None) -> str:
    """Both ends and in a word how they were found (all of it stands in the resource); else that there is none."""
    if low is None or high is None:
        return NOTHING
    return f"[{number(low)}, {number(high)}] {(method or '').partition(',')[0]}".rstrip()


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
    if decided.result == "Unknown":
        return f"Unknown: {decided.reason}; wanted {bound}{sign} {decided.threshold:g}{optional}"
    end = decided.ci_high if lower_is_better else decided.ci_low
    figure = number(decided.value if decided.bound == "Point" else end)
    relation = sign if decided.result == "Pass" else missed
    more = f"; about {decided.n_needed} samples would decide" if decided.n_needed else ""
    return f"{decided.result}: {bound}{figure} {relation} {decided.threshold:g}{more}{optional}"


def conclusion(job: EvaluationJob) -> str:
    """The last line: what came of the run, and why."""
    finished = get(job.status.conditions, ConditionType.FINISHED)
    complete = get(job.status.conditions, ConditionType.COMPLETE)
    passed = get(job.status.conditions, ConditionType.PASSED)
    if finished is None or finished.status != "True" or complete is None or passed is None:
        done = sum(b.phase in TERMINAL for b in job.status.benchmarks)
        many = f", {done} of {len(job.status.benchmarks)} benchmarks are" if job.status.benchmarks else ""
        return f"Not finished: {job.status.phase or 'Pending'}{many}."
    if complete.status != "True":
        return _not_executed(job, finished)
    if passed.reason == Reason.NO_CRITERIA:
        return "Complete: there is no verdict, since nothing in the job has passCriteria."
    if passed.status == "True":
        return f"Passed: {sentence(passed.reason)}"
    word = "Failed" if passed.status == "False" else "Undecided"
    return f"{word}: {sentence(passed.reason)} {passed.message}".rstrip()


def _not_executed(job: EvaluationJob, finished: Condition) -> str:
    what = _NOT_EXECUTED.get(job.status.phase or "", "Could not run")
    if not job.status.benchmarks:
        return f"{what}: {finished.reason}: {finished.message or sentence(finished.reason)}"
    done = sum(b.phase == "Completed" for b in job.status.benchmarks)
    return f"{what}: {finished.reason}: {done} of {len(job.status.benchmarks)} benchmarks completed."


def sentence(reason: str) -> str:
    """What a reason means."""
    known = Reason.named(reason)
    return known.sentence if known else reason
