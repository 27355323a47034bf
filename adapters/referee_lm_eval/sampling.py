"""Which samples are taken when not all are: `numExamples` counts over a whole benchmark, not per subset.

A group's subsets get their share in proportion to their size (largest remainder, ties by name), so that a score
that weighs subsets by size estimates the same thing as the full run; but each gets at least one while there are
enough, since a subset without a sample would silently leave the group's score. Same job, same samples: nothing
depends on time, order of loading or a global random state.
"""

import random
from collections.abc import Mapping, Sequence

from referee_adapter import Sampling


def apportion(sizes: Mapping[str, int], total: int) -> dict[str, int]:
    """How many samples each subset gives; together `total`, or all there are if that is fewer.

    Args:
        sizes: samples in each subset.
        total: samples wanted in all.
    """
    everything = sum(sizes.values())
    if total >= everything:
        return dict(sizes)
    if total < len(sizes):
        names = sorted(sizes)
        chosen = {names[i * len(names) // total] for i in range(total)}
        return {name: int(name in chosen) for name in sizes}
    spare, rest = total - len(sizes), everything - len(sizes)
    exact = {name: 1 + spare * (size - 1) / rest for name, size in sizes.items()}
    counts = {name: int(share) for name, share in exact.items()}
    by_remainder = sorted(sizes, key=lambda name: (counts[name] - exact[name], name))
    for name in by_remainder[: total - sum(counts.values())]:
        counts[name] += 1
    return counts


def choose(name: str, size: int, count: int, sampling: Sampling) -> Sequence[int]:
    """The positions of `count` samples of a subset, ascending.

    Args:
        name: the subset's, part of the seed: subsets of one size shall not share their positions.
        size: samples in the subset.
        count: samples wanted.
        sampling: First takes the head, Random draws without replacement.
    """
    if sampling.method == "First" or count >= size:
        return range(min(count, size))
    return sorted(random.Random(f"{sampling.seed}:{name}").sample(range(size), count))  # noqa: S311 - reproducible
