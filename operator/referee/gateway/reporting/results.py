"""From an event to the document that is kept on a child: the adapter's own, or one made of what an SDK tells.

Everything here is a function of the event, no clock: the same event posted twice must come to the same document,
else its repetition would be refused as another result.
"""

import math
import re
from dataclasses import dataclass
from typing import Any

from referee.core import result
from referee.core.children import Progress
from referee.gateway.errors import Malformed, TooLarge, Unknown
from referee.gateway.reporting.children import Caller
from referee.gateway.reporting.wire import Event, Json, parse

_KEYS = ("status", "metrics", "samples", "slices", "reason", "message", "retryable", "truncated", "completedAt")
"""What a result is made of; anything else could not be cut to size."""
_FIELD = re.compile(r"_(stderr|ci_lower|ci_upper)$")
_STATUS = {"completed": "Completed", "failed": "Failed"}


@dataclass(frozen=True, slots=True)
class Report:
    """What an event carries; at most one of the three."""

    final: Json | None = None
    partial: Json | None = None
    progress: Progress | None = None


def read_report(raw: bytes, caller: Caller) -> Report:
    """What the body of an event carries, checked and cut to size.

    Raises:
        Malformed: it is no event.
        Unknown: it is not about the caller's benchmark.
        TooLarge: what must be kept of it is too much.
    """
    event = parse(raw)
    _of_the_caller(event, caller)
    told = event.referee.progress
    return Report(
        final=_fitted(_final_of(event), caller.kept),
        partial=_fitted(_partial_of(event), caller.kept),
        progress=Progress(told.total, told.done, told.errors) if told else None,
    )


def _of_the_caller(event: Event, caller: Caller) -> None:
    told = (event.provider_id, event.id, event.benchmark_index)
    own = (caller.provider, caller.benchmark, caller.index)
    if told != own:
        raise Unknown(
            f"the event is about provider, benchmark and index {told}; this credential's are {own}: copy them from"
            " job.json"
        )


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
        return document
    if event.status == "failed":
        return _failure(event)
    if event.status == "completed" and event.metrics is not None:
        return _flat(event, event.metrics)
    return None


def _partial_of(event: Event) -> Json | None:
    """What an event says was done so far, None if nothing."""
    return None if event.referee.partial is None else _checked(event.referee.partial, "referee.partial")


def _fitted(document: Json | None, kept: frozenset[str]) -> Json | None:
    """The document within the size of an annotation; metrics that the plan names survive."""
    if document is None:
        return None
    wanted = {_base(name) for name in kept}
    names = [metric["name"] for metric in document.get("metrics") or ()]
    small = result.cut(document, frozenset(name for name in names if _base(name) in wanted))
    if len(result.canonical(small)) > result.MAX_BYTES:
        raise TooLarge(f"the result is over {result.MAX_BYTES} bytes even when cut: shorten its names and texts")
    return small


def _base(name: str) -> str:
    """The metric that a reported name belongs to: `acc` for `acc,none` and `acc_stderr,none`."""
    return _FIELD.sub("", name.partition(",")[0])


def _checked(document: Json, where: str) -> Json:
    known = {key: document[key] for key in _KEYS if document.get(key) is not None}
    try:
        result.from_document(known)
        result.canonical(known)
    except (ValueError, OverflowError, RecursionError) as error:
        raise Malformed(f"{where}: {error}") from None
    return known


def _failure(event: Event) -> Json:
    said = event.error_message
    document = {
        "status": "Failed",
        "reason": said.message_code if said else "",
        "message": (said and said.message) or "the adapter reported a failure without saying why",
    }
    return _dated(document, event)


def _flat(event: Event, metrics: Json) -> Json:
    """A result from pairs of name and value, all that the SDK sends of one."""
    numbers = {name: value for name, value in metrics.items() if isinstance(value, int | float)}
    document: Json = {
        "status": "Completed",
        "metrics": [{"name": name, "value": _finite(name, value)} for name, value in numbers.items()],
    }
    if texts := [name for name in metrics if name not in numbers]:
        document["message"] = f"left out, since they are no numbers: {', '.join(texts)}"
    return _checked(_dated(document, event), "metrics")


def _finite(name: str, value: Any) -> float:  # noqa: ANN401 - a JSON number
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise Malformed(f"metrics.{name} is beyond what a number can be: leave it out, or post status failed")
    return number


def _dated(document: Json, event: Event) -> Json:
    return document if event.completed_at is None else {**document, "completedAt": event.completed_at}
