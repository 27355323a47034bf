"""A cache that also knows, in each namespace, which object is the newest: lists of 10,000 are cut, never sorted.

The order is that of (creationTimestamp, uid), both descending: total, and the same in every replica. It is kept by
bisection as objects come and go, also within a sweep.
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Generic, TypeVar, overload

from referee.gateway.feed import Feed
from referee.gateway.kept import Kept
from referee.runtime.cache import Cache, Key
from referee.runtime.kube import Object

T = TypeVar("T")
K = TypeVar("K", bound=Kept)

Rank = tuple[str, str, str]
"""creationTimestamp, uid, name."""


class Counted(Cache[T]):
    """A cache that counts the changes of each namespace."""

    def __init__(
        self, project: Callable[[Object], T], indexes: Mapping[str, Callable[[T], Iterable[Hashable]]] | None = None
    ) -> None:
        super().__init__(project, indexes)
        self._generations: dict[str, int] = {}

    def generation(self, namespace: str) -> int:
        """Equal numbers, equal objects."""
        return self._generations.get(namespace, 0)

    def _file(self, key: Key, value: T) -> None:
        super()._file(key, value)
        self._generations[key[0]] = self.generation(key[0]) + 1

    def _unfile(self, key: Key, value: T) -> None:
        super()._unfile(key, value)
        self._generations[key[0]] = self.generation(key[0]) + 1


class NewestFirst(Counted[K]):
    """Objects by (namespace, name), and each namespace's in order."""

    def __init__(
        self, project: Callable[[Object], K], indexes: Mapping[str, Callable[[K], Iterable[Hashable]]] | None = None
    ) -> None:
        super().__init__(project, indexes)
        self._ranks: dict[str, list[Rank]] = {}
        self.feed = Feed()
        """Tells whoever listens about every change."""

    def newest(self, namespace: str) -> "Newest[K]":
        """The namespace's objects, newest first; a view that changes with the cache."""
        return Newest(self, namespace, self._ranks.setdefault(namespace, []))

    def _file(self, key: Key, value: K) -> None:
        super()._file(key, value)
        insort(self._ranks.setdefault(key[0], []), _rank(value))
        self.feed.tell(key)

    def _unfile(self, key: Key, value: K) -> None:
        super()._unfile(key, value)
        ranks, rank = self._ranks[key[0]], _rank(value)
        del ranks[bisect_left(ranks, rank)]
        self.feed.tell(key)


class Newest(Sequence[K], Generic[K]):
    """The order of one namespace, newest first."""

    def __init__(self, cache: NewestFirst[K], namespace: str, ranks: list[Rank]) -> None:
        self._cache = cache
        self._namespace = namespace
        self._ranks = ranks

    def __len__(self) -> int:
        return len(self._ranks)

    @overload
    def __getitem__(self, at: int) -> K: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[K]: ...
    def __getitem__(self, at: int | slice) -> K | Sequence[K]:
        if isinstance(at, slice):
            start, stop, step = at.indices(len(self))
            return [self[place] for place in range(start, stop, step)]
        return self._entry(self._ranks[-1 - at])

    def __iter__(self) -> Iterator[K]:
        return map(self._entry, self._ranks[::-1])

    def older_than(self, created: str, uid: str) -> int:
        """The place of the first one that comes after this one in the order, whether or not this one still exists."""
        return len(self._ranks) - bisect_left(self._ranks, (created, uid, ""))

    def _entry(self, rank: Rank) -> K:
        entry = self._cache.get((self._namespace, rank[2]))
        if entry is None:  # filed and unfiled together with the cache's entries
            raise IndexError(f"{rank[2]} is no longer kept")
        return entry


def _rank(value: Kept) -> Rank:
    return value.created, value.uid, value.name
