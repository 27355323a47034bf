"""Degrees of freedom of a sum whose parts have standard errors of their own."""

import math
from collections.abc import Sequence


def degrees_of_freedom(parts: Sequence[tuple[float, float]]) -> float | None:
    """The Welch-Satterthwaite degrees of freedom of a sum of independent terms.

    Source: Satterthwaite, Biometrics Bulletin 2 (1946) 110-114; Welch, Biometrika 34 (1947) 28-35.

    Args:
        parts: of each term its standard error, weight included, and its own degrees of freedom.

    Returns:
        None if no term varies, or one that does has no degree of freedom.
    """
    varying = [(stderr**2, df) for stderr, df in parts if stderr > 0]
    if not varying or any(df <= 0 for _, df in varying):
        return None
    total = math.fsum(variance for variance, _ in varying)
    return total**2 / math.fsum(variance**2 / df for variance, df in varying)
