"""Before a run: how often its baseline gate will decide anything, at the number of samples that it has.

The choice among the tests is between a gate that seldom decides and one that seldom fires. Which it is here depends on
the number of samples, and is better known before the run than from a verdict. It rests on a supposition, which is said:
how many samples two equal models would answer differently. With fewer of them every gate decides more often.
"""

from referee.api.evaluationjob import EvaluationJob
from referee.api.runplan import FrozenBaseline, RunPlan
from referee.api.status import EvaluationJobStatus
from referee.core.stats import power
from referee.core.stats.estimate import Estimate

_DISCORDANCE = 0.1
"""Supposed, not measured: what it really is, only the comparison shows."""


def expected(before: EvaluationJobStatus, job: EvaluationJob) -> list[str]:
    """What the plan makes one expect, at the moment when there is one."""
    if before.plan is not None or job.status.plan is None or job.spec.baseline is None:
        return []
    return of_baseline(job, RunPlan.model_validate(job.status.plan))


def of_baseline(job: EvaluationJob, plan: RunPlan) -> list[str]:
    """What to expect of the baseline gate, a sentence each; nothing where there is none, or n is not known."""
    against = plan.baseline
    if against is None or against.test == "Point":
        return []
    if plan.evaluation is None:
        return [said for metric in against.metrics if (said := _unpaired(metric.name, against, job.spec.confidence))]
    n = _samples(job, plan)
    said = _paired(n, against, job.spec.confidence) if n else None
    return [said] if said else []


def _paired(n: int, against: FrozenBaseline, confidence: float) -> str | None:
    supposed = power.Difference(discordance=_DISCORDANCE)
    where = f"baseline {against.job}: of {n} samples, one in ten differing between equal models, {against.test}"
    if against.test == "NonInferiority":
        equal = power.non_inferiority(n, supposed, 0.0, against.max_regression, confidence)
        if equal is None:
            return None
        undecided = 1 - equal.passes - equal.fails
        return (
            f"{where} with maxRegression {against.max_regression:g} will pass an equally good model in"
            f" {equal.passes:.0%} of runs and leave {undecided:.0%} undecided"
        )
    worse = power.significant_regression(n, supposed, -0.05, confidence)
    return None if worse is None else f"{where} will let a model that is 0.05 worse pass in {worse.passes:.0%} of runs"


def _unpaired(name: str, against: FrozenBaseline, confidence: float) -> str | None:
    """Of a benchmark that is measured again as it was: only what both reported can be compared."""
    metric = next(m for m in against.metrics if m.name == name)
    same = Estimate(metric.value, metric.stderr, metric.n, metric.boolean, (0.0, 1.0) if metric.boolean else None)
    least = power.mde_unpaired(same, same, confidence)
    if least is None:
        return None
    return (
        f"baseline {against.job}: {name} is compared without its samples (n = {metric.n}); the least difference found"
        f" in four runs of five is {least:.3g}"
    )


def _samples(job: EvaluationJob, plan: RunPlan) -> int | None:
    """Samples, not their epochs, where the plan knows them."""
    block, planned = job.spec.evaluation, plan.evaluation
    if planned is not None and planned.count is not None:
        return planned.count // job.spec.execution.epochs.count
    return block.num_examples if block else None
