"""Several tests at once, of which not one may be a false alarm: "no metric regressed".

Gates that must all pass need nothing of this: each at its own level is an intersection-union test. Rejected:
Bonferroni, which never rejects more; Hochberg, which needs the tests to be independent, and metrics of the same
answers are not.
"""

from collections.abc import Sequence


def adjusted(p_values: Sequence[float]) -> list[float]:
    """The p-values in the order given, made comparable with the level of all tests together.

    Source: Holm, Scandinavian Journal of Statistics 6 (1979) 65-70.
    """
    result = [0.0] * len(p_values)
    least = 0.0
    for place, index in enumerate(_ascending(p_values)):
        least = max(least, min(1.0, (len(p_values) - place) * p_values[index]))
        result[index] = least
    return result


def levels(p_values: Sequence[float], alpha: float) -> list[float]:
    """The level at which each test was decided; the interval at one minus it is the one that decided.

    The smallest p-value is held against alpha / m, the next against alpha / (m - 1), and so on to the first that is
    larger than its level; all the rest share that one's.
    """
    result = [alpha] * len(p_values)
    level, stopped = alpha, False
    for place, index in enumerate(_ascending(p_values)):
        if not stopped:
            level = alpha / (len(p_values) - place)
            stopped = p_values[index] > level
        result[index] = level
    return result


def _ascending(p_values: Sequence[float]) -> list[int]:
    return sorted(range(len(p_values)), key=p_values.__getitem__)
