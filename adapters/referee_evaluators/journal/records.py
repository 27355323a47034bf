"""A sample as a line of JSON, and back: what the journal keeps is what the results store shows.

A record holds all that is needed to go on without asking again: the output or the error, what it cost, and every score
with its reason. A sample that is kept already gets its new scores alone; if these have cost something, its record comes
again with that, since costs have no other place. `key` pairs it with the same question in another run. NaN has no word
in JSON and cannot come up: types of scores refuse it before.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from referee.core.evaluation.datapoint import Datapoint
from referee_evaluators.endpoint.ledger import Spent
from referee_evaluators.types import CallError, Output, Score, Usage

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
_tolerant = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str).encode
_OF_THE_READING = ("attempt", "cursor", "scores")
"""Fields that a journal adds to a record, and scores, which are lines of their own; a file's lines have no attempt."""
_OPTIONAL = ("value", "label", "explanation", "cause", "error", "duration")


@dataclass(slots=True)
class Finished:
    """A sample that is through."""

    datapoint: Datapoint
    epoch: int
    output: Output
    scores: Sequence[Score]
    kept: Mapping[str, Any] | None = None
    """The record of the sample, where there is one already; then only scores are added, and what they cost."""
    attempt: int = 1
    """Whose line it is."""
    spent: Mapping[str, Any] | None = None
    """Calls and tokens of the sample, judges and retries included, by this process."""
    prompt: Any = None
    """What was asked, where the datapoint alone does not say it."""


def line_of(finished: Finished, redact: Callable[[str], str]) -> bytes:
    """The record, with its newline."""
    if finished.kept is None:
        record = _sample(finished)
    else:
        record = _again(finished, finished.kept) if finished.spent else _identity(finished)
    record["scores"] = [score_wire(score) for score in finished.scores]
    try:
        text = _encode(record)
    except (TypeError, ValueError):
        text = _tolerant(_finite(record))
    return redact(text).encode(errors="replace") + b"\n"


def score_wire(score: Score) -> dict[str, Any]:
    """A score as JSON, without what is absent."""
    wire: dict[str, Any] = {"evaluator": score.evaluator, "source": score.source, "outcome": score.outcome}
    for name in _OPTIONAL:
        value = getattr(score, name)
        if value is not None:
            wire[name] = value
    if score.votes:
        wire["votes"] = list(score.votes)
    return wire


def score_of(wire: Mapping[str, Any]) -> Score:
    """A score that was kept or posted."""
    return Score(
        evaluator=wire["evaluator"],
        outcome=wire.get("outcome", "scored"),
        votes=tuple(wire.get("votes") or ()),
        source=wire.get("source", "adapter"),
        **{name: wire.get(name) for name in _OPTIONAL},
    )


def output_of(record: Mapping[str, Any]) -> Output:
    """The output of a sample that was kept or posted."""
    error, usage = record.get("error"), record.get("usage")
    if isinstance(error, str):
        error = {"cause": "infrastructure", "message": error}
    text = record.get("output")
    return Output(
        text=text if text is None or isinstance(text, str) else _tolerant(text),
        message=record.get("outputMessage"),
        usage=_usage_of(usage) if usage else None,
        latency=record.get("latency"),
        cost=record.get("cost"),
        error=CallError(error.get("cause", "infrastructure"), error.get("message", "")) if error else None,
        cached=bool(record.get("cached")),
    )


def _identity(finished: Finished) -> dict[str, Any]:
    return {"sample_id": finished.datapoint.id, "epoch": finished.epoch}


def _sample(finished: Finished) -> dict[str, Any]:
    datapoint, output = finished.datapoint, finished.output
    record = _identity(finished)
    record |= {"input": datapoint.input, "target": datapoint.target, "output": output.text, "key": datapoint.key}
    error, usage, latency = output.error, output.usage, output.latency
    for name, value in (
        ("messages", datapoint.messages),
        ("tools", datapoint.tools),
        ("metadata", datapoint.metadata or None),
        ("prompt", finished.prompt),
        ("outputMessage", output.message),
        ("error", {"cause": error.cause, "message": error.message} if error else None),
        ("usage", _usage_wire(usage) if usage else None),
        ("latency", None if latency is None else round(latency, 6)),
        ("cost", output.cost),
        ("cached", output.cached or None),
        ("spent", finished.spent),
    ):
        if value is not None:
            record[name] = value
    return record


def _again(finished: Finished, kept: Mapping[str, Any]) -> dict[str, Any]:
    """The kept record with what is spent now: one of this attempt is replaced by it, an earlier one's still counts."""
    record = {name: value for name, value in kept.items() if name not in _OF_THE_READING}
    spent = Spent()
    if kept.get("attempt") == finished.attempt:
        spent.add(kept.get("spent") or {})
    spent.add(finished.spent or {})
    return record | {"spent": spent.wire()}


def _usage_wire(usage: Usage) -> dict[str, Any]:
    wire: dict[str, Any] = {"inputTokens": usage.input_tokens, "outputTokens": usage.output_tokens}
    return wire | {"estimated": True} if usage.estimated else wire


def _usage_of(wire: Mapping[str, Any]) -> Usage:
    return Usage(
        int(wire.get("inputTokens") or 0), int(wire.get("outputTokens") or 0), estimated=bool(wire.get("estimated"))
    )


def _finite(value: Any) -> Any:  # noqa: ANN401 - JSON, nearly
    if isinstance(value, float):
        return value if value - value == 0 else None
    if isinstance(value, Mapping):
        return {str(name): _finite(inner) for name, inner in value.items()}
    return [_finite(inner) for inner in value] if isinstance(value, list | tuple) else value
