"""What an adapter reports, as it stands on the child Job and in a termination message.

Reading is tolerant of what is absent and strict about what is wrong: a number that is not finite, a metric
without a name, or text that is no JSON is a `ResultError`, never a value.

On a child stands what its status and its gates need, within 32 KiB. What goes first is what only people read.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from referee.core import reported
from referee.core.reported import Reported
from referee.core.resultfields import LARGEST, ResultError, count, number

__all__ = ["LARGEST", "MAX_BYTES", "SUMMARY", "ReportedMetric", "Result", "ResultError", "Samples"]
__all__ += ["canonical", "cut", "digest", "from_document", "from_text", "summary"]

MAX_BYTES = 32 * 1024
"""Of a result on a child Job: a patch with 32 KiB costs the control plane twice what a small one does."""


SUMMARY = (
    *("status", "metrics", "samples", "slices", "reason", "message", "retryable", "truncated", "completedAt"),
    *("evaluators", "score", "comparison", "usage", "datasetDigest", "datasetCount", "receipt"),
)
"""What of a result stands on its child; the rest is for readers of the results store."""


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
    pending: int | None = None
    """Still to be posted."""


@dataclass(frozen=True, slots=True)
class Result:
    """The final, or partial, outcome of one benchmark run."""

    status: Literal["Completed", "Failed"]
    metrics: tuple[ReportedMetric, ...] = ()
    samples: Samples = Samples()
    reported: Reported = field(default_factory=Reported)
    """The figures of an evaluation; empty for benchmarks of frameworks."""
    reason: str = ""
    message: str = ""
    retryable: bool = True
    truncated: bool = False
    undelivered: bool = False
    """The gateway never acknowledged it: there is no more of it anywhere than what was read."""
    digest: str = field(default="", compare=False)
    """Of the whole document, under which the results store has it; of what was read, where that is the whole."""


def _metric(entry: object) -> ReportedMetric:
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str) or not entry["name"]:
        raise ResultError(f"each of metrics must be an object with a name, not {entry!r:.80}")
    name, stderr, kind = entry["name"], entry.get("stderr"), entry.get("type")
    return ReportedMetric(
        name=name,
        value=number(entry.get("value"), f"metrics[{name}].value"),
        stderr=None if stderr is None else number(stderr, f"metrics[{name}].stderr"),
        n=count(entry.get("n"), f"metrics[{name}].n"),
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
            **{k: count(samples.get(k), f"samples.{k}") for k in ("total", "scored", "errors", "unscored", "pending")}
        ),
        reported=reported.read(document),
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
    """The document within `limit` bytes, if what must be kept of it is no more.

    It goes in this order, each list from its end: slices that no gate names, what evaluators say beyond their measures,
    measures and evaluators that are not gated, comparisons beyond the one that decides, metrics that no gate names,
    the message. What is left says `truncated` and carries the digest of the whole.
    """
    if len(canonical(document)) <= limit:
        return document
    small = {"digest": digest(document), **document, "truncated": True}
    for shorten in (_fewer_slices, _bare_evaluators, _fewer_evaluators, _fewer_comparisons):
        over = len(canonical(small)) - limit
        if over > 0:
            shorten(small, over)
    over = len(canonical(small)) - limit
    if over > 0:
        small["metrics"] = _without(over, document.get("metrics") or [], lambda metric: metric.get("name") in gated)
    if (over := len(canonical(small)) - limit) > 0:
        message = str(small.get("message", ""))
        small["message"] = message[: max(0, len(message) - over)]
    return small


def _fewer_slices(document: dict[str, Any], over: int) -> None:
    kept = _without(over, document.pop("slices", None) or [], _is_gated)
    if kept:
        document["slices"] = kept


def _bare_evaluators(document: dict[str, Any], _over: int) -> None:
    if document.get("evaluators"):
        beyond = ("choices", "distribution", "causes")
        document["evaluators"] = [
            {key: value for key, value in entry.items() if key not in beyond} for entry in document["evaluators"]
        ]


def _fewer_evaluators(document: dict[str, Any], over: int) -> None:
    """Of evaluators the measures that are not gated, then those of which none is."""
    if not document.get("evaluators"):
        return
    before = len(canonical(document))
    document["evaluators"] = [
        {**entry, "measures": [m for m in entry.get("measures", ()) if _is_gated(m)]}
        for entry in document["evaluators"]
    ]
    left = over - (before - len(canonical(document)))
    document["evaluators"] = _without(left, document["evaluators"], lambda entry: bool(entry["measures"]))


def _fewer_comparisons(document: dict[str, Any], over: int) -> None:
    comparison = document.get("comparison")
    if comparison and comparison.get("metrics"):
        kept = _without(over, comparison["metrics"], lambda metric: metric.get("name") == "score")
        document["comparison"] = {**comparison, "metrics": kept}


def _is_gated(entry: Mapping[str, Any]) -> bool:
    return entry.get("gated") is True


def _without(
    over: int, entries: list[dict[str, Any]], needed: Callable[[dict[str, Any]], bool]
) -> list[dict[str, Any]]:
    """The entries less `over` bytes, from the last on, or all that are needed.

    Each is measured once: a report may have a hundred thousand of them.
    """
    kept = []
    for entry in reversed(entries):
        if over > 0 and not needed(entry):
            over -= len(canonical(entry)) + len(",")
        else:
            kept.append(entry)
    return kept[::-1]
