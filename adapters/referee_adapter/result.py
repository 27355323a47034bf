"""What a benchmark came to, as it travels.

NaN and infinity are refused when a metric is made, not when it is sent: JSON has no word for them, and an
adapter must notice while it still can say which metric it was. A result without a metric is no result; what
could not be scored is `Result.failed` with a reason.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

_LONGEST_MESSAGE = 2000
"""Characters; status keeps fewer, the log has it all."""

MetricType = Literal["Boolean", "Numerical"]


@dataclass(frozen=True, slots=True)
class Metric:
    """One number about the model."""

    name: str
    value: float
    stderr: float | None = None
    n: int | None = None
    """Samples that the number rests on."""
    type: MetricType = "Numerical"
    """Boolean: a share of samples that are each right or wrong, so that a proportion's interval applies."""

    def __post_init__(self) -> None:
        if not math.isfinite(self.value):
            raise ValueError(f"metric {self.name!r} is {self.value}: only finite numbers can be reported")
        if self.stderr is not None and not (math.isfinite(self.stderr) and self.stderr >= 0):
            raise ValueError(f"metric {self.name!r}: stderr is {self.stderr}; give None where it is not known")
        if self.n is not None and self.n < 1:
            raise ValueError(f"metric {self.name!r} rests on {self.n} samples; leave it out where there are none")

    def wire(self) -> dict[str, Any]:
        """As JSON."""
        known = {"name": self.name, "value": float(self.value), "stderr": self.stderr, "n": self.n, "type": self.type}
        return {key: value for key, value in known.items() if value is not None}


@dataclass(frozen=True, slots=True)
class SampleCounts:
    """How many samples there were and what became of them."""

    total: int
    scored: int
    errors: int = 0
    """Samples whose model call or evaluation failed for good."""
    unscored: int | None = None
    """None: all that are not scored."""
    pending: int = 0
    """Samples that wait for scores of others."""

    def wire(self) -> dict[str, int]:
        """As JSON; what is neither scored nor failed was not reached."""
        unscored = self.total - self.scored - self.pending if self.unscored is None else self.unscored
        counts = {"total": self.total, "scored": self.scored, "errors": self.errors, "unscored": unscored}
        return counts | ({"pending": self.pending} if self.pending else {})


@dataclass(frozen=True, slots=True)
class Slice:
    """The same metrics over a part of the samples."""

    by: str
    value: str
    metrics: tuple[Metric, ...]

    def wire(self) -> dict[str, Any]:
        """As JSON."""
        return {"by": self.by, "value": self.value, "metrics": [metric.wire() for metric in self.metrics]}


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of one benchmark. Made by `completed` or `failed`."""

    status: Literal["Completed", "Failed"]
    completed_at: str
    metrics: tuple[Metric, ...] = ()
    samples: SampleCounts | None = None
    slices: tuple[Slice, ...] = ()
    reason: str | None = None
    message: str | None = None
    retryable: bool | None = None
    more: Mapping[str, Any] = field(default_factory=dict)
    """What only some adapters have to say (evaluators, comparison, usage, …), as JSON, under names of its own."""

    @classmethod
    def completed(
        cls,
        metrics: Sequence[Metric],
        samples: SampleCounts,
        slices: Sequence[Slice] = (),
        message: str | None = None,
    ) -> "Result":
        """A result with scores.

        Raises:
            ValueError: there is no metric, or two have one name.
        """
        names = [metric.name for metric in metrics]
        if not names or len(set(names)) < len(names):
            raise ValueError(f"a result needs metrics, each with a name of its own; these were given: {names}")
        return cls(
            status="Completed",
            completed_at=_now(),
            metrics=tuple(metrics),
            samples=samples,
            slices=tuple(slices),
            message=message,
        )

    @classmethod
    def of_evaluation(cls, metrics: Sequence[Metric], samples: SampleCounts, more: Mapping[str, Any]) -> "Result":
        """The result of an evaluation; it may have no metric: all scores are awaited, or it is a shard's receipt."""
        return cls(status="Completed", completed_at=_now(), metrics=tuple(metrics), samples=samples, more=dict(more))

    @classmethod
    def failed(cls, reason: str, message: str, *, retryable: bool, samples: SampleCounts | None = None) -> "Result":
        """A result that says why there are no scores."""
        return cls(
            status="Failed",
            completed_at=_now(),
            samples=samples,
            reason=reason,
            message=message[:_LONGEST_MESSAGE],
            retryable=retryable,
        )

    def wire(self) -> dict[str, Any]:
        """As JSON."""
        document: dict[str, Any] = {"status": self.status, "metrics": [metric.wire() for metric in self.metrics]}
        if self.samples:
            document["samples"] = self.samples.wire()
        if self.slices:
            document["slices"] = [part.wire() for part in self.slices]
        extra = {"reason": self.reason, "message": self.message, "retryable": self.retryable}
        document |= {key: value for key, value in extra.items() if value is not None}
        return {**self.more, **document, "completedAt": self.completed_at}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
