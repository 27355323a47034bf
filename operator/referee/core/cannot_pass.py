"""Before a run: is there any outcome at this number of samples that would pass?

A criterion on a bound can be out of reach however good the model is: ten right answers of ten have a Wilson lower
end of 0.72. Said when a job is resolved it costs nothing; found out afterwards it costs the run. It is a warning,
not a refusal: an adapter may score more samples than were asked of it.
"""

from collections.abc import Iterator

from referee.api.benchmark import PassCriteria
from referee.api.evaluationjob import EvaluationJob
from referee.api.runplan import PlannedBenchmark, PlannedEvaluation, PlannedEvaluator, RunPlan
from referee.api.status import EvaluationJobStatus
from referee.core import metrics
from referee.core.evaluation.scoretype import ScoreType
from referee.core.gate import TOLERANCE
from referee.core.stats import estimate, quantile
from referee.core.stats.estimate import Estimate
from referee.core.stats.interval import Interval

_QUANTILES = {"Median": 0.5, "P95": 0.95}
_UNRANGED_FROM = 10
"""From here a mean without a range has an interval, if its samples vary; below it never has."""


def in_vain(before: EvaluationJobStatus, job: EvaluationJob) -> list[str]:
    """The warnings that the plan is worth, at the moment when there is one."""
    if before.plan is not None or job.status.plan is None:
        return []
    plan = RunPlan.model_validate(job.status.plan)
    said = [found for p in plan.benchmarks if (found := cannot_pass(p, p.num_examples, job.spec.confidence))]
    if plan.evaluation is not None:
        said += evaluation_cannot_pass(job, plan, plan.evaluation)
    return said


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
    best = None if kind.span is None else Estimate(kind.span[0 if lower else 1], 0.0, n, kind.boolean, kind.span)
    obstacle = _too_few(n, criteria)
    if best is not None and not obstacle:
        obstacle = _out_of_reach(best, criteria, confidence, lower_is_better=lower)
    return f"benchmark {planned.provider}/{planned.id}: no outcome can pass: {obstacle}" if obstacle else None


def evaluation_cannot_pass(job: EvaluationJob, plan: RunPlan, evaluation: PlannedEvaluation) -> list[str]:
    """The same of every gate of an evaluation. How many samples a slice has is not known before the run."""
    found = []
    n = _samples(job, evaluation)
    for subject, criteria, best, lower in _gates(job, plan, evaluation, n):
        if criteria.slice is None:
            obstacle = _too_few(n, criteria)
            if best is not None and not obstacle:
                obstacle = _out_of_reach(best, criteria, job.spec.confidence, lower_is_better=lower)
            found += [f"{subject}: no outcome can pass: {obstacle}"] if obstacle else []
    return found


def _gates(
    job: EvaluationJob, plan: RunPlan, evaluation: PlannedEvaluation, n: int | None
) -> Iterator[tuple[str, PassCriteria, Estimate | None, bool]]:
    """Every gate with the best that could come of it, where that is known, and whether lower is better."""
    single = job.spec.execution.epochs.count == 1
    for planned in evaluation.evaluators:
        if planned.pass_criteria is not None:
            rate = planned.pass_criteria.measure == "PassRate"
            yield (
                f"evaluator {planned.name}",
                planned.pass_criteria,
                _best(planned, n, rate=rate, single=single),
                planned.score.lower_is_better and not rate,
            )
    if plan.pass_criteria is not None:
        weighted = [e for e in evaluation.evaluators if e.weight > 0]
        boolean = single and len(weighted) == 1 and weighted[0].score.type == "Boolean" and not weighted[0].outputs
        yield "job", plan.pass_criteria, Estimate(1.0, 0.0, n, boolean, (0.0, 1.0)), False


def _best(planned: PlannedEvaluator, n: int | None, *, rate: bool, single: bool) -> Estimate | None:
    if rate:
        return Estimate(1.0, 0.0, n, single, (0.0, 1.0))
    type_ = ScoreType.of(planned.score)
    if type_.best is None:
        return None
    return Estimate(type_.best, 0.0, n, single and type_.type == "Boolean", type_.span)


def _samples(job: EvaluationJob, evaluation: PlannedEvaluation) -> int | None:
    """Samples, not their epochs, where the plan knows them."""
    block = job.spec.evaluation
    asked = block.num_examples if block else None
    if evaluation.count is None:
        return asked
    return evaluation.count // job.spec.execution.epochs.count


def _too_few(n: int | None, criteria: PassCriteria) -> str:
    if n is None or n >= criteria.min_n:
        return ""
    return f"{n} samples are asked for and minN is {criteria.min_n}; raise numExamples or lower minN"


def _out_of_reach(best: Estimate, criteria: PassCriteria, confidence: float, *, lower_is_better: bool) -> str:
    if _misses(best.value, criteria, lower_is_better=lower_is_better):
        return f"the best value is {best.value:g}, the threshold {criteria.threshold:g}; change the threshold"
    if criteria.bound == "Point" or best.n is None:
        return ""
    found = _interval(best, criteria, confidence)
    if found is None:
        could = best.span is None and best.n >= _UNRANGED_FROM
        said = f"it is on a bound, and {best.n} samples give no interval; raise numExamples or set bound: Point"
        return "" if could else said
    end, name = (found.high, "upper") if lower_is_better else (found.low, "lower")
    if not _misses(end, criteria, lower_is_better=lower_is_better):
        return ""
    return (
        f"a flawless result of {best.n} samples has its {name} bound at {end:.4g} ({found.method}),"
        f" the threshold is {criteria.threshold:g}; raise numExamples or set bound: Point"
    )


def _interval(best: Estimate, criteria: PassCriteria, confidence: float) -> Interval | None:
    """Of a result in which every sample has the best value; of a quantile, where order statistics have one."""
    if criteria.measure in _QUANTILES and best.n is not None:
        found = quantile.interval(range(best.n), _QUANTILES[criteria.measure], confidence)
        return Interval(best.value, best.value, found.method) if found else None
    return estimate.interval(best, confidence)


def _misses(figure: float, criteria: PassCriteria, *, lower_is_better: bool) -> bool:
    if lower_is_better:
        return figure > criteria.threshold + TOLERANCE
    return figure < criteria.threshold - TOLERANCE
