"""Whether a difference from the baseline is one that may be: the three tests, and what each can say.

The choice among them is between a gate that seldom decides and one that seldom fires, so there is no default.

- NonInferiority passes where the interval of the difference lies above what is allowed, fails where it lies below, and
  is otherwise Unknown: too few samples to tell.
- SignificantRegression fails where the run is significantly worse than the baseline, and else passes. With few samples
  a run that is much worse passes, too.
- Point compares the difference itself, noise and all.
"""

import math
from dataclasses import dataclass
from typing import Literal

from referee.core.evaluation.scoretype import TOLERANCE
from referee.core.stats.interval import Interval

Test = Literal["NonInferiority", "SignificantRegression", "Point"]
Result = Literal["Pass", "Fail", "Unknown"]

NOT_WORSE = "NotWorse"
REGRESSED = "Regressed"
UNDERPOWERED = "Underpowered"
NO_INTERVAL = "NoInterval"
NOT_COMPARABLE = "NotComparable"
TOO_FEW_MATCHED = "TooFewMatched"
ERRORS_COULD_DECIDE = "ErrorsCouldDecide"


@dataclass(frozen=True, slots=True)
class Terms:
    """What the job asks of a comparison."""

    test: Test
    max_regression: float = 0
    """How much worse it may be, on the normalised scale."""
    min_matched: float = 0.9
    """Share of the samples of both runs that must be in both."""
    confidence: float = 0.95


@dataclass(frozen=True, slots=True)
class Difference:
    """This run less the baseline, turned so that higher is better."""

    delta: float
    interval: Interval | None
    p: float | None
    """Two-sided, of "there is no difference"."""
    stderr: float | None = None
    """Of the mean delta, where its samples are known."""


def decide(found: Difference, terms: Terms) -> tuple[Result, str]:
    """The outcome, and the reason's name."""
    if terms.test == "Point":
        return _either(passes=found.delta >= -terms.max_regression - TOLERANCE)
    if terms.test == "SignificantRegression" and found.p is not None:
        return _either(passes=not (found.delta < 0 and found.p < 1 - terms.confidence))
    if found.interval is None:
        return "Unknown", NO_INTERVAL
    if terms.test == "SignificantRegression":
        return _either(passes=found.interval.high >= 0)
    if -terms.max_regression < found.interval.low or found.interval.high < -terms.max_regression:
        return _either(passes=found.interval.low > -terms.max_regression)
    return "Unknown", UNDERPOWERED


def n_needed(found: Difference, n: int, terms: Terms) -> int | None:
    """About how many samples NonInferiority would take to decide at this difference and spread; None: more is no help.

    Source: the half-width of an interval of a mean shrinks with the root of n.
    """
    if terms.test != "NonInferiority" or found.interval is None:
        return None
    room = found.delta + terms.max_regression
    half = found.delta - found.interval.low if room > 0 else found.interval.high - found.delta
    if abs(room) <= TOLERANCE or half <= 0:
        return None
    needed = math.ceil(n * (half / room) ** 2)
    return max(needed, n + 1) if needed <= _MOST else None


def _either(*, passes: bool) -> tuple[Result, str]:
    return ("Pass", NOT_WORSE) if passes else ("Fail", REGRESSED)


_MOST = 100_000_000
"""Beyond this "more samples" is no advice."""
