"""Ids that two rows share, found in 8 bytes a row.

The survey keeps a 64-bit hash of each id, and sorts them a bucket at a time. Neighbours that are equal are suspects,
nearly always none; if there are some, the rows are read once more and only suspects are compared, by the ids
themselves, so that a collision of hashes accuses nobody. A million take 11 MB, and are gone when the survey is done.
Rejected: a set of ids or of their digests, ten times that; buckets on scratch, which need a disk; numpy, which sorts
them in a tenth of a second and takes more memory than they do.
"""

from array import array
from collections.abc import Iterable, Sequence
from itertools import pairwise

from referee.core.evaluation.datapoint import Datapoint, content_id, numbered

_BUCKETS = 1024
"""So many hashes less are an object each while they are sorted."""


class Ids:
    """Hashes of all ids."""

    def __init__(self) -> None:
        # Python's own hash has another seed in each process; nothing that is kept or shown depends on it.
        self._buckets = [array("q") for _ in range(_BUCKETS)]

    def add(self, id_: str) -> None:
        """Take an id."""
        hashed = hash(id_)
        self._buckets[hashed % _BUCKETS].append(hashed)

    def __len__(self) -> int:
        return sum(map(len, self._buckets))

    def known(self, ids: Sequence[str]) -> list[str]:
        """Those of `ids` that were taken before."""
        wanted = {hash(id_) for id_ in ids}
        taken = {hashed for bucket in self._buckets for hashed in bucket if hashed in wanted}
        return [id_ for id_ in ids if hash(id_) in taken]

    def suspects(self) -> frozenset[int]:
        """Hashes that came more than once."""
        return frozenset(
            one for bucket in self._buckets for one, following in pairwise(sorted(bucket)) if one == following
        )


def duplicates(
    rows: Iterable[tuple[str, Datapoint]], suspects: frozenset[int], ids: Ids
) -> tuple[frozenset[str], list[str]]:
    """Made ids that several rows share, and what to say of given ones that do.

    Args:
        rows: all of them again, with their places.
        suspects: hashes that came more than once.
        ids: all hashes.
    """
    first: dict[str, str] = {}
    counts: dict[str, int] = {}
    problems: list[str] = []
    for where, found in rows:
        if hash(found.id) not in suspects:
            continue
        earlier = first.setdefault(found.id, where)
        if found.id == content_id(found):
            counts[found.id] = counts.get(found.id, 0) + 1
        elif earlier != where:
            problems.append(
                f"{where}, field id: {found.id!r} is also the id of {earlier}: change one, or leave both out"
            )
    repeated = frozenset(made for made, count in counts.items() if count > 1)
    # a file that was written from a run's samples may hold numbered ids as given ones
    made = [numbered(id_, occurrence) for id_ in repeated for occurrence in range(2, counts[id_] + 1)]
    taken = ids.known(made) if made else []
    problems += [f"id {id_!r} is given to one row, and made for another: leave both out" for id_ in taken]
    return repeated, problems
