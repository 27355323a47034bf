"""Which datapoints are taken where not all are: the same for the same ids and seed, whatever their order.

Random takes those with the smallest hash of seed and id: a draw without replacement that needs no position, so that a
row put in front changes at most one of the chosen, and shards and attempts agree without talking. Stratified gives each
value its share (largest remainder, ties by name), each at least one while there are enough. Chosen datapoints come in
the order of the data. Needs 8 bytes a row, 12 where stratified.
"""

import hashlib
import itertools
from array import array
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from referee.core.evaluation.canonical import canonical
from referee.core.evaluation.datapoint import Datapoint
from referee_evaluators.data.problems import DataError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAX_STRATA = 10_000


def chosen(
    datapoints: Iterable[Datapoint], count: int | None, *, method: str = "First", seed: int = 0, by: str | None = None
) -> Iterator[Datapoint]:
    """As many datapoints as asked for, in order.

    Args:
        datapoints: all of them; iterated more than once.
        count: how many in all; None: every one.
        method: First, Random or Stratified.
        seed: of the draw.
        by: of Stratified: the metadata whose values are the strata, `metadata.language`.

    Raises:
        DataError: `by` has more values than strata make sense for.
    """
    if count is None:
        return iter(datapoints)
    if method == "First":
        return itertools.islice(datapoints, count)
    return _drawn(datapoints, count, seed, by if method == "Stratified" else None)


def _drawn(datapoints: Iterable[Datapoint], count: int, seed: int, by: str | None) -> Iterator[Datapoint]:
    import numpy as np  # noqa: PLC0415 - a tenth of a second, and most runs take all or the first

    key = str(seed).encode()
    ranks, strata = array("Q"), array("I")
    names: dict[bytes, int] = {}
    for datapoint in datapoints:
        ranks.append(_rank(key, datapoint.id))
        if by is not None:
            strata.append(names.setdefault(canonical(value_at(datapoint, by)), len(names)))
            if len(names) > MAX_STRATA:
                raise DataError([f"sampling.by: {by} has over {MAX_STRATA} values: stratify by something coarser"])
    every = np.frombuffer(ranks, dtype=np.uint64)
    taken = np.zeros(len(every), dtype=bool)
    if by is None:
        taken[_smallest(every, count)] = True
    else:
        members = np.frombuffer(strata, dtype=np.dtype(f"u{strata.itemsize}"))
        sizes = np.bincount(members, minlength=len(names)).tolist()
        shares = apportion({name: sizes[at] for name, at in names.items()}, count)
        for name, at in names.items():
            inside = np.flatnonzero(members == at)
            taken[inside[_smallest(every[inside], shares[name])]] = True
    return (datapoint for datapoint, wanted in zip(datapoints, taken.tolist(), strict=True) if wanted)


def _rank(key: bytes, id_: str) -> int:
    return int.from_bytes(hashlib.blake2b(id_.encode(), digest_size=8, key=key).digest(), "big")


def _smallest(ranks: "NDArray[np.uint64]", count: int) -> "NDArray[np.intp]":
    """Where the smallest are; of equal ones the first."""
    return ranks.argsort(kind="stable")[:count]


def apportion(sizes: Mapping[Any, int], total: int) -> dict[Any, int]:
    """How many each stratum gives; together `total`, or all there are if that is fewer.

    Source: the largest remainder method (Hamilton, 1792), over what is left when each has one.
    """
    everything = sum(sizes.values())
    if total >= everything:
        return dict(sizes)
    if total < len(sizes):
        largest = sorted(sizes, key=lambda name: (-sizes[name], name))[:total]
        return {name: int(name in largest) for name in sizes}
    spare, rest = total - len(sizes), everything - len(sizes)
    shares = {name: divmod(spare * (size - 1), rest) for name, size in sizes.items()}
    counts = {name: 1 + whole for name, (whole, _) in shares.items()}
    by_remainder = sorted(sizes, key=lambda name: (-shares[name][1], name))
    for name in by_remainder[: total - sum(counts.values())]:
        counts[name] += 1
    return counts


def value_at(datapoint: Datapoint, path: str) -> Any:  # noqa: ANN401 - JSON
    """The metadata at a path such as `metadata.language`; None where there is none."""
    value: Any = datapoint.metadata
    for part in path.removeprefix("metadata.").split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(part)
    return value
