"""What a comparison can find: the least difference, the samples it would take, and how often a gate will decide.

A gate by non-inferiority seldom decides and one by significance seldom fires; `Outlook` says before a run how seldom.
Everything supposes a spread: of a pilot, of the baseline, or the widest that the range allows.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from referee.core.stats import bounded, discordant, normal, student, unpaired, wilson
from referee.core.stats.discordant import Pairs
from referee.core.stats.estimate import Estimate
from referee.core.stats.search import least

POWER = 0.8
_STEPS = 40
_PRECISION = 1e-4
_MIN_N = 2


@dataclass(frozen=True, slots=True)
class Design:
    """How samples are drawn and repeated, as far as it changes what one of them is worth."""

    epochs: int = 1
    within: float = 0.0
    """The share of the variance that lies between epochs of one sample; it shrinks with their number."""
    cluster_size: float = 1.0
    icc: float = 0.0
    """The intraclass correlation: the share of the variance that lies between clusters."""

    @property
    def effect(self) -> float:
        """The variance of a mean, as a multiple of that over so many independent samples of one epoch.

        Source: Kish, Survey Sampling (1965), section 5.4, for clusters; Miller, Adding Error Bars to Evals (2024),
        section 3, for epochs.
        """
        return (1 - self.within + self.within / self.epochs) * (1 + (self.cluster_size - 1) * self.icc)


INDEPENDENT = Design()


@dataclass(frozen=True, slots=True)
class Difference:
    """What is supposed of the deltas of matched samples."""

    discordance: float | None = None
    """For right and wrong answers: the share of samples that would differ between equal models."""
    sd: float | None = None
    """For anything else: the standard deviation of a delta."""
    span: tuple[float, float] | None = None
    """The range of one score, where it has one."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """How often a gate will pass and fail; what is left is Unknown."""

    passes: float
    fails: float


def mde_paired(
    n: int, difference: Difference, confidence: float, power: float = POWER, design: Design = INDEPENDENT
) -> float | None:
    """The least regression that a test for one finds with the given power.

    Source: over right and wrong answers McNemar's exact test, exactly; else the paired t test.

    Returns:
        None where no regression is found so often at this n.
    """
    worth = n / design.effect
    if difference.discordance is not None:
        return _mde_boolean(math.floor(worth + 1e-9), difference.discordance, confidence, power)
    if difference.sd is None or worth < _MIN_N:
        return None
    centre, spread = _rejection(confidence, worth - 1)
    return (centre + normal.quantile(power) * spread) * difference.sd / math.sqrt(worth)


def mde_unpaired(
    here: Estimate, there: Estimate, confidence: float, power: float = POWER, *, lower_is_better: bool = False
) -> float | None:
    """The least regression from the value there that the interval of the difference finds with the given power.

    The true difference must lie beyond the interval's half-width by as many standard errors as the power needs. The
    spread of a mean is taken as it is; that of a proportion is that of the proportion supposed.

    Returns:
        None where there is no interval, or no regression is found so often.
    """
    if here.boolean and there.boolean:
        if lower_is_better:
            # a share of wrong answers gets worse as that of right ones does
            here, there = replace(here, value=1 - here.value), replace(there, value=1 - there.value)
        return _bisected(lambda delta: _excluded(here, there, delta, confidence, power), there.value)
    found = unpaired.interval(here, there, confidence)
    if found is None or here.stderr is None or there.stderr is None:
        return None
    difference = here.value - there.value
    worse = difference - found.low if lower_is_better else found.high - difference
    half = max(worse, (found.high - found.low) / 2)
    return half + normal.quantile(power) * math.hypot(here.stderr, there.stderr)


def n_for_delta(
    delta: float, difference: Difference, confidence: float, power: float = POWER, design: Design = INDEPENDENT
) -> int | None:
    """The least number of matched samples at which a regression of `delta` is found with the given power."""

    def finds(n: int) -> bool:
        if difference.discordance is not None:
            pairs = Pairs.supposed(math.floor(n / design.effect + 1e-9), difference.discordance, -delta)
            return discordant.significantly_worse(pairs, confidence) >= power
        found = mde_paired(n, difference, confidence, power, design)
        return found is not None and found <= delta

    return least(finds)


def n_for_half_width(half: float, estimate: Estimate, confidence: float, design: Design = INDEPENDENT) -> int | None:
    """The least number of samples at which the interval of such an estimate is at most `half` to either side.

    Args:
        half: half the width that is wanted.
        estimate: a proportion, or a mean with its standard error at its n, of which the spread is taken.
        confidence: two-sided.
        design: of the run to come; the estimate's own spread is that of one epoch.
    """
    sd = None if estimate.stderr is None or estimate.n is None else estimate.stderr * math.sqrt(estimate.n)

    def narrow(n: int) -> bool:
        worth = n / design.effect
        if estimate.boolean:
            found = wilson.interval(estimate.value, worth, confidence)
        elif sd is None:
            return False
        elif estimate.span is not None and estimate.bounded:
            found = bounded.interval(estimate.value, sd / math.sqrt(worth), worth, estimate.span, confidence)
        else:
            found = student.interval(estimate.value, sd / math.sqrt(worth), worth, confidence)
        return found is not None and found.high - found.low <= 2 * half

    return least(narrow)


def non_inferiority(
    n: int, difference: Difference, delta: float, margin: float, confidence: float, design: Design = INDEPENDENT
) -> Outlook | None:
    """What "the delta's interval lies above -margin" will say where the true delta is `delta`.

    Source: over right and wrong answers exactly, with Bonett and Price's interval; else the interval's half-width at
    the spread supposed, and a normal mean.
    """
    worth = n / design.effect
    if difference.discordance is not None:
        pairs = Pairs.supposed(math.floor(worth + 1e-9), difference.discordance, delta)
        return Outlook(*discordant.not_inferior(pairs, margin, confidence)) if pairs.n >= _MIN_N else None
    if difference.sd is None or difference.sd <= 0 or worth < _MIN_N:
        return None
    stderr = difference.sd / math.sqrt(worth)
    if difference.span is not None:
        width = difference.span[1] - difference.span[0]
        found = bounded.interval(0.0, stderr, worth, (-width, width), confidence)
    else:
        found = student.interval(0.0, stderr, worth, confidence)
    if found is None:
        return None
    half = (found.high - found.low) / 2
    return Outlook(
        normal.below((delta + margin - half) / stderr),
        normal.below((-delta - margin - half) / stderr),
    )


def significant_regression(
    n: int, difference: Difference, delta: float, confidence: float, design: Design = INDEPENDENT
) -> Outlook | None:
    """What "not significantly worse" will say where the true delta is `delta`."""
    worth = n / design.effect
    if difference.discordance is not None:
        pairs = Pairs.supposed(math.floor(worth + 1e-9), difference.discordance, delta)
        fails = discordant.significantly_worse(pairs, confidence)
    elif difference.sd is None or difference.sd <= 0 or worth < _MIN_N:
        return None
    else:
        centre, spread = _rejection(confidence, worth - 1)
        fails = normal.below((-delta * math.sqrt(worth) / difference.sd - centre) / spread)
    return Outlook(1 - fails, fails)


def _rejection(confidence: float, df: float) -> tuple[float, float]:
    """Where a t test begins to reject, in standard errors, as a normal variable: its mean and its spread.

    Source: the noncentral t distribution's approximation in Abramowitz and Stegun (1964), 26.7.10.
    """
    critical = student.critical(confidence, df)
    return critical * (1 - 1 / (4 * df)), math.sqrt(1 + critical**2 / (2 * df))


def _mde_boolean(n: int, discordance: float, confidence: float, power: float) -> float | None:
    def finds(delta: float) -> bool:
        return discordant.significantly_worse(Pairs.supposed(n, discordance, -delta), confidence) >= power

    return _bisected(finds, 1 - discordance) if n > 0 else None


def _excluded(here: Estimate, there: Estimate, delta: float, confidence: float, power: float) -> bool:
    """Whether the interval of two proportions that differ by `delta` excludes zero with the given power."""
    if here.n is None or there.n is None or min(here.n, there.n) < _MIN_N:
        return False
    lower, same = _supposed(here, there.value - delta), _supposed(there, there.value)
    found = unpaired.interval(lower[0], same[0], confidence)
    return found is not None and found.high + normal.quantile(power) * math.hypot(lower[1], same[1]) <= 0


def _supposed(side: Estimate, p: float) -> tuple[Estimate, float]:
    """A run of so many effective samples at another proportion, and the spread of what it comes out at."""
    n = math.floor(wilson.effective_n(side.value, side.n or 0, side.stderr) + 1e-9)
    return Estimate(p, None, n, boolean=True, span=(0, 1)), math.sqrt(p * (1 - p) / n)


def _bisected(finds: Callable[[float], bool], largest: float) -> float | None:
    """The least delta that is found, to a ten-thousandth of itself; the answer itself is always one that is."""
    if not finds(largest):
        return None
    low, high = 0.0, largest
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if finds(middle) else (middle, high)
        if high - low < _PRECISION * high:
            break
    return high
