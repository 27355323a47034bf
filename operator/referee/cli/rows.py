"""A finished job as the rows of its table: text, and nothing about how it is drawn."""

from collections.abc import Iterator
from dataclasses import replace

from referee.api.evaluationjob import EvaluationJob
from referee.api.runplan import RunPlan
from referee.api.status import TERMINAL, BenchmarkStatus, EvaluationJobStatus, Gate, MetricValue
from referee.cli.evaluation_rows import evaluation_rows
from referee.cli.row import Row, of_baseline, of_job
from referee.report import numbers, words
from referee.report.numbers import NOTHING


def rows(job: EvaluationJob) -> list[Row]:
    """The benchmarks in their order, each with its primary metric first; the job's score last."""
    status = job.status
    if status.plan is None:
        return []
    plan = RunPlan.model_validate(status.plan)
    if plan.evaluation is not None:
        return evaluation_rows(plan, status)
    gates = _gates(plan, status)
    found: list[Row] = []
    for name, planned, benchmark in zip(
        words.benchmark_names(status.benchmarks), plan.benchmarks, status.benchmarks, strict=True
    ):
        lower = bool(planned.primary_score and planned.primary_score.lower_is_better)
        found += _of_benchmark(name, benchmark, gates.get(planned.index), lower_is_better=lower)
    weighted = sum(b.weight > 0 for b in plan.benchmarks)
    return [*found, *of_baseline(status), *of_job(status, weighted)]


def _gates(plan: RunPlan, status: EvaluationJobStatus) -> dict[int, Gate]:
    """By benchmark. A benchmark may stand twice in a job, so the order tells whose gate is whose, not the subject."""
    gates = [g for g in (status.verdict.gates if status.verdict else ()) if g.subject not in ("job", "baseline")]
    gated = [b.index for b in plan.benchmarks if b.pass_criteria is not None]
    return dict(zip(gated, gates, strict=False))


def _of_benchmark(name: str, benchmark: BenchmarkStatus, gate: Gate | None, *, lower_is_better: bool) -> Iterator[Row]:
    primary = benchmark.primary
    decided = words.gate(gate, lower_is_better=lower_is_better) if gate else ""
    errors = NOTHING if benchmark.errors is None else str(benchmark.errors)
    partial = " (partial)" if benchmark.partial and primary else ""
    first = Row(errors=errors, gate=decided, outcome=gate.result if gate else None)
    if primary is None:
        yield replace(first, benchmark=name, metric=benchmark.reason or _without_metric(benchmark))
    else:
        yield replace(_of_metric(primary, first), benchmark=name + partial)
    for metric in benchmark.metrics:
        if metric != primary:
            yield _of_metric(metric, Row(secondary=True))


def _without_metric(benchmark: BenchmarkStatus) -> str:
    return "no primary metric" if benchmark.phase in TERMINAL else benchmark.phase.lower()


def _of_metric(metric: MetricValue, row: Row) -> Row:
    return replace(
        row,
        metric=metric.name,
        value=numbers.with_error(metric.value, metric.stderr),
        interval=numbers.interval(metric.ci_low, metric.ci_high, metric.method),
        n=NOTHING if metric.n is None else str(metric.n),
    )
