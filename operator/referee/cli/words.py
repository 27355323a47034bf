"""Numbers and outcomes as people read them, the same in tables, lines and messages."""

from referee.api.conditions import ConditionType, Reason
from referee.api.evaluationjob import EvaluationJob
from referee.api.runplan import RunPlan
from referee.api.status import BenchmarkStatus, Gate
from referee.core.conditions import get

NOTHING = "–"
_FEW_DIGITS = 1e-3
_MANY_DIGITS = 1e5


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


def interval(low: float | None, high: float | None) -> str:
    """Both ends; nothing where there is no interval."""
    return NOTHING if low is None or high is None else f"{number(low)} – {number(high)}"


def short_method(method: str | None) -> str:
    """How an interval was made, in a word or two; the whole of it stands in the resource."""
    return (method or "").partition(",")[0]


def benchmark_names(benchmarks: list[BenchmarkStatus]) -> list[str]:
    """What to call each benchmark: its id, where that is enough to tell them apart."""
    ids = [b.id for b in benchmarks]
    names = [b.id if ids.count(b.id) == 1 else f"{b.provider}/{b.id}" for b in benchmarks]
    return [n if names.count(n) == 1 else f"{n} #{b.index}" for n, b in zip(names, benchmarks, strict=True)]


def gate_line(gate: Gate, *, lower_is_better: bool) -> str:
    """A criterion and what came of it."""
    sign, missed = ("≤", ">") if lower_is_better else ("≥", "<")
    bound = "" if gate.bound == "Point" else ("upper end " if lower_is_better else "lower end ")
    optional = "" if gate.required else ", not required"
    if gate.result == "Unknown":
        return f"Unknown: {gate.reason} ({bound}{sign} {gate.threshold:g}{optional})"
    figure = gate.value if gate.bound == "Point" else (gate.ci_high if lower_is_better else gate.ci_low)
    relation = sign if gate.result == "Pass" else missed
    return f"{gate.result}: {bound}{number(figure)} {relation} {gate.threshold:g}{optional}"


def lower_is_better(job: EvaluationJob) -> dict[str, bool]:
    """Which way each gate's subject is read; a job's score is always better when higher."""
    if job.status.plan is None:
        return {}
    plan = RunPlan.model_validate(job.status.plan)
    return {
        f"benchmark {b.provider}/{b.id}": bool(b.primary_score and b.primary_score.lower_is_better)
        for b in plan.benchmarks
    }


def conclusion(job: EvaluationJob) -> str:
    """The last line: what came of the run, and why."""
    finished = get(job.status.conditions, ConditionType.FINISHED)
    complete = get(job.status.conditions, ConditionType.COMPLETE)
    if finished is None or complete is None:
        return "Not finished."
    if complete.status != "True":
        what = {"Cancelled": "Cancelled", "PartiallyFailed": "Ran only in part"}.get(job.status.phase or "", "Could not run")
        return f"{what}: {finished.reason}: {finished.message or _sentence(finished.reason)}"
    passed = get(job.status.conditions, ConditionType.PASSED)
    if passed is None or passed.reason == Reason.NO_CRITERIA:
        return "Complete. No verdict: nothing in the job has passCriteria."
    word = {"True": "Passed", "False": "Failed", "Unknown": "Undecided"}[passed.status]
    return f"{word}: {_sentence(passed.reason)}"


def _sentence(reason: str) -> str:
    known = Reason.named(reason)
    return known.sentence if known else reason
