"""A run as data for programs: one document, or rows of figures."""

from collections.abc import Iterator
from typing import Any

from referee.report.runview import Document, RunView, mapping, number_of, objects

FIELDS = (
    *("benchmark", "provider", "index", "phase", "attempt", "metric", "measure", "primary", "value", "stderr"),
    *("ciLow", "ciHigh", "method", "n", "errors", "unscored", "pending", "partial", "reason"),
)
"""The columns of `rows`."""
_OUTCOME = (
    *("phase", "attempt", "startTime", "completionTime", "score", "scoreStderr", "scoreCiLow", "scoreCiHigh"),
    *("verdict", "evaluators", "comparison", "usage", "provenance"),
)
"""What of status is the outcome, and not how it came about."""


def merged(view: RunView) -> dict[str, Any]:
    """What status says of the outcome, and below each benchmark what its adapter reported."""
    status, metadata, model = view.status, mapping(view.job.get("metadata")), mapping(view.spec.get("model"))
    benchmarks = [
        dict(b) | ({"result": dict(view.results[b["index"]])} if b.get("index") in view.results else {})
        for b in objects(status.get("benchmarks"))
    ]
    named = {"name": metadata.get("name"), "namespace": metadata.get("namespace")}
    called = {"model": model.get("name"), "url": model.get("url")}
    outcome = {field: status[field] for field in _OUTCOME if field in status}
    return {**named, **called, **outcome, "benchmarks": benchmarks}


def rows(view: RunView) -> Iterator[dict[str, Any]]:
    """A row a metric, and one for each measure of an evaluator; one without a metric where there is none."""
    for benchmark in objects(view.status.get("benchmarks")):
        head = {**benchmark, "benchmark": benchmark.get("id")}
        full = mapping(view.results.get(benchmark.get("index", -1)))
        primary = mapping(benchmark.get("primary")).get("name")
        for metric in _metrics(benchmark, full) or [{}]:
            name = metric.get("name")
            own = {"measure": None if name is None else "Mean", "primary": None if name is None else name == primary}
            yield {**head, **metric, "metric": name, **own}
        for evaluator in objects(full.get("evaluators")):
            yield from _of_evaluator(head, evaluator)


def _metrics(benchmark: Document, full: Document) -> list[Document]:
    """Those of status, which have intervals, then the adapter's others; those of evaluators come by themselves."""
    evaluators = {evaluator.get("name") for evaluator in objects(full.get("evaluators"))}
    known = {metric.get("name"): metric for metric in objects(benchmark.get("metrics"))}
    reported = [metric for metric in objects(full.get("metrics")) if metric.get("name") not in known]
    return [metric for metric in [*known.values(), *reported] if metric.get("name") not in evaluators]


def _of_evaluator(head: Document, evaluator: Document) -> Iterator[dict[str, Any]]:
    counts = {field: evaluator.get(field) for field in ("errors", "unscored", "pending")}
    for measure in objects(evaluator.get("measures")):
        if number_of(measure.get("value")) is not None:
            yield {**head, **measure, **counts, "metric": evaluator.get("name"), "primary": False}
