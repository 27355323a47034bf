"""Per-sample records: what was asked, what came back, what it scored; lost samples too, with the cause."""

from collections.abc import Sequence
from typing import Any

from referee_adapter import SampleWriter
from referee_lm_eval.model import Sample
from referee_lm_eval.troubles import CallError

Json = dict[str, Any]


def write_records(
    writer: SampleWriter,
    tasks: dict[str, Any],
    scored: dict[str, list[Json]],
    lost: dict[Sample, CallError],
    positions: dict[str, Sequence[int]],
) -> None:
    """Write one record per sample and filter.

    Args:
        writer: where to.
        tasks: the harness's task objects, after the run.
        scored: the harness's samples per task.
        lost: samples without an answer.
        positions: per task the chosen samples' positions in the data set.
    """
    for name, task in tasks.items():
        for sample in scored.get(name, []):
            writer.write(_scored(name, sample))
        first = {instance.doc_id: instance for instance in reversed(task.instances)}
        for (task_name, position), error in lost.items():
            if task_name == name:
                record = {"subset": name, "index": positions[name][position], "outcome": "unscored"}
                writer.write(record | {"input": first[position].args[0], "cause": error.cause, "error": error.message})


def _scored(task: str, sample: Json) -> Json:
    arguments = sample["arguments"]
    choices = [argument[1] for argument in arguments] if len(arguments) > 1 else None
    record = {
        "id": sample["doc_hash"],
        "subset": task,
        "index": sample["doc_id"],
        "filter": sample["filter"],
        "outcome": "scored",
        "input": arguments[0][0],
        "choices": choices,
        "target": sample["target"],
        "output": _only(sample["resps"]),
        "filtered": _only(sample["filtered_resps"]),
        "scores": {metric: sample[metric] for metric in sample["metrics"]},
    }
    return {key: value for key, value in record.items() if value is not None}


def _only(responses: list[Any]) -> object:
    """Unwrap the usual case of one request with one response."""
    value: object = responses
    while isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value
