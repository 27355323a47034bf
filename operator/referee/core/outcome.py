"""What a result means for its benchmark's status: the numbers, or why they are none."""

import re
from dataclasses import dataclass
from typing import Any

from referee.api.conditions import Reason
from referee.api.runplan import PlannedBenchmark
from referee.core import metrics
from referee.core.children import Trouble
from referee.core.result import Result, Samples

_WORD = re.compile(r"[A-Z][A-Za-z0-9]{1,63}")
_SHARED = frozenset({Reason.ADAPTER_ERROR, Reason.INVALID_PARAMETERS, Reason.NO_METRICS, Reason.RESULT_REFUSED})
"""Reasons that mean the same from an adapter as from us."""
_TRUNCATED = Trouble(
    Reason.RESULT_TRUNCATED,
    "no gateway took the result while its pod could wait; this is the pod's termination message, as far as it fitted",
)


@dataclass(frozen=True, slots=True)
class Values:
    """The fields of a benchmark's status that a result fills."""

    fields: dict[str, Any]
    refused: Trouble | None = None
    """Why a result that claims to be complete is a failure."""
    note: Trouble | None = None
    """What a result that counts lacks: its primary metric, or what did not fit where it came from."""


def of(planned: PlannedBenchmark, result: Result, confidence: float) -> Values:
    """The numbers of a result, the primary metric first, so that a cut never takes it.

    Success without a single metric, or with nothing scored, is a failure: 0/0 is no score. Of an evaluation it is none
    while scores are still to be posted, nor where its evaluators give texts and no numbers.
    """
    reading = metrics.read(result, planned, confidence)
    primary = reading.primary.value
    rest = [value for value in reading.values if value is not primary]
    counts = result.samples
    fields = {
        "metrics": [*([primary] if primary else []), *rest],
        "primary": primary,
        "samples": counts.total,
        "errors": counts.errors,
        "unscored": _unscored(counts),
        "pending": counts.pending,
        "truncated": result.truncated or result.undelivered or None,
        "result_digest": result.digest or None,
    }
    worded = any(evaluator.n for evaluator in result.reported.evaluators)
    if not reading.values and not counts.pending and not worded:
        said = "; ".join(reading.problems) or _nothing_scored(result)
        return Values(fields, Trouble(Reason.NO_METRICS, said))
    missing = reading.primary
    if planned.primary_score is not None and missing.reason is not None:
        return Values(fields, note=Trouble(missing.reason, missing.message))
    return Values(fields, note=_TRUNCATED if result.digest == "" and fields["truncated"] else None)


def _nothing_scored(result: Result) -> str:
    """Why there is no metric, as far as its evaluators say."""
    causes = [
        f"{evaluator.name}: " + ", ".join(f"{cause} {size}" for cause, size in sorted(evaluator.causes.items()))
        for evaluator in result.reported.evaluators
        if evaluator.causes
    ]
    if causes:
        return f"not one sample was scored; causes by evaluator: {'; '.join(causes)}"
    return "the adapter reported success without a single metric"


def failure(result: Result) -> Trouble:
    """What a failed result says: the adapter's own word for it, unless that is one of ours that it cannot know.

    An adapter that called its error ChildLost or DeadlineExceeded would decide about retries, and mislead people.
    """
    own = _WORD.fullmatch(result.reason) is not None
    if own and (Reason.named(result.reason) is None or result.reason in _SHARED):
        return Trouble(result.reason, result.message)
    said = f"{result.reason}: {result.message}" if result.reason else result.message
    return Trouble(Reason.ADAPTER_ERROR, said)


def _unscored(counts: Samples) -> int | None:
    """As the adapter says, else what is left of those that were attempted."""
    if counts.unscored is None and counts.total is not None and counts.scored is not None:
        return max(0, counts.total - counts.scored)
    return counts.unscored
