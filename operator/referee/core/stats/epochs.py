"""Several epochs of one sample become one number, before any interval is made.

The epochs of a sample are not independent; its number is. An interval over samples times epochs would be too narrow
(Wilson's covers 0.64 at eight epochs).

Epochs that were not scored are left out by the caller. A reducer that needs k of them has no value with fewer.
"""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from referee.core.stats import moments
from referee.core.stats.quantile import median


def mean(values: Sequence[float]) -> float:
    """The mean over the epochs."""
    return moments.of(values).mean


def mode(values: Sequence[float]) -> float:
    """The most frequent value; of several that are equally frequent the mean, whatever order they came in."""
    counts = Counter(values)
    most = max(counts.values())
    return moments.of([value for value, count in counts.items() if count == most]).mean


def at_least_k(passed: Sequence[bool], k: int) -> float | None:
    """Whether at least `k` epochs passed."""
    return float(sum(passed) >= k) if len(passed) >= k else None


def pass_at_k(passed: Sequence[bool], k: int) -> float | None:
    """The chance that of `k` tries one passes, without bias from the epochs that there are.

    Source: Chen et al., Evaluating Large Language Models Trained on Code (2021), equation 1: 1 - C(n-c, k) / C(n, k).
    """
    n, failed = len(passed), len(passed) - sum(passed)
    return 1 - math.comb(failed, k) / math.comb(n, k) if n >= k else None


def pass_hat_k(passed: Sequence[bool], k: int) -> float | None:
    """The chance that `k` tries all pass, without bias.

    Source: Yao et al., tau-bench (2024), section 3: C(c, k) / C(n, k).
    """
    n = len(passed)
    return math.comb(sum(passed), k) / math.comb(n, k) if n >= k else None


OF_VALUES: Mapping[str, Callable[[Sequence[float]], float]] = MappingProxyType(
    {"Mean": mean, "Median": median, "Mode": mode}
)
"""Reducers over the values of the epochs; at least one."""

OF_PASSES: Mapping[str, Callable[[Sequence[bool], int], float | None]] = MappingProxyType(
    {"AtLeastK": at_least_k, "PassAtK": pass_at_k, "PassHatK": pass_hat_k}
)
"""Reducers over whether each epoch passed, and k from 1 on."""
