"""What an event carries, as far as the agent must know: whose it is, whether it ends the run, and its result.

Whatever the adapter can be told at once it is told at once: it swallows the answer, but its log has it. Everything else
about an event is the gateway's to judge, whose answer comes when the adapter may be gone.
"""

import json
import math
from dataclasses import dataclass
from typing import Any, NoReturn

from referee_agent.settings import Job
from referee_agent.summary import short

Json = dict[str, Any]

NOT_JSON = "invalid_json_request"
"""Code of what cannot be read at all."""

_STATUSES = ("pending", "running", "completed", "failed")
_KEYS = ("status", "metrics", "samples", "reason", "message", "retryable", "truncated", "completedAt")


class EventError(Exception):
    """An event that no gateway would take; the text is for the adapter's log."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True)
class Event:
    """One event."""

    ends: bool
    """It says that the run is over."""
    replaceable: bool
    """A newer one of its kind makes it worthless: it says how far the run is."""
    result: Json | None
    """The final result in it, as the gateway makes it of the event, cut to what a termination message holds."""


def parse(raw: bytes, addressed: str, job: Job) -> Event:
    """What the body of a request carries.

    Args:
        raw: the body.
        addressed: the job that the request names.
        job: the one that this pod is for.

    Raises:
        EventError: it is no event, or not about this pod's benchmark.
    """
    try:
        document = json.loads(raw, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise EventError(400, NOT_JSON, f"the body is not JSON: {error}") from None
    event = document.get("benchmark_status_event") if isinstance(document, dict) else None
    if not isinstance(event, dict) or event.get("status") not in _STATUSES:
        said = f"benchmark_status_event must be an object with a status among {', '.join(_STATUSES)}"
        raise EventError(400, "request_validation_failed", said)
    if addressed != job.id:
        raise EventError(404, "resource_not_found", f"the job of this pod is {job.id!r}, not {addressed!r}")
    told = (event.get("provider_id"), event.get("id"), event.get("benchmark_index"))
    own = (job.provider, job.benchmark, job.index)
    if told != own:
        said = f"the event is about provider, benchmark and index {told}; this pod's are {own}: copy them from job.json"
        raise EventError(404, "resource_not_found", said)
    ends = event["status"] in ("completed", "failed")
    own_part = event.get("referee")
    extension: Json = own_part if isinstance(own_part, dict) else {}
    result = _result(event, extension) if ends else None
    return Event(ends, not ends and "partial" not in extension, result and short(result, job.primary))


def refusal(why: str) -> Json:
    """What stands for a result that nobody takes."""
    return {"status": "Failed", "reason": "ResultRefused", "message": f"what the adapter posted was refused: {why}"}


def _no_number(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number that can be reported; leave the metric out and say why in message")


def _result(event: Json, extension: Json) -> Json | None:
    """None for `completed` without numbers: some adapters announce their end before they post them."""
    if isinstance(given := extension.get("result"), dict):
        return {key: given[key] for key in _KEYS if given.get(key) is not None} | _listed(given.get("metrics"))
    dated = {"completedAt": event["completed_at"]} if isinstance(event.get("completed_at"), str) else {}
    if event["status"] == "failed":
        return {"status": "Failed", **_why(event.get("error_message")), **dated}
    metrics = event.get("metrics")
    if not isinstance(metrics, dict):
        return None
    numbers = {name: number for name, value in metrics.items() if (number := _number(value)) is not None}
    listed = [{"name": name, "value": value} for name, value in numbers.items()]
    texts = [name for name in metrics if name not in numbers]
    left_out = {"message": f"not among the metrics, since they are no numbers: {', '.join(texts)}"} if texts else {}
    return {"status": "Completed", "metrics": listed, **left_out, **dated}


def _listed(metrics: object) -> Json:
    entries = metrics if isinstance(metrics, list) else []
    return {"metrics": [entry for entry in entries if isinstance(entry, dict) and isinstance(entry.get("name"), str)]}


def _why(said: object) -> Json:
    told = said if isinstance(said, dict) else {}
    reason, message = told.get("message_code"), told.get("message")
    return {
        "reason": reason if isinstance(reason, str) else "",
        "message": (isinstance(message, str) and message) or "the adapter reported a failure without saying why",
    }


def _number(value: object) -> float | None:
    if not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None
