"""The weighted mean of independent means, each over samples that have a range.

The variance and the degrees of freedom are Welch and Satterthwaite's, with each part's variance tempered by a
pseudo-observation at each end of its range, as `bounded` does for one mean. Without them a benchmark that was
answered without a mistake adds no variance at all: with three benchmarks of true accuracy 0.99 and n = 5 the plain
interval covered 0.14, with a lower end above the truth in 86 % of the runs; of 239 simulated cells 92 covered less
than 0.94. This one covered at least 0.94 in all cells of two parts and more (2 to 64 parts, n = 5 to 300, accuracies
0.5 to 0.99, four shapes of 1-5 scores, mixed sizes and weights) and missed on one side in 3.4 % at most.

Rejected: MOVER (Zou and Donner 2008) on the parts' own intervals: covers 0.84 where many parts are small, because
their errors are skewed the same way. Shifting every part's mean by its pseudo-observations: over many small parts
the shifts add up while the width shrinks.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from referee.core.stats import bounded, student, welch
from referee.core.stats.interval import Interval

METHOD = "Welch t, a pseudo-observation at each end of each range"
_MIN_N = 2


@dataclass(frozen=True, slots=True)
class Part:
    """One mean of the weighted mean, in the units that all parts share."""

    weight: float
    mean: float
    stderr: float
    """Of the sample: s over the root of n, ddof 1."""
    n: int
    span: tuple[float, float]
    """The lowest and the highest value that one sample can have."""


def interval(parts: Sequence[Part], confidence: float) -> Interval | None:
    """The interval of the weighted mean of the parts.

    Source: `welch` and `bounded`; the shift of the centre weighs each part's own shift by its share of the variance,
    as the skewness of a sum does, so that one part alone has the centre of its own `tempered` sample.

    Returns:
        None if a part has fewer than two samples, or there is no part. The order of the parts changes no digit.
    """
    if not parts or any(part.n < _MIN_N for part in parts):
        return None
    total = math.fsum(part.weight for part in parts)
    shares = [part.weight / total for part in parts]
    variances, shifts = [], []
    for part, share in zip(parts, shares, strict=True):
        centre, squares = bounded.tempered(part.mean, part.stderr, part.n, part.span)
        variances.append(share**2 * squares / ((part.n + 1) * part.n))
        shifts.append(share * (centre - part.mean))
    variance = math.fsum(variances)
    df = welch.degrees_of_freedom([(math.sqrt(v), part.n + 1) for v, part in zip(variances, parts, strict=True)])
    if df is None:
        return None
    mean = math.fsum(share * part.mean for part, share in zip(parts, shares, strict=True))
    centre = mean + math.fsum(v * shift for v, shift in zip(variances, shifts, strict=True)) / variance
    half = student.critical(confidence, df) * math.sqrt(variance)
    low, high = (math.fsum(share * part.span[end] for part, share in zip(parts, shares, strict=True)) for end in (0, 1))
    return Interval(centre - half, centre + half, METHOD).within(low, high)
