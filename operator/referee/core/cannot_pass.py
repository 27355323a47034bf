"""Before a run: is there any outcome at this number of samples that would pass?

A criterion on a bound can be out of reach however good the model is: ten right answers of ten have a Wilson lower
end of 0.72. Said when a job is resolved it costs nothing; found out afterwards it costs the run. It is a warning,
not a refusal: an adapter may score more samples than were asked of it.
"""

from referee.api.benchmark import PassCriteria
from referee.api.evaluationjob import EvaluationJob
from referee.api.runplan import PlannedBenchmark, RunPlan
from referee.api.status import EvaluationJobStatus
from referee.core import metrics
from referee.core.gate import TOLERANCE
from referee.core.stats import estimate
from referee.core.stats.estimate import Estimate


def in_vain(before: EvaluationJobStatus, job: EvaluationJob) -> list[str]:
    """The warnings that the plan is worth, at the moment when there is one."""
    if before.plan is not None or job.status.plan is None:
        return []
    planned = RunPlan.model_validate(job.status.plan).benchmarks
    return [said for p in planned if (said := cannot_pass(p, p.num_examples, job.spec.confidence))]


def cannot_pass(planned: PlannedBenchmark, n: int | None, confidence: float) -> str | None:
    """A warning with the remedy if no outcome passes; None if one may, or if nobody can say.

    Args:
        planned: a benchmark, its criteria and its primary score resolved.
        n: samples that will be scored; None if not known.
        confidence: of the job.
    """
    criteria, score = planned.pass_criteria, planned.primary_score
    if criteria is None or score is None:
        return None
    kind, lower = metrics.kind(planned, score.metric), bool(score.lower_is_better)
    if n is not None and n < criteria.min_n:
        obstacle = f"{n} samples are asked for and minN is {criteria.min_n}; raise numExamples or lower minN"
    elif kind.span is None:
        return None
    else:
        best = Estimate(kind.span[0 if lower else 1], 0.0, n, kind.boolean, kind.span)
        obstacle = _out_of_reach(best, criteria, confidence, lower_is_better=lower)
    return f"benchmark {planned.provider}/{planned.id}: no outcome can pass: {obstacle}" if obstacle else None


def _out_of_reach(best: Estimate, criteria: PassCriteria, confidence: float, *, lower_is_better: bool) -> str:
    if _misses(best.value, criteria, lower_is_better=lower_is_better):
        return f"the best value is {best.value:g}, the threshold {criteria.threshold:g}; change the threshold"
    if criteria.bound == "Point" or best.n is None:
        return ""
    found = estimate.interval(best, confidence)
    if found is None:
        return f"it is on a bound, and {best.n} samples give no interval; raise numExamples or set bound: Point"
    end, name = (found.high, "upper") if lower_is_better else (found.low, "lower")
    if not _misses(end, criteria, lower_is_better=lower_is_better):
        return ""
    return (
        f"a flawless result of {best.n} samples has its {name} bound at {end:.4g} ({found.method}),"
        f" the threshold is {criteria.threshold:g}; raise numExamples or set bound: Point"
    )


def _misses(figure: float, criteria: PassCriteria, *, lower_is_better: bool) -> bool:
    if lower_is_better:
        return figure > criteria.threshold + TOLERANCE
    return figure < criteria.threshold - TOLERANCE
