"""The standard normal distribution, as far as intervals need it."""

import math
from statistics import NormalDist

_STANDARD = NormalDist()


def quantile(p: float) -> float:
    """The value that a standard normal variable stays below with probability `p`.

    Source: Wichura, Algorithm AS 241, Applied Statistics 37 (1988), as the standard library has it.
    """
    return _STANDARD.inv_cdf(p)


def critical(confidence: float) -> float:
    """The half-width, in standard errors, of a two-sided interval at `confidence`."""
    return -quantile((1 - confidence) / 2)


def below(z: float) -> float:
    """The probability that a standard normal variable stays below `z`, exact in the lower tail."""
    return math.erfc(-z / math.sqrt(2)) / 2
