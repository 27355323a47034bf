"""Mean and spread of a sample, to the last digit the same in whatever order the values come.

`math.fsum` rounds once, so a sum over shards in any order is the same number; `sum`, numpy's pairwise sum and
Welford's running update are not.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Moments:
    """What an interval of a mean needs to know of a sample."""

    mean: float
    squares: float
    """The sum of squared deviations from the mean."""
    n: int

    @property
    def sd(self) -> float | None:
        """The standard deviation, ddof 1; None for fewer than two values."""
        return math.sqrt(self.squares / (self.n - 1)) if self.n > 1 else None

    @property
    def stderr(self) -> float | None:
        """The standard error of the mean of independent values; None for fewer than two."""
        return math.sqrt(self.squares / (self.n - 1) / self.n) if self.n > 1 else None


def of(values: Sequence[float]) -> Moments:
    """The moments of a sample.

    Raises:
        ValueError: if there is no value.
    """
    if not values:
        raise ValueError("moments: there are no values")
    first = values[0]
    if all(value == first for value in values):
        return Moments(float(first), 0.0, len(values))
    mean = math.fsum(values) / len(values)
    return Moments(mean, math.fsum((value - mean) ** 2 for value in values), len(values))
