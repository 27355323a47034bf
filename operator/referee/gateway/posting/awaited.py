"""What a job waits for from outside, as its spec and its frozen plan have it.

Read from the object once, when the watch tells of it, and defensively: what no operator writes is no reason to end the
watch of all the others.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from referee.api import scoretype
from referee.api.runplan import EVALUATION
from referee.api.status import TERMINAL
from referee.core.evaluation.scoretype import ScoreType
from referee.runtime.kube import Object

_FROM_OUTSIDE = ("External", "Human")
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class AwaitedScore:
    """A score that somebody else gives."""

    evaluator: str
    """`name`, or `name.key` of one that gives several."""
    human: bool
    labels: int
    """How many a sample needs."""
    type: ScoreType
    """What a score of it is."""


@dataclass(frozen=True, slots=True)
class Awaited:
    """What may be posted into a job, and when that is all."""

    index: int
    first_attempt: int
    outputs: bool
    """Outputs are posted, too."""
    scores: tuple[AwaitedScore, ...]
    own: frozenset[str]
    """Evaluators that the run itself asks."""
    open: bool
    """Scores of evaluators that nobody declared are kept, too."""
    completion: str
    """Auto, Explicit or Idle."""
    idle: timedelta
    deadline: timedelta
    """From when it began to wait."""
    expected: int | None
    """Outputs in all, epochs included, where that is known beforehand."""
    phase: str
    """Of the benchmark."""
    since: datetime | None
    """Since when it waits."""
    closing: bool
    """The attempt that reads what was posted, and ends the run, has begun."""

    @property
    def over(self) -> bool:
        """Whether it is decided."""
        return self.phase in TERMINAL

    @property
    def waiting(self) -> bool:
        """Whether an attempt has ended that had to leave scores to others."""
        return self.phase == "AwaitingResults" and not self.outputs

    @property
    def labels(self) -> dict[str, int]:
        """Scores that a sample needs, by evaluator."""
        return {score.evaluator: score.labels for score in self.scores}


def awaited_of(obj: Object) -> Awaited | None:
    """What the job waits for; None: nothing, or nothing yet."""
    try:
        return _awaited(obj)
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def _awaited(obj: Object) -> Awaited | None:
    spec, status = obj.get("spec") or {}, obj.get("status") or {}
    asked, plan = spec.get("evaluation"), (status.get("plan") or {}).get("evaluation")
    if not asked or not plan:
        return None
    scores = tuple(score for planned in plan["evaluators"] for score in _scores_of(planned))
    outputs, open_ = asked.get("generation") == "External", bool(asked.get("openEvaluators"))
    if not scores and not outputs and not open_:
        return None
    planned = next(entry for entry in status["plan"]["benchmarks"] if entry["id"] == EVALUATION)
    rows: list[Object] = status.get("benchmarks") or []
    row: Object = next((row for row in rows if row["index"] == planned["index"]), {})
    waits = spec.get("externalResults") or {}
    return Awaited(
        index=int(planned["index"]),
        first_attempt=int(planned.get("journalFirst") or 1),
        outputs=outputs,
        scores=scores,
        own=frozenset(e["name"] for e in plan["evaluators"] if e["type"] not in _FROM_OUTSIDE),
        open=open_,
        completion=waits.get("completion") or "Auto",
        idle=timedelta(seconds=waits.get("idleSeconds") or 300),
        deadline=timedelta(seconds=waits.get("deadlineSeconds") or _DAY),
        expected=plan.get("count"),
        phase=row.get("phase") or "",
        since=datetime.fromisoformat(row["awaitingSince"]) if row.get("awaitingSince") else None,
        closing=row.get("stage") == "Closing",
    )


def _scores_of(planned: Mapping[str, Any]) -> list[AwaitedScore]:
    if planned["type"] not in _FROM_OUTSIDE:
        return []
    human = planned["type"] == "Human"
    labels = int((planned.get("human") or {}).get("minLabels") or 1) if human else 1
    name, outputs = planned["name"], planned.get("outputs") or ()
    given = {f"{name}.{output['key']}": output.get("score") for output in outputs} or {name: planned.get("score")}
    return [AwaitedScore(name, human, labels, _type(score)) for name, score in given.items()]


def _type(declared: Mapping[str, Any] | None) -> ScoreType:
    return ScoreType.of(scoretype.ScoreType.model_validate(declared or {}))
