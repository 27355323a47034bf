"""One criterion against one figure: Pass, Fail, or why it cannot be said.

Whatever is measured, a gate asks the same of it: enough samples, the estimate or the pessimistic end of its interval on
the right side of the threshold, and the same outcome if all that is unscored had been at its worst, and at its best.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from referee.api.benchmark import PassCriteria
from referee.api.conditions import Reason
from referee.api.figures import Outcome
from referee.api.status import Gate

TOLERANCE = 1e-9
"""A value this close to a threshold meets it: 0.1 + 0.2 is as good as 0.3."""
_METHOD, _SUBJECT = 64, 600
"""Characters that status has room for."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a job says of all its gates."""

    confidence: float = 0.95
    max_error_rate: float | None = None
    """Unscored over attempted samples of one benchmark or evaluator above which it decides nothing; None: no rule."""
    job_criteria: PassCriteria | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """What is compared with a threshold."""

    value: float | None = None
    low: float | None = None
    high: float | None = None
    method: str | None = None
    n: int | None = None
    lower_is_better: bool = False

    def pointed(self, criteria: PassCriteria) -> float | None:
        """The estimate, or the pessimistic end of its interval."""
        if criteria.bound == "Point":
            return self.value
        return self.high if self.lower_is_better else self.low

    def moved(self, value: float | None) -> "Figures | None":
        """The same about another estimate."""
        if value is None or self.value is None:
            return None
        low, high = (None if end is None else end + (value - self.value) for end in (self.low, self.high))
        return replace(self, value=value, low=low, high=high)

    def passes(self, criteria: PassCriteria) -> bool | None:
        """None: the criterion is on a bound and there is none."""
        figure = self.pointed(criteria)
        if figure is None:
            return None
        if self.lower_is_better:
            return figure <= criteria.threshold + TOLERANCE
        return figure >= criteria.threshold - TOLERANCE


@dataclass(frozen=True, slots=True)
class Decision:
    """An outcome, and why."""

    result: Outcome
    reason: Reason
    n_needed: int | None = None

    @property
    def compared(self) -> bool:
        """Whether the threshold decided it, so that what is unscored could still turn it."""
        return self.reason in (Reason.THRESHOLD_MET, Reason.THRESHOLD_MISSED)


def compared(figures: Figures, criteria: PassCriteria) -> Decision:
    """The criterion against what was measured."""
    if criteria.min_n and (figures.n is None or figures.n < criteria.min_n):
        return Decision("Unknown", Reason.TOO_FEW_SAMPLES, criteria.min_n)
    passes = figures.passes(criteria)
    if passes is None:
        return Decision("Unknown", Reason.NO_INTERVAL)
    return Decision("Pass", Reason.THRESHOLD_MET) if passes else Decision("Fail", Reason.THRESHOLD_MISSED)


def turned(
    decision: Decision, scenarios: Iterable[Figures | None], criteria: PassCriteria, rules: Rules
) -> Decision | None:
    """Unknown if the unscored samples could make the outcome another one; None in a scenario: nobody can say."""
    for scenario in scenarios:
        if scenario is None:
            turns = rules.max_error_rate is None
        else:
            turns = scenario.passes(criteria) is not (decision.result == "Pass")
        if turns:
            return Decision("Unknown", Reason.ERRORS_COULD_DECIDE)
    return None


def error_rate(unscored: int | None, attempted: int | None, rules: Rules) -> Decision | None:
    """Unknown if more went unscored than is accepted, or nobody says how many."""
    if rules.max_error_rate is None:
        return None
    if unscored is None or not attempted:
        return Decision("Unknown", Reason.ERRORS_NOT_REPORTED)
    if unscored / attempted > rules.max_error_rate + TOLERANCE:
        return Decision("Unknown", Reason.ERROR_RATE_EXCEEDED)
    return None


def gate(subject: str, figures: Figures, criteria: PassCriteria, decision: Decision, *, required: bool) -> Gate:
    """The gate as it stands in status."""
    part = criteria.slice
    whole = subject if part is None else f"{subject} [{part.by}={part.value}]"
    return Gate(
        subject=whole[:_SUBJECT],
        measure=criteria.measure,
        bound=criteria.bound,
        value=figures.value,
        ci_low=figures.low,
        ci_high=figures.high,
        method=figures.method[:_METHOD] if figures.method else None,
        n=figures.n,
        threshold=criteria.threshold,
        required=required,
        result=decision.result,
        reason=decision.reason.value,
        n_needed=decision.n_needed,
    )
