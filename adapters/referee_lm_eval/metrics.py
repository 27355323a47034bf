"""From the harness's result table to metrics with n, standard error and type.

The harness keys a number by `metric,filter`. A metric with one filter keeps its plain name, since there is nothing
to confuse it with; with several each is `metric,filter`. Its standard error is taken over; n is counted from the
samples, because the table's count is per task and not per metric. A number that is not finite is left out and
named in the result's message.

Boolean (a share of right answers, for which a proportion's interval holds) is what the catalogue says, or for
metrics outside the catalogue the harness's names for it, and then only if each sample's value is 0 or 1 and the
mean is a whole number of samples.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from referee_adapter import JobSpec, Metric, MetricType, Slice

Json = dict[str, Any]
_RIGHT_OR_WRONG = {"acc", "acc_norm", "acc_bytes", "exact_match", "em", "prompt_level_strict_acc"}
_NOT_METRICS = {"name", "alias", "sample_len", "sample_count"}


@dataclass(frozen=True, slots=True)
class Summary:
    """The numbers of one benchmark."""

    metrics: tuple[Metric, ...]
    slices: tuple[Slice, ...]
    dropped: tuple[str, ...]
    """Metrics whose value is not a finite number."""


def summarise(results: Json, name: str, spec: JobSpec) -> Summary:
    """Read the harness's results.

    Args:
        results: what `simple_evaluate` returned, with samples.
        name: the task, group or tag that was run.
        spec: for the primary metric's name and the catalogue's types.
    """
    table, samples = results["results"], results["samples"]
    reader = _Reader(samples, spec)
    dropped: list[str] = []
    tasks = [task for task in samples if table[task].get("sample_len")]
    whole = table.get(name, {})
    if _numbers(whole):
        metrics = reader.metrics(whole, tasks if name not in samples else [name], dropped)
    else:
        metrics = reader.metrics(_pooled([table[task] for task in tasks], samples), tasks, dropped)
    parts = [] if name in samples else [("subset", task, [task]) for task in tasks]
    inner = [group for group in results.get("group_subtasks", {}) if group != name and _numbers(table.get(group, {}))]
    parts += [("group", group, _leaves(group, results["group_subtasks"])) for group in inner]
    ignored: list[str] = []
    slices = [Slice(by, value, tuple(reader.metrics(table[value], leaves, ignored))) for by, value, leaves in parts]
    return Summary(tuple(metrics), tuple(part for part in slices if part.metrics), tuple(dropped))


class _Reader:
    """Makes metrics of one entry of the table."""

    def __init__(self, samples: dict[str, list[Json]], spec: JobSpec) -> None:
        self._samples = samples
        self._primary = spec.primary_metric
        self._types = {metric.name: metric.type for metric in spec.metrics}

    def metrics(self, entry: Json, tasks: Iterable[str], dropped: list[str]) -> list[Metric]:
        numbers = _numbers(entry)
        tasks = list(tasks)
        metrics = []
        for (metric, filter_), value in numbers.items():
            name = self._name(metric, filter_, numbers)
            if not math.isfinite(value):
                dropped.append(name)
                continue
            values = [record.get(metric) for task in tasks for record in self._samples[task] if _is(record, filter_)]
            known = [item for item in values if item is not None]
            stderr = entry.get(f"{metric}_stderr,{filter_}")
            metrics.append(
                Metric(
                    name=name,
                    value=value,
                    stderr=_finite(stderr),
                    n=len(known) or None,
                    type=self._type(name, metric, value, known),
                )
            )
        return metrics

    def _name(self, metric: str, filter_: str, numbers: dict[tuple[str, str], float]) -> str:
        full = f"{metric},{filter_}"
        alone = sum(other == metric for other, _ in numbers) == 1
        return metric if alone and full != self._primary else full

    def _type(self, name: str, metric: str, value: float, values: list[Any]) -> MetricType:
        declared = self._types.get(name) or ("Boolean" if metric in _RIGHT_OR_WRONG else "Numerical")
        right = value * len(values)
        whole = bool(values) and math.isclose(right, round(right), abs_tol=1e-6)
        return "Boolean" if declared == "Boolean" and whole and all(item in (0, 1) for item in values) else "Numerical"


def _pooled(entries: list[Json], samples: dict[str, list[Json]]) -> Json:
    """The mean over all samples, where the harness gives no number for a set of tasks.

    Only for metrics that every task has, and by the harness's own formulas, so that it is the number which a group
    that weighs by size would have had.
    """
    from lm_eval.api.metrics import aggregate_subtask_metrics, pooled_sample_stderr  # noqa: PLC0415 - slow

    pooled: Json = {}
    common = set.intersection(*(set(_numbers(entry)) for entry in entries)) if entries else set()
    for metric, filter_ in sorted(common):
        values = [entry[f"{metric},{filter_}"] for entry in entries]
        errors = [entry.get(f"{metric}_stderr,{filter_}") for entry in entries]
        sizes = [sum(_is(record, filter_) for record in samples[entry["name"]]) for entry in entries]
        pooled[f"{metric},{filter_}"] = float(aggregate_subtask_metrics(values, sizes))
        if all(_is_number(error) for error in errors) and sum(sizes) > len(sizes):
            pooled[f"{metric}_stderr,{filter_}"] = float(pooled_sample_stderr(errors, sizes))
    return pooled


def _numbers(entry: Json) -> dict[tuple[str, str], float]:
    numbers = {}
    for key, value in entry.items():
        metric, _, filter_ = key.rpartition(",")
        if metric and key not in _NOT_METRICS and not metric.endswith("_stderr") and _is_number(value):
            numbers[metric, filter_] = float(value)
    return numbers


def _leaves(group: str, members: dict[str, list[str]]) -> list[str]:
    return [leaf for name in members[group] for leaf in (_leaves(name, members) if name in members else [name])]


def _finite(stderr: Any) -> float | None:  # noqa: ANN401 - a number, "N/A" or nothing
    return float(stderr) if _is_number(stderr) and math.isfinite(stderr) else None


def _is(record: Json, filter_: str) -> bool:
    return bool(record["filter"] == filter_)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) or type(value).__module__ == "numpy"
