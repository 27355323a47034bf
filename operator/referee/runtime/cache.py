"""What we know of one resource: a projection of each object, kept right by rules instead of by trust in the watch.

A watch alone is not enough: kopf reports no deletion that it missed while it was disconnected, and answers to our own
writes arrive before, after or between watch events. The rules: an object that is not newer than what is known is
ignored; a uid that was deleted never comes back (answers may be late); a deletion counts for the uid it names; a sweep
removes what a LIST no longer has, unless it is newer than the LIST. An object that cannot be projected is left out,
and what was known of it with it: it must not end the watch of all the others. `kopf.index` was rejected: quadratic at
start, and it keeps what was deleted during a reconnect.

Not here: what to keep of an object (`project`), when to sweep (`resync`, `reflector`), what a change means.
"""

import logging
import sys
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import Any, Generic, NamedTuple, TypeVar

from referee.runtime.kube import Object

T = TypeVar("T")

log = logging.getLogger(__name__)

Key = tuple[str, str]
"""Namespace and name."""

_REMEMBERED_DELETIONS = 4096
"""Far more than can be deleted while one of our calls is under way."""


class _Entry(NamedTuple, Generic[T]):
    uid: str
    version: int
    value: T


class Cache(Generic[T]):
    """Projections by (namespace, name), with secondary indexes.

    Args:
        project: From the API's object to what is kept; equal projections mean "nothing changed for us".
        indexes: By name, a function from a projection to the values under which it is found.
    """

    def __init__(
        self,
        project: Callable[[Object], T],
        indexes: Mapping[str, Callable[[T], Iterable[Hashable]]] | None = None,
    ) -> None:
        self._project = project
        self._indexers = dict(indexes or {})
        self._entries: dict[Key, _Entry[T]] = {}
        # Tuples and not sets: most parents have one child, and an empty set alone takes 216 bytes.
        self._indexes: dict[str, dict[Hashable, tuple[Key, ...]]] = {name: {} for name in self._indexers}
        self._deleted: OrderedDict[str, None] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Key]:
        return iter(tuple(self._entries))

    def get(self, key: Key) -> T | None:
        """Give the projection, or None."""
        entry = self._entries.get(key)
        return None if entry is None else entry.value

    def version(self, key: Key) -> int | None:
        """Give the newest resourceVersion that was seen, or None."""
        entry = self._entries.get(key)
        return None if entry is None else entry.version

    def values(self) -> Iterator[T]:
        """Give all projections, as of now."""
        return iter([entry.value for entry in self._entries.values()])

    def by(self, index: str, value: Hashable) -> list[T]:
        """Give the projections that the index files under `value`, oldest acquaintance first."""
        return [self._entries[key].value for key in self._indexes[index].get(value, ())]

    def keys_by(self, index: str, value: Hashable) -> tuple[Key, ...]:
        """Give the keys that the index files under `value`."""
        return self._indexes[index].get(value, ())

    def upsert(self, obj: Object) -> bool:
        """Take an object from a watch, a list or an answer of the API server; True if its projection changed."""
        uid, version = obj["metadata"]["uid"], version_of(obj)
        if uid in self._deleted:
            return False
        key = key_of(obj)
        known = self._entries.get(key)
        if known is not None and version <= known.version:
            return False
        try:
            value = self._project(obj)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is this one object's
            log.warning("left out: %s", error or type(error).__name__, extra={"key": key, "kind": obj.get("kind")})
            return self._leave_out(key)
        if known is not None and known.uid == uid:
            if known.value == value:
                # Only the version moves: whoever holds the old projection keeps sharing it.
                self._entries[key] = known._replace(version=version)
                return False
            self._unfile(key, known.value)
            # The key object of the first sight stays in use everywhere, so that it exists once.
        elif known is not None:
            self._bury(key, known)
        self._entries[key] = _Entry(uid, version, value)
        self._file(key, value)
        return True

    def delete(self, obj: Object) -> bool:
        """Take a DELETED event; True if something was removed."""
        return self._remove(key_of(obj), obj["metadata"]["uid"], version_of(obj))

    def discard(self, key: Key, uid: str) -> bool:
        """Forget an object that the API server says is not there (404, or another uid under the name)."""
        return self._remove(key, uid, -1)

    def sweep(self, namespace: str | None) -> "Sweep[T]":
        """Begin to compare with a LIST of this namespace (None: of all)."""
        return Sweep(self, namespace)

    def remove_unless_newer(self, key: Key, version: int) -> bool:
        """Forget what a list of this version did not have."""
        known = self._entries.get(key)
        if known is None or known.version > version:
            return False
        self._bury(key, known)
        return True

    def _remove(self, key: Key, uid: str, version: int) -> bool:
        self._remember_deletion(uid)
        known = self._entries.get(key)
        # Another uid under the name, but older than this deletion: its own end was missed.
        if known is None or (known.uid != uid and known.version >= version):
            return False
        self._bury(key, known)
        return True

    def _bury(self, key: Key, entry: _Entry[T]) -> None:
        self._remember_deletion(entry.uid)
        self._unfile(key, entry.value)
        del self._entries[key]

    def _leave_out(self, key: Key) -> bool:
        """Forget it, but not for good: another version may be one that can be read."""
        known = self._entries.get(key)
        if known is None:
            return False
        self._unfile(key, known.value)
        del self._entries[key]
        return True

    def _remember_deletion(self, uid: str) -> None:
        self._deleted[uid] = None
        if len(self._deleted) > _REMEMBERED_DELETIONS:
            self._deleted.popitem(last=False)

    def _file(self, key: Key, value: T) -> None:
        for name, values_of in self._indexers.items():
            index = self._indexes[name]
            for found_by in values_of(value):
                index[found_by] = (*index.get(found_by, ()), key)

    def _unfile(self, key: Key, value: T) -> None:
        for name, values_of in self._indexers.items():
            index = self._indexes[name]
            for found_by in values_of(value):
                if rest := tuple(other for other in index.get(found_by, ()) if other != key):
                    index[found_by] = rest
                else:
                    index.pop(found_by, None)


class Sweep(Generic[T]):
    """One comparison of a cache with a LIST, fed object by object so that the list is never held as a whole."""

    def __init__(self, cache: Cache[T], namespace: str | None) -> None:
        """Remember what is known now: only that can turn out to be gone."""
        self._cache = cache
        self._unseen = {key for key in cache if namespace is None or key[0] == namespace}
        self.changed: set[Key] = set()
        """Keys that were added, changed or removed."""

    def see(self, obj: Object) -> None:
        """Take an object of the list."""
        key = key_of(obj)
        self._unseen.discard(key)
        if self._cache.upsert(obj):
            self.changed.add(key)

    def finish(self, resource_version: str) -> set[Key]:
        """Remove what the list of this version did not have; returns every changed key."""
        listed_at = _as_number(resource_version)
        for key in self._unseen:
            if self._cache.remove_unless_newer(key, listed_at):
                self.changed.add(key)
        return self.changed


def key_of(obj: Object) -> Key:
    """Give the key of an API object."""
    meta: dict[str, Any] = obj["metadata"]
    # Interned: 12,000 parsed objects would carry 12,000 copies of one namespace's name.
    return sys.intern(meta.get("namespace", "")), meta["name"]


def version_of(obj: Object) -> int:
    """Give the object's resourceVersion, comparable within one resource."""
    return _as_number(obj["metadata"]["resourceVersion"])


def _as_number(resource_version: str) -> int:
    """Kubernetes documents them as comparable decimal numbers since 1.35, and they have been so all the time."""
    return int(resource_version)
