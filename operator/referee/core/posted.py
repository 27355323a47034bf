"""What people and programs have posted for a job, as the gateway says it in one annotation of the EvaluationJob.

The posts themselves are in the results store, which the operator never reads. The annotation outlives every process,
so an operator that was down sees what came meanwhile.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from referee.api.names import ANNOTATION_STORE_REVISION


@dataclass(frozen=True, slots=True)
class Posted:
    """Counts, and whether that is all."""

    revision: int = 0
    outputs: int = 0
    """Samples with a posted output."""
    outputs_complete: bool = False
    """No more outputs come."""
    scores: int = 0
    pending: int | None = None
    """Scores that are still to come; None where nobody can say yet."""
    told: bool = False
    """Nothing more is taken: nothing is missing, or somebody said that this is all."""
    last: datetime | None = None
    """When something was posted last."""


def posted(annotations: Mapping[str, str], first_attempt: int) -> Posted:
    """What the annotation says of the run that began with this attempt.

    One of an earlier run of the job says nothing, and neither does one that cannot be read.
    """
    try:
        raw: Any = json.loads(annotations.get(ANNOTATION_STORE_REVISION, "{}"))
        if int(raw.get("firstAttempt", first_attempt)) != first_attempt:
            return Posted()
        pending, last = raw.get("pending"), raw.get("last")
        return Posted(
            revision=int(raw.get("revision", 0)),
            outputs=int(raw.get("outputs", 0)),
            outputs_complete=raw.get("outputsComplete") is True,
            scores=int(raw.get("scores", 0)),
            pending=None if pending is None else int(pending),
            told=raw.get("told") is True,
            last=datetime.fromisoformat(last) if last else None,
        )
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        return Posted()
