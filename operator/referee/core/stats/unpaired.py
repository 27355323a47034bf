"""The difference between two runs of which only the summaries are known: mean, standard error and n.

What adapters of others report. Samples that both runs share are taken for independent, which makes the interval wider
than it need be, never narrower; the method says "unpaired".

Newcombe's interval covers at least 0.939 (summed exactly); where one run is much smaller, or has ten samples or fewer,
one end is beyond the truth in up to 5.5 % (10 against 100).
"""

import math

from referee.core.stats import bounded, student, welch, wilson
from referee.core.stats.estimate import Estimate
from referee.core.stats.interval import Interval

NEWCOMBE = "unpaired: Newcombe"
WELCH = "unpaired: Welch t"
WELCH_TEMPERED = "unpaired: Welch t, pseudo-observations at the ends"
_MIN_N = 2
_SURE = 1 - 1e-12
_STEPS = 60
_MIN_N_WITHOUT_RANGE = 10


def interval(here: Estimate, there: Estimate, confidence: float) -> Interval | None:
    """The interval of the value here minus the value there.

    Returns:
        None where one side has no n, no standard error, or (without a range) fewer than ten samples.
    """
    if here.boolean and there.boolean:
        return newcombe(here, there, confidence)
    return welch_t(here, there, confidence)


def newcombe(here: Estimate, there: Estimate, confidence: float) -> Interval | None:
    """The difference of two proportions: the square-and-add of their Wilson intervals.

    Source: Newcombe, Statistics in Medicine 17 (1998) 873-890, method 10. A reported standard error that says the
    samples come in clusters counts, as for one proportion.
    """
    ends = []
    for side in (here, there):
        if side.n is None or not side.bounded:
            return None
        found = wilson.interval(side.value, wilson.effective_n(side.value, side.n, side.stderr), confidence)
        if found is None:
            return None
        ends.append((side.value, found.low, found.high))
    (p, low, high), (q, base_low, base_high) = ends
    down = math.hypot(p - low, base_high - q)
    up = math.hypot(high - p, q - base_low)
    return Interval(p - q - down, p - q + up, NEWCOMBE).within(-1, 1)


def welch_t(here: Estimate, there: Estimate, confidence: float) -> Interval | None:
    """The difference of two means whose spreads need not be alike.

    Source: Welch, Biometrika 34 (1947) 28-35; with a range, the variances tempered as `combined` does it.
    """
    tempered = here.bounded and there.bounded
    least = _MIN_N if tempered else _MIN_N_WITHOUT_RANGE
    parts, shifts = [], []
    for sign, side in ((1, here), (-1, there)):
        if side.n is None or side.stderr is None or side.n < least:
            return None
        if tempered and side.span is not None:
            centre, squares = bounded.tempered(side.value, side.stderr, side.n, side.span)
            variance = squares / ((side.n + 1) * side.n)
            parts.append((math.sqrt(variance), side.n + 1))
            shifts.append((variance, sign * (centre - side.value)))
        else:
            parts.append((side.stderr, side.n - 1))
    df = welch.degrees_of_freedom(parts)
    if df is None:
        return None
    total = math.fsum(stderr**2 for stderr, _ in parts)
    centre = here.value - there.value + math.fsum(variance * shift for variance, shift in shifts) / total
    half = student.critical(confidence, df) * math.sqrt(total)
    found = Interval(centre - half, centre + half, WELCH_TEMPERED if tempered else WELCH)
    if not tempered or here.span is None or there.span is None:
        return found
    return found.within(here.span[0] - there.span[1], here.span[1] - there.span[0])


def p_value(here: Estimate, there: Estimate) -> float | None:
    """The two-sided p-value of "both runs are worth the same": one minus the confidence whose interval ends at zero.

    So test and interval never disagree; without ranges it is Welch's t test. Rejected: the pooled score test of two
    proportions, which between equal models (0.99; 10 against 100 samples) found a regression in 7 % of the runs.

    Returns:
        None where there is no interval. Nothing is said to be less likely than one in a million million.
    """
    if interval(here, there, _SURE) is None:
        return None
    low, high = math.log(1 - _SURE), 0.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        found = interval(here, there, -math.expm1(middle))
        low, high = (low, middle) if found and not found.low <= 0 <= found.high else (middle, high)
    return math.exp(high)
