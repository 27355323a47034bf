"""The read side of the watch cache: jobs in order, providers and collections as models, without the API server.

Whether somebody may read is asked elsewhere; this only knows. A writer remembers what the API server answered, so
that its next read sees it; another replica sees it when its watch does.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

from pydantic import ValidationError

from referee.api.collection import Collection
from referee.api.provider import Provider
from referee.gateway.feed import Listener
from referee.gateway.kept import KeptCatalogue
from referee.gateway.newest import Newest
from referee.gateway.seen import SeenJob
from referee.gateway.watched import JobEntry, Watched
from referee.runtime.cache import Cache
from referee.runtime.kube import Object

__all__ = ["Catalogued", "CollectionEntry", "JobEntry", "Objects", "ProviderEntry"]

M = TypeVar("M", Provider, Collection)

_REMEMBERED = 1024
"""Parsed models: a catalogue of some dozen, asked again for each request."""


@dataclass(frozen=True, slots=True)
class Catalogued(Generic[M]):
    """A Provider or a Collection, as a tenant sees it."""

    kept: KeptCatalogue
    model: M
    system: bool
    """It stands in the catalogue's namespace, which tenants can only read."""

    @property
    def id(self) -> str:
        """What references name."""
        return self.kept.id

    @property
    def uid(self) -> str:
        """Of the object."""
        return self.kept.uid

    @property
    def name(self) -> str:
        """Of the object; not what references name."""
        return self.kept.name

    @property
    def namespace(self) -> str:
        """Where it stands."""
        return self.kept.namespace

    @property
    def created(self) -> str:
        """When, as creationTimestamp has it."""
        return self.kept.created

    @property
    def resource_version(self) -> str:
        """Of the object, as last seen."""
        return self.kept.resource_version

    def object(self) -> Object:
        """The whole custom resource; a copy of one's own each time."""
        return self.kept.object()


ProviderEntry = Catalogued[Provider]
CollectionEntry = Catalogued[Collection]


class Objects:
    """What stands in the cluster, for people."""

    def __init__(self, watched: Watched) -> None:
        self._watched = watched
        self.catalogue_namespace = watched.catalogue_namespace
        """Where what all tenants share stands; empty: nowhere."""

    def serves(self, namespace: str) -> bool:
        """Whether this gateway watches the namespace; of others nothing is known here."""
        return self._watched.serves(namespace)

    def unprimed(self) -> str | None:
        """Why lists would not be complete yet; None once they are."""
        return self._watched.unprimed()

    def job(self, namespace: str, name: str) -> JobEntry | None:
        """The EvaluationJob of this name."""
        return self._watched.evaluations.get((namespace, name))

    def jobs(self, namespace: str) -> Newest[JobEntry]:
        """All of a namespace, newest first, by creationTimestamp and uid; a view that costs nothing to make."""
        return self._watched.evaluations.newest(namespace)

    def requested(self, namespace: str, identity: str) -> list[JobEntry]:
        """The jobs whose annotation begins with this identity of a request."""
        return self._watched.evaluations.by("request", (namespace, identity))

    def generation(self, namespace: str) -> tuple[int, int]:
        """Counts the changes of the namespace's jobs and of their children: equal numbers, equal lists."""
        return self._watched.evaluations.generation(namespace), self._watched.jobs.generation(namespace)

    def changes(self, namespace: str) -> AbstractContextManager[Listener]:
        """Hear the names of the namespace's jobs that come, change or go, for as long as the context is open."""
        return self._watched.evaluations.feed.listening(namespace)

    def close(self) -> None:
        """End everybody who hears of changes: the server stops."""
        self._watched.evaluations.feed.close()

    def children(self, namespace: str, job_uid: str) -> list[SeenJob]:
        """The child Jobs of an EvaluationJob: its namespace's, whatever others name as their owner."""
        return self._watched.jobs.by("evaluation", (namespace, job_uid))

    def provider(self, namespace: str, id_: str) -> ProviderEntry | None:
        """The provider that counts for a namespace: its own, else the catalogue's; of several the oldest."""
        return self._counting(self._watched.providers, namespace, id_, Provider)

    def collection(self, namespace: str, id_: str) -> CollectionEntry | None:
        """The collection that counts for a namespace."""
        return self._counting(self._watched.collections, namespace, id_, Collection)

    def providers(self, namespace: str) -> Sequence[ProviderEntry]:
        """Every provider that counts for a namespace, newest first."""
        return self._all(self._watched.providers, namespace, Provider)

    def collections(self, namespace: str) -> Sequence[CollectionEntry]:
        """Every collection that counts for a namespace, newest first."""
        return self._all(self._watched.collections, namespace, Collection)

    def remember(self, obj: Object) -> None:
        """Take the API server's answer to a write."""
        self._watched.upsert(obj)

    def forget(self, obj: Object) -> None:
        """Take a deletion that the API server has confirmed."""
        meta = obj["metadata"]
        self._watched.discard(obj["kind"], (meta["namespace"], meta["name"]), meta["uid"])

    def _counting(self, cache: Cache[KeptCatalogue], namespace: str, id_: str, model: type[M]) -> Catalogued[M] | None:
        for where in dict.fromkeys((namespace, self.catalogue_namespace)):
            found = cache.by("id", (where, id_)) if where else []
            if found and (parsed := _parsed(model, min(found, key=_age))) is not None:
                return self._entry(parsed)
        return None

    def _all(self, cache: Cache[KeptCatalogue], namespace: str, model: type[M]) -> list[Catalogued[M]]:
        places = {namespace, self.catalogue_namespace}
        ids = {kept.id for kept in cache.values() if kept.namespace in places}
        found = (self._counting(cache, namespace, id_, model) for id_ in ids)
        entries = [entry for entry in found if entry is not None]
        return sorted(entries, key=lambda entry: (entry.created, entry.uid), reverse=True)

    def _entry(self, parsed: "tuple[KeptCatalogue, M]") -> Catalogued[M]:
        kept, model = parsed
        return Catalogued(kept, model, kept.namespace == self.catalogue_namespace)


def _age(kept: KeptCatalogue) -> tuple[str, str]:
    return kept.created, kept.name


def _parsed(model: type[M], kept: KeptCatalogue) -> tuple[KeptCatalogue, M] | None:
    """With its model; None for what an older CRD let in: its own status says what is wrong with it."""
    found = _parse(model, kept)
    return None if found is None else (kept, found)


@lru_cache(_REMEMBERED)
def _parse(model: type[M], kept: KeptCatalogue) -> M | None:
    try:
        return model.model_validate(kept.object())
    except ValidationError:
        return None
