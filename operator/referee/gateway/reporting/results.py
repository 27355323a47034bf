"""From an event to the document that is kept of it: the adapter's own, or one made of what an SDK tells.

Everything here is a function of the event, no clock: the same event posted twice must come to the same document,
else its repetition would be refused as another result. The document is whole; who keeps it cuts it to what fits.
"""

import math
from dataclasses import dataclass
from typing import Any

from referee.core import result
from referee.core.children import Progress
from referee.gateway.errors import Malformed, Unknown
from referee.gateway.reporting.children import Caller
from referee.gateway.reporting.wire import Event, Json, MessageInfo, parse

_STATUS = {"completed": "Completed", "failed": "Failed"}
_ORIGINS = ("adapter", "sdk", "server", "runtime")


@dataclass(frozen=True, slots=True)
class Report:
    """What an event carries; at most one of the three."""

    final: Json | None = None
    partial: Json | None = None
    progress: Progress | None = None


def read_report(raw: bytes, caller: Caller) -> Report:
    """What the body of an event carries, checked.

    Raises:
        Malformed: it is no event.
        Unknown: it is not about the caller's benchmark.
    """
    event = parse(raw)
    _of_the_caller(event, caller)
    if (partial := event.referee.partial) is not None:
        return Report(partial=_checked(partial, "referee.partial"))
    if event.status in _STATUS:
        return Report(final=_final_of(event))
    return Report(progress=_progress_of(event))


def _of_the_caller(event: Event, caller: Caller) -> None:
    told = (event.provider_id, event.id, event.benchmark_index)
    own = (caller.provider, caller.benchmark, caller.index)
    if told != own:
        raise Unknown(
            f"the event is about provider, benchmark and index {told}; this credential's are {own}: copy them from"
            " job.json"
        )


def _progress_of(event: Event) -> Progress:
    told = event.referee.progress
    phase = event.phase or ""
    return Progress(told.total, told.done, told.errors, phase) if told else Progress(phase=phase)


def _final_of(event: Event) -> Json | None:
    """The final result in an event, None if there is none.

    `completed` without any metrics is none: some adapters announce their end before they post the numbers, and the
    first final result is the one that stays.

    Raises:
        Malformed: there is one and it cannot be read.
    """
    if event.referee.result is not None:
        document = _checked(event.referee.result, "referee.result")
        if document["status"] != _STATUS[event.status]:
            raise Malformed(f"status is {event.status} but referee.result.status is {document['status']}")
        return _sound({**_told(event), **document}, "the event")
    if event.status == "failed":
        return _sound({**_told(event), **_failure(event.error_message)}, "the event")
    if event.metrics is not None:
        return _flat(event, event.metrics)
    return None


def _checked(document: Json, where: str) -> Json:
    return _sound({key: document[key] for key in result.SUMMARY if document.get(key) is not None}, where)


def _sound(document: Json, where: str) -> Json:
    """The document, if it can be read and written."""
    try:
        result.from_document(document)
        result.canonical(document)
    except (ValueError, OverflowError, RecursionError) as error:
        raise Malformed(f"{where}: {error}") from None
    return document


def _told(event: Event) -> Json:
    """What an event says besides its numbers, whoever made it; what it does not say is not there."""
    told: Json = {
        "phase": event.phase,
        "startedAt": event.started_at,
        "completedAt": event.completed_at,
        "messageOrigin": event.error_message and _origin(event.error_message),
        "warning": event.warning_message and _message(event.warning_message),
        "overallScore": _score(event.overall_score),
        "artifacts": event.artifacts or None,
        "additionalInfo": event.additional_info or None,
        "mlflowRunId": event.mlflow_run_id,
        "logsPath": event.logs_path,
    }
    return {key: value for key, value in told.items() if value is not None}


def _score(told: Any) -> float | int | None:  # noqa: ANN401 - whatever JSON stands there
    if isinstance(told, bool) or not isinstance(told, int | float) or not abs(told) <= result.LARGEST:
        return None
    return told


def _failure(said: MessageInfo | None) -> Json:
    said = said or MessageInfo()
    return {
        "status": "Failed",
        "reason": said.message_code,
        "message": said.message or "the adapter reported a failure without saying why",
        "messageOrigin": _origin(said),
    }


def _message(said: MessageInfo) -> Json:
    return {"message": said.message, "messageCode": said.message_code, "messageOrigin": _origin(said)}


def _origin(said: MessageInfo) -> str:
    return said.message_origin if said.message_origin in _ORIGINS else "runtime"


def _flat(event: Event, metrics: Json) -> Json:
    """A result from pairs of name and value, all that the SDK sends of one."""
    numbers = {name: value for name, value in metrics.items() if isinstance(value, int | float)}
    types = {entry.name: entry.type for entry in event.metrics_schema or ()}
    document: Json = {
        **_told(event),
        "status": "Completed",
        "metrics": [{"name": name, "value": _finite(name, value)} for name, value in numbers.items()],
        "metricsSchema": [{"name": name, "type": types.get(name, "numeric")} for name in metrics],
    }
    if others := {name: value for name, value in metrics.items() if name not in numbers}:
        document["otherMetrics"] = others
        document["message"] = f"not among the metrics, since they are no numbers: {', '.join(others)}"
    return _sound(document, "metrics")


def _finite(name: str, value: Any) -> float:  # noqa: ANN401 - a JSON number
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise Malformed(f"metrics.{name} is beyond what a number can be: leave it out, or post status failed")
    return number
