"""How many samples it would take, at the same estimate and spread, for an interval to clear a threshold."""

import math
from dataclasses import replace

from referee.core.stats.estimate import Estimate, interval
from referee.core.stats.search import least


def n_needed(estimate: Estimate, threshold: float, confidence: float, *, lower_is_better: bool) -> int | None:
    """The least n at which the pessimistic end of the interval meets the threshold.

    The end moves towards the estimate as n grows; spread and design effect are taken to stay as they are.

    Returns:
        None if the estimate itself does not meet the threshold, has no interval, or too large a sample is needed.
    """
    n, stderr = estimate.n, estimate.stderr
    better = estimate.value < threshold if lower_is_better else estimate.value > threshold
    if not better or n is None or interval(estimate, confidence) is None:
        return None

    def passes(size: int) -> bool:
        # The spread stays: s over the root of n for a mean, p(1-p)/(n-1) for a proportion.
        shrunk = (n - 1) / max(size - 1, 1) if estimate.boolean else n / size
        scaled = None if stderr is None else stderr * math.sqrt(shrunk)
        found = interval(replace(estimate, n=size, stderr=scaled), confidence)
        return found is not None and (found.high <= threshold if lower_is_better else found.low >= threshold)

    return least(passes)
