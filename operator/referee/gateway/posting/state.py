"""How far a job is that waits: what its annotation says, computed from the frozen plan and what the store counts.

An outcome of pure arithmetic, so that any replica comes to the same, and after a crash again. `revision` is the
store's: it grows with each accepted post, and tells which of two texts is the newer one.
"""

import json
from dataclasses import asdict, dataclass
from typing import Any, Self

from referee.gateway.posting.awaited import Awaited
from referee.store import Posting, Tally


@dataclass(frozen=True, slots=True)
class State:
    """What the annotation says."""

    revision: int
    outputs: int
    """Samples that there are, each epoch counted."""
    scores: int
    """Of those that are waited for, how many are there."""
    pending: int | None
    """How many are not; None while there may be more samples."""
    outputs_complete: bool
    told: bool
    """The run takes no more."""
    complete: bool
    first_attempt: int
    """Of the plan that this is about."""
    last: str
    """When something was last posted; RFC 3339."""

    def text(self) -> str:
        """As it is written."""
        return json.dumps({_camel(name): value for name, value in asdict(self).items()}, separators=(",", ":"))

    @classmethod
    def of(cls, awaited: Awaited, posting: Posting, tally: Tally) -> Self:
        """How far it is."""
        scores = sum(tally.settled.values())
        pending = len(awaited.scores) * tally.samples - scores
        outputs = _outputs_complete(awaited, posting, tally)
        asked = bool(awaited.scores) or awaited.outputs
        found = awaited.completion == "Auto" and asked and outputs and pending == 0
        return cls(
            revision=posting.revision,
            outputs=tally.samples,
            scores=scores,
            pending=pending if outputs else None,
            outputs_complete=outputs,
            told=posting.closed is not None,
            complete=posting.closed is not None or found,
            first_attempt=awaited.first_attempt,
            last=posting.last.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        )


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _outputs_complete(awaited: Awaited, posting: Posting, tally: Tally) -> bool:
    """Whether every sample is there: the run's own once it waits for scores, posted ones once nobody expects more."""
    if posting.outputs_closed is not None:
        return True
    if not awaited.outputs:
        return awaited.waiting
    return awaited.completion == "Auto" and awaited.expected is not None and tally.samples >= awaited.expected


def place_of(text: str | None) -> tuple[int, int]:
    """Which of two annotations is the newer one: the plan's first attempt, and the revision; zeros: none of ours."""
    try:
        found: Any = json.loads(text or "{}")
        return int(found.get("firstAttempt", 0)), int(found.get("revision", 0))
    except (ValueError, TypeError, AttributeError, RecursionError):
        return 0, 0
