"""What an adapter reports, as it stands on the child Job and in a termination message.

Reading is tolerant of what is absent and strict about what is wrong: a number that is not finite, a metric
without a name, or text that is no JSON is a `ResultError`, never a value.
"""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any, Literal

MAX_BYTES = 32 * 1024
"""Of a result on a child Job: a patch with 32 KiB costs the control plane twice what a small one does."""


LARGEST = 1e300
"""Beyond it arithmetic overflows; NaN and infinity are not below it."""


_MOST = 2**53
"""Counts beyond it are not exact in JSON, and no status could hold them."""

SUMMARY = ("status", "metrics", "samples", "slices", "reason", "message", "retryable", "truncated", "completedAt")
"""What of a result stands on its child; the rest is for readers of the results store."""


class ResultError(ValueError):
    """What was read is not a result; the text says why."""


@dataclass(frozen=True, slots=True)
class ReportedMetric:
    """A metric as the adapter names and measures it."""

    name: str
    value: float
    stderr: float | None = None
    n: int | None = None
    type: Literal["Boolean", "Numerical"] | None = None


@dataclass(frozen=True, slots=True)
class Samples:
    """Counts; None where the adapter does not tell."""

    total: int | None = None
    scored: int | None = None
    errors: int | None = None
    unscored: int | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """The final, or partial, outcome of one benchmark run."""

    status: Literal["Completed", "Failed"]
    metrics: tuple[ReportedMetric, ...] = ()
    samples: Samples = Samples()
    reason: str = ""
    message: str = ""
    retryable: bool = True
    truncated: bool = False
    undelivered: bool = False
    """The gateway never acknowledged it: there is no more of it anywhere than what was read."""
    digest: str = field(default="", compare=False)
    """Of the whole document, under which the results store has it; of what was read, where that is the whole."""


def _number(value: object, what: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= LARGEST:
        raise ResultError(f"{what} must be a finite number, not {value!r}")
    return float(value)


def _count(value: object, what: str) -> int | None:
    if value is None:
        return None
    number = _number(value, what)
    if not 0 <= number <= _MOST or number != int(number):
        raise ResultError(f"{what} must be a whole number from 0 to 2^53, not {value!r}")
    return int(number)


def _metric(entry: object) -> ReportedMetric:
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str) or not entry["name"]:
        raise ResultError(f"each of metrics must be an object with a name, not {entry!r:.80}")
    name, stderr, kind = entry["name"], entry.get("stderr"), entry.get("type")
    return ReportedMetric(
        name=name,
        value=_number(entry.get("value"), f"metrics[{name}].value"),
        stderr=None if stderr is None else _number(stderr, f"metrics[{name}].stderr"),
        n=_count(entry.get("n"), f"metrics[{name}].n"),
        type=kind if kind in ("Boolean", "Numerical") else None,
    )


def from_document(document: object) -> Result:
    """A result from its JSON document.

    Raises:
        ResultError: naming the field and what is wrong with it.
    """
    if not isinstance(document, dict):
        raise ResultError("a result must be a JSON object")
    status = document.get("status")
    if status not in ("Completed", "Failed"):
        raise ResultError(f"status must be Completed or Failed, not {status!r}")
    metrics: Any = document.get("metrics", [])
    if not isinstance(metrics, list):
        raise ResultError("metrics must be a list")
    samples: Any = document.get("samples", {})
    if not isinstance(samples, dict):
        raise ResultError("samples must be an object")
    return Result(
        status=status,
        metrics=tuple(_metric(entry) for entry in metrics),
        samples=Samples(
            **{k: _count(samples.get(k), f"samples.{k}") for k in ("total", "scored", "errors", "unscored")}
        ),
        reason=str(document.get("reason") or ""),
        message=str(document.get("message") or ""),
        retryable=document.get("retryable") is not False,
        truncated=document.get("truncated") is True,
        undelivered=document.get("undelivered") is True,
        digest=_named(document),
    )


def _named(document: dict[str, Any]) -> str:
    """The digest that the document names, else its own; empty where what nobody reads of it is no JSON."""
    named = document.get("digest")
    if isinstance(named, str):
        return named
    try:
        return digest(document)
    except (ValueError, RecursionError):
        return ""


def from_text(text: str) -> Result:
    """A result from JSON text, for example an annotation.

    Raises:
        ResultError: if it is no JSON, or no result.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:  # ValueError: also a number of thousands of digits
        raise ResultError(f"not JSON: {error}") from None
    return from_document(document)


def digest(document: dict[str, Any]) -> str:
    """Identity of a result document: two posts of the same body are one result."""
    return hashlib.sha256(canonical(document).encode()).hexdigest()


def canonical(document: dict[str, Any]) -> str:
    """The document's one textual form."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False)


def summary(document: dict[str, Any], gated: frozenset[str], limit: int = MAX_BYTES) -> dict[str, Any]:
    """What of a result stands on its child, within `limit` bytes; it carries the whole's digest where it lacks any."""
    kept = {key: document[key] for key in SUMMARY if key in document}
    return cut(document if len(kept) == len(document) else {**kept, "digest": digest(document)}, gated, limit)


def cut(document: dict[str, Any], gated: frozenset[str], limit: int = MAX_BYTES) -> dict[str, Any]:
    """The document within `limit` bytes.

    Slices go first, then metrics from the last on that no gate names, then the message; what is left says
    `truncated` and carries the digest of the whole.
    """
    if len(canonical(document)) <= limit:
        return document
    small = {"digest": digest(document), **document, "truncated": True}
    small.pop("slices", None)
    small["metrics"] = []
    small["metrics"] = _within(document.get("metrics") or [], gated, limit - len(canonical(small)))
    if (over := len(canonical(small)) - limit) > 0:
        message = str(small.get("message", ""))
        small["message"] = message[: max(0, len(message) - over)]
    return small


def _within(metrics: list[dict[str, Any]], gated: frozenset[str], room: int) -> list[dict[str, Any]]:
    """The metrics that fit. Each is measured once: a report may have a hundred thousand of them."""
    sizes = [len(canonical(metric)) + len(",") for metric in metrics]
    over = sum(sizes) - len(",") - room
    kept = []
    for metric, size in zip(reversed(metrics), reversed(sizes), strict=True):
        if over > 0 and metric.get("name") not in gated:
            over -= size
        else:
            kept.append(metric)
    return kept[::-1]
