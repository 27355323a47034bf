"""What a user's function is called with, for each kind of entry point.

`log` and `testcase` have the keys that Humanloop's logs and datapoints have, as far as we know the values; the keys are
always there, with None where nothing is known, so that a function may ask for any of them. The values themselves are
the datapoint's own: a target that is an object in the dataset is one here, a text is a text.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from referee.core.evaluation.entrypoint import EntryPoint
from referee.core.evaluation.placeholders import as_text, both_ways
from referee_evaluators.sandbox.program import Call
from referee_evaluators.types import Sample


def arguments(entry: EntryPoint, sample: Sample) -> Call:
    """The call of this function for this sample."""
    if entry.kind == "Main":
        return Call([both_ways(unified(sample))], {})
    if entry.kind == "Evaluate":
        inputs = both_ways(unified(sample))
        texts = [as_text(inputs[name]) for name in ("llm_input", "llm_output")]
        return Call(texts, {name: inputs[name] for name in entry.keywords})
    if entry.kind == "Log":
        return Call([log(sample)], {})
    if entry.kind == "LogTestcase":
        return Call([log(sample), testcase(sample)], {})
    return Call([unified(sample)["output"], sample.datapoint.target], {})


def unified(sample: Sample) -> dict[str, Any]:
    """What every evaluator may know of a sample, under our names."""
    datapoint, output = sample.datapoint, sample.output
    usage = output.usage
    metrics = {
        "latency": output.latency,
        "cost": output.cost,
        "prompt_tokens": usage.input_tokens if usage else None,
        "completion_tokens": usage.output_tokens if usage else None,
        "total_tokens": usage.input_tokens + usage.output_tokens if usage else None,
        "total_request_tokens": usage.input_tokens if usage else None,
        "total_response_tokens": usage.output_tokens if usage else None,
    }
    return {
        "input": datapoint.input if datapoint.input is not None else _list(datapoint.messages),
        "output": output.text if output.text is not None else output.message,
        "target": datapoint.target,
        "messages": _list(datapoint.messages),
        "metadata": dict(datapoint.metadata),
        "metrics": {name: value for name, value in metrics.items() if value is not None},
    }


def log(sample: Sample) -> dict[str, Any]:
    """What was generated, without what was expected."""
    datapoint, output = sample.datapoint, sample.output
    usage = output.usage
    return {
        "id": f"{datapoint.id}-{sample.epoch}",
        "source_datapoint_id": datapoint.id,
        "inputs": _inputs(datapoint.input),
        "messages": _list(datapoint.messages),
        "tools": _list(datapoint.tools),
        "metadata": dict(datapoint.metadata),
        "output": output.text,
        "output_message": output.message,
        "duration": output.latency,
        "prompt_tokens": usage.input_tokens if usage else None,
        "output_tokens": usage.output_tokens if usage else None,
        "tokens": usage.input_tokens + usage.output_tokens if usage else None,
        "error": None,
    }


def testcase(sample: Sample) -> dict[str, Any]:
    """The datapoint, with what is expected."""
    datapoint = sample.datapoint
    return {
        "id": datapoint.id,
        "inputs": _inputs(datapoint.input),
        "messages": _list(datapoint.messages),
        "target": datapoint.target,
        "metadata": dict(datapoint.metadata),
    }


def _inputs(value: object) -> dict[str, Any]:
    """Named inputs as they are; one value under the name it has with us."""
    if isinstance(value, Mapping):
        return dict(value)
    return {} if value is None else {"input": value}


def _list(values: Sequence[Mapping[str, Any]] | None) -> list[dict[str, Any]] | None:
    return None if values is None else [dict(value) for value in values]
