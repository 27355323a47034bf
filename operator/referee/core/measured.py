"""What one benchmark came to, in the few fields that the job's score and the gates need.

It also answers the one question that both ask of it: what would the value be, had the samples that got no score all
scored the worst, or the best, that is possible?
"""

from dataclasses import dataclass
from typing import Literal

from referee.api.benchmark import PassCriteria
from referee.api.conditions import Reason
from referee.api.runplan import PlannedBenchmark
from referee.api.status import BenchmarkStatus, MetricValue
from referee.core import metrics
from referee.core.stats import wilson
from referee.core.stats.estimate import Estimate

End = Literal["worst", "best"]


@dataclass(frozen=True, slots=True)
class Measured:
    """One benchmark of a run that is over."""

    subject: str
    """How gates and messages name it."""
    index: int = 0
    weight: float = 1
    required: bool = True
    criteria: PassCriteria | None = None
    lower_is_better: bool = False
    scale: tuple[float, float] | None = None
    """The range by which the primary score is normalised."""
    boolean: bool = False
    span: tuple[float, float] | None = None
    """The lowest and the highest value that one sample can have."""
    executed: bool = True
    partial: bool = False
    primary: MetricValue | None = None
    missing: Reason = Reason.METRIC_MISSING
    """Why there is no primary metric."""
    samples: int | None = None
    """Attempted; None if the adapter does not tell."""
    unscored: int | None = None

    @classmethod
    def of(cls, planned: PlannedBenchmark, status: BenchmarkStatus) -> "Measured":
        """From the plan and the status of a benchmark that is terminal."""
        score, primary = planned.primary_score, status.primary
        missing = Reason.METRIC_MISSING
        if score is not None and primary is None:
            missing = metrics.find_primary(status.metrics, score.metric).reason or missing
        name = primary.name if primary else (score.metric if score else "")
        kind = metrics.kind(planned, name, _type_of(primary))
        return cls(
            subject=f"benchmark {planned.provider}/{planned.id}",
            index=planned.index,
            weight=planned.weight,
            required=planned.required and planned.weight > 0,
            criteria=planned.pass_criteria,
            lower_is_better=bool(score and score.lower_is_better),
            scale=(score.range[0], score.range[1]) if score and score.range else None,
            boolean=kind.boolean,
            span=kind.span,
            executed=status.phase == "Completed",
            partial=bool(status.partial),
            primary=primary,
            missing=missing,
            samples=status.samples,
            unscored=status.errors if status.unscored is None else status.unscored,
        )

    @property
    def unusable(self) -> Reason | None:
        """Why nothing of it may be looked at; None if it may."""
        if self.partial and self.primary is not None:
            return Reason.PARTIAL_RESULT
        return Reason.NOT_EXECUTED if self.partial or not self.executed else None

    @property
    def counts(self) -> bool:
        """Whether the primary score may enter the job's score or a gate: partial results never do."""
        return self.executed and not self.partial and self.primary is not None

    @property
    def n(self) -> int | None:
        """Scored samples."""
        if self.primary is not None and self.primary.n is not None:
            return self.primary.n
        return None if self.samples is None or self.unscored is None else self.samples - self.unscored

    def normalised(self, value: float) -> float:
        """On the scale 0-1 where 1 is better; not clamped, since a range may start at chance level."""
        if self.scale is None:
            raise ValueError(f"{self.subject}: its primary score has no range")
        low, high = self.scale
        share = (value - low) / (high - low)
        return 1 - share if self.lower_is_better else share

    def estimate(self) -> Estimate | None:
        """The primary score as the statistics see it."""
        if self.primary is None:
            return None
        return Estimate(self.primary.value, self.primary.stderr, self.n, self.boolean, self.span)

    def if_unscored_were(self, end: End) -> float | None:
        """The value, had the unscored samples all scored this end of what is possible; None if nobody can say."""
        found = self.estimate()
        if found is None or not self.unscored:
            return found.value if found else None
        if found.span is None or not found.bounded or not found.n or found.n < 1:
            return None
        at = found.span[(end == "best") != self.lower_is_better]
        return found.value + (at - found.value) * self.unscored / (found.n + self.unscored)


def _type_of(primary: MetricValue | None) -> str | None:
    """The type by which the interval was chosen: status keeps the interval's method, not the adapter's word."""
    if primary is None or primary.method in (None, metrics.REPORTED):
        return None
    return "Boolean" if str(primary.method).startswith(wilson.METHOD) else "Numerical"
