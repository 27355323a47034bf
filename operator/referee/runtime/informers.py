"""From kopf's watches to the caches and the queues: the one file, beside the app, that knows kopf.

A handler here takes an event into a cache and says whose look it is worth; it never decides and never waits. Only
`on.event` is used: kopf's other handlers patch the objects they watch.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import kopf

from referee.api import names
from referee.runtime.cache import Cache, Key, key_of
from referee.runtime.children import CHILD_SELECTOR, Children
from referee.runtime.kube import Object
from referee.runtime.paths import COLLECTIONS, DATASETS, EVALUATION_JOBS, JOBS, PODS, PROVIDERS, Resource
from referee.runtime.resync import Resyncer, Source
from referee.runtime.watched import CATALOGUE, Watched
from referee.runtime.workqueue import WorkQueue


@dataclass(frozen=True, slots=True)
class CatalogueKey:
    """An object that jobs refer to, whose own status is to be looked at."""

    resource: Resource
    key: Key


@dataclass(frozen=True, slots=True)
class Queues:
    """Where changes are told."""

    jobs: WorkQueue[Key]
    catalogue: WorkQueue[CatalogueKey]


class Informers:
    """Caches that follow the API server, and the rules of who is told of what."""

    def __init__(
        self, watched: Watched, children: Children, queues: Queues, unplanned: Callable[[], Iterable[Key]]
    ) -> None:
        """Take the caches and the queues; `unplanned` names the jobs that wait for the catalogue."""
        self._watched = watched
        self._children = children
        self._queues = queues
        self._unplanned = unplanned

    def sources(
        self, namespaces: tuple[str | None, ...]
    ) -> list[tuple[list[Source], Cache[Any], Callable[[Iterable[Key]], None]]]:
        """What is listed at the start and swept, in this order: parents before children."""
        watched = self._watched
        return [
            *(
                (
                    [Source(resource, n) for n in namespaces],
                    watched.catalogue[resource],
                    self.catalogue_changed(resource),
                )
                for resource in CATALOGUE
            ),
            ([Source(EVALUATION_JOBS, n) for n in namespaces], watched.evaluation_jobs, self._jobs_changed),
            ([Source(JOBS, n, CHILD_SELECTOR) for n in namespaces], watched.children, self._children_changed),
            ([Source(PODS, n, CHILD_SELECTOR) for n in namespaces], watched.pods, self._pods_changed),
        ]

    def register(self, registry: kopf.OperatorRegistry, resyncers: list[Resyncer[Any]]) -> None:
        """Tell kopf what to watch; `resyncers` in the order of `sources`."""
        takers = (
            *((each, self._take(self._watched.catalogue[each], self.catalogue_changed(each))) for each in CATALOGUE),
            (EVALUATION_JOBS, self._take_job),
            (JOBS, self._take_child),
            (PODS, self._take_pod),
        )
        for (resource, take), resyncer in zip(takers, resyncers, strict=True):
            kopf.on.event(resource.group, resource.version, resource.plural, registry=registry, id=resource.plural)(
                _handler(take, resyncer)
            )

    def catalogue_changed(self, resource: Resource) -> Callable[[Iterable[Key]], None]:
        """What a change of what jobs refer to is worth: its own status, its peers', and the jobs that wait."""

        def changed(keys: Iterable[Key]) -> None:
            for key in keys:
                for peer in self._peers(resource, key):
                    self._queues.catalogue.add(CatalogueKey(resource, peer))
            if resource in (PROVIDERS, COLLECTIONS):
                # a collection's state rests on providers, also on those of the catalogue namespace
                for key in self._watched.catalogue[COLLECTIONS]:
                    self._queues.catalogue.add(CatalogueKey(COLLECTIONS, key))
            for key in tuple(self._unplanned()):
                self._queues.jobs.add(key)

        return changed

    def _peers(self, resource: Resource, key: Key) -> Iterable[Key]:
        """Those whose status may rest on whether this one is there: they share its id."""
        cache = self._watched.catalogue[resource]
        stored = cache.get(key)
        if stored is not None:
            return (key, *cache.keys_by("id", stored.id))
        # it is gone, and its id with it: whoever was told that it is younger must look again
        return (peer for peer in cache if peer[0] == key[0])

    def _take(self, cache: Cache[Any], changed: Callable[[Iterable[Key]], None]) -> "Take":
        def take(type_: str | None, obj: Object) -> None:
            if cache.delete(obj) if type_ == "DELETED" else cache.upsert(obj):
                changed([key_of(obj)])

        return take

    def _take_job(self, type_: str | None, obj: Object) -> None:
        self._take(self._watched.evaluation_jobs, self._jobs_changed)(type_, obj)
        # what we wrote ourselves the cache knows already, and nobody has told the dataset
        self._tell_dataset(key_of(obj))

    def _take_child(self, type_: str | None, obj: Object) -> None:
        cache = self._watched.children
        owners = [o for o in obj["metadata"].get("ownerReferences") or () if o.get("controller")]
        if type_ == "DELETED":
            uid = obj["metadata"]["uid"]
            self._watched.child_gone(uid)
            self._children.forget_child(uid)
        if (cache.delete(obj) if type_ == "DELETED" else cache.upsert(obj)) and owners:
            self._queues.jobs.add((obj["metadata"]["namespace"], owners[0]["name"]))

    def _take_pod(self, type_: str | None, obj: Object) -> None:
        cache = self._watched.pods
        if type_ == "DELETED":
            self._watched.pod_gone(obj)
        if cache.delete(obj) if type_ == "DELETED" else cache.upsert(obj):
            self._tell_owner((obj["metadata"].get("labels") or {}).get(names.LABEL_CONTROLLER_UID, ""))

    def _jobs_changed(self, keys: Iterable[Key]) -> None:
        # after a start there are thousands; those that run must not wait behind those that are over
        for key in sorted(keys, key=self._is_over):
            self._queues.jobs.add(key)

    def _tell_dataset(self, job: Key) -> None:
        """A run has said what it found in a dataset."""
        stored = self._watched.evaluation_jobs.get(job)
        if stored is not None and stored.dataset:
            for key in self._watched.catalogue[DATASETS].keys_by("id", stored.dataset):
                self._queues.catalogue.add(CatalogueKey(DATASETS, key))

    def _is_over(self, key: Key) -> bool:
        stored = self._watched.evaluation_jobs.get(key)
        return stored is not None and stored.over

    def _children_changed(self, keys: Iterable[Key]) -> None:
        for key in keys:
            stored = self._watched.children.get(key)
            if stored is not None:
                self._queues.jobs.add(stored.owner)
            else:  # it is gone, and whose it was with it: the look at each job is cheap
                self._watched.prune()
                self._children.prune()
                self._jobs_changed(k for k in self._watched.evaluation_jobs if k[0] == key[0])

    def _pods_changed(self, keys: Iterable[Key]) -> None:
        for key in keys:
            stored = self._watched.pods.get(key)
            if stored is not None:
                self._tell_owner(stored.job_uid)

    def _tell_owner(self, child_uid: str) -> None:
        for key in self._watched.children.keys_by("uid", child_uid):
            stored = self._watched.children.get(key)
            if stored is not None:
                self._queues.jobs.add(stored.owner)


Take = Callable[[str | None, Object], None]


def _handler(take: Take, resyncer: Resyncer[Any]) -> Callable[..., Any]:
    async def handle(event: kopf.RawEvent, **_: Any) -> None:  # noqa: ANN401 - kopf's protocol
        if event["type"] is None:
            resyncer.mark_relisted()
        take(event["type"], dict(event["object"]))

    return handle
