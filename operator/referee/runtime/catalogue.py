"""What jobs refer to, looked up; and how the status of each such object stands and should.

A reference is looked up in the job's namespace, then in the catalogue namespace. Of two objects with one id the
older counts, and the younger is told so.
"""

import heapq
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TypeVar

from pydantic import ValidationError

from referee.api.collection import Collection
from referee.api.dataset import Dataset, DatasetStatus
from referee.api.evaluationjob import EvaluationJob
from referee.api.evaluator import Evaluator, EvaluatorStatus
from referee.api.provider import CatalogueStatus, Provider
from referee.core.checks.standing import Around, Entry, Standing, duplicate, invalid, standing
from referee.core.conditions import Claim, apply
from referee.runtime.cache import Cache, Key
from referee.runtime.paths import COLLECTIONS, DATASETS, EVALUATORS, PROVIDERS, Resource
from referee.runtime.watched import Stored, Watched

Status = CatalogueStatus | EvaluatorStatus | DatasetStatus
_Found = TypeVar("_Found", Provider, Collection, Evaluator, Dataset)

_LOOKED_AT = 100
"""Runs that passed, of which one may be a baseline: reading one takes a millisecond, in which nothing else is done."""
_REMEMBERED = 128
"""Parsed objects: a catalogue of some dozen is asked again for each job."""
_MODELS: Mapping[Resource, tuple[type[Entry], type[Status]]] = {
    PROVIDERS: (Provider, CatalogueStatus),
    COLLECTIONS: (Collection, CatalogueStatus),
    EVALUATORS: (Evaluator, EvaluatorStatus),
    DATASETS: (Dataset, DatasetStatus),
}


class Lookup:
    """Everything that is seen of what jobs refer to."""

    def __init__(self, watched: Watched, shared: Watched, catalogue_namespace: str) -> None:
        """Take what the operator watches, and what the catalogue namespace holds."""
        self._watched = watched
        self._shared = shared
        self._catalogue_namespace = catalogue_namespace
        self._parsed: OrderedDict[bytes, Entry] = OrderedDict()

    def of(self, namespace: str) -> "NamespaceCatalogue":
        """What jobs of a namespace can refer to."""
        return NamespaceCatalogue(self, self._watched, namespace)

    def find(self, resource: Resource, model: type[_Found], namespace: str, id_: str) -> _Found | None:
        """The object of an id that counts for a namespace."""
        for watched, where in ((self._watched, namespace), (self._shared, self._catalogue_namespace)):
            cache = watched.catalogue[resource]
            if where and (oldest := _oldest(cache, where, id_)):
                found = self._parse(watched, oldest, resource)
                return found if isinstance(found, model) else None
        return None

    def ids(self, resource: Resource, namespace: str) -> set[str]:
        """Every id that would be found from a namespace."""
        found = set()
        for watched, where in ((self._watched, namespace), (self._shared, self._catalogue_namespace)):
            cache = watched.catalogue[resource]
            found |= {stored.id for key in cache if key[0] == where and (stored := cache.get(key)) is not None}
        return found

    def status(self, resource: Resource, key: Key, now: datetime) -> tuple[Status, Status] | None:
        """How an object's status stands and how it should; None if there is no such object."""
        cache = self._watched.catalogue[resource]
        stored = cache.get(key)
        if stored is None:
            return None
        status = _MODELS[resource][1]
        document = self._watched.unpack(stored)
        stands = status.model_validate(document.get("status") or {})
        try:
            found = self._parsed_as(self._watched, stored, resource)
        except ValidationError as error:
            found, wrong = None, error
        around = Around(
            lambda id_: self.find(PROVIDERS, Provider, key[0], id_), lambda id_: self._runs_over(key[0], id_)
        )
        said = Standing(invalid(wrong), {}) if found is None else standing(found, around)
        claim = _duplicate(cache, key, stored) or said.claim
        generation = document["metadata"].get("generation", 0)
        conditions = apply(stands.conditions, [claim], generation, now)
        return stands, status(observed_generation=generation, conditions=conditions, **said.known)

    def _parse(self, watched: Watched, stored: Stored, resource: Resource) -> Entry | None:
        try:
            return self._parsed_as(watched, stored, resource)
        except ValidationError:
            return None  # its own status says what is wrong with it

    def _parsed_as(self, watched: Watched, stored: Stored, resource: Resource) -> Entry:
        known = self._parsed.get(stored.packed)
        if known is None or stored.too_deep:
            known = watched.parse(stored, _MODELS[resource][0])
            self._parsed[stored.packed] = known
            if len(self._parsed) > _REMEMBERED:
                self._parsed.popitem(last=False)
        return known

    def _runs_over(self, namespace: str, id_: str) -> Iterable[EvaluationJob]:
        """The newest run that said what it found in a dataset; older ones add nothing."""
        jobs = self._watched.evaluation_jobs
        found = [
            (stored.created, key)
            for key in jobs.keys_by("dataset", id_)
            if key[0] == namespace and (stored := jobs.get(key)) is not None
        ]
        if found:
            job = job_or_none(self._watched, max(found)[1])
            if job is not None:
                yield job


class NamespaceCatalogue:
    """`core.resolve.Catalogue` for the jobs of one namespace."""

    def __init__(self, lookup: Lookup, watched: Watched, namespace: str) -> None:
        self._lookup = lookup
        self._watched = watched
        self._namespace = namespace

    def provider(self, id_: str) -> Provider | None:
        """The oldest provider of that id."""
        return self._lookup.find(PROVIDERS, Provider, self._namespace, id_)

    def collection(self, id_: str) -> Collection | None:
        """The oldest collection of that id."""
        return self._lookup.find(COLLECTIONS, Collection, self._namespace, id_)

    def evaluator(self, id_: str) -> Evaluator | None:
        """The oldest evaluator of that id."""
        return self._lookup.find(EVALUATORS, Evaluator, self._namespace, id_)

    def dataset(self, id_: str) -> Dataset | None:
        """The oldest dataset of that id."""
        return self._lookup.find(DATASETS, Dataset, self._namespace, id_)

    def evaluation_job(self, name: str) -> EvaluationJob | None:
        """The job of that name."""
        return job_or_none(self._watched, (self._namespace, name))

    def passed_jobs(self, group: str) -> Iterable[EvaluationJob]:
        """Those of a group that passed, the last to end first, each read when it is asked for."""
        jobs = self._watched.evaluation_jobs
        passed = ((stored.passed, key) for key in jobs if key[0] == self._namespace and (stored := jobs.get(key)))
        ended = ((said[1], key) for said, key in passed if said is not None and said[0] == group)
        newest = heapq.nlargest(_LOOKED_AT, ended)
        return (job for _, key in newest if (job := job_or_none(self._watched, key)) is not None)

    def provider_ids(self) -> set[str]:
        """Every id that would be found."""
        return self._lookup.ids(PROVIDERS, self._namespace)

    def collection_ids(self) -> set[str]:
        """Every id that would be found."""
        return self._lookup.ids(COLLECTIONS, self._namespace)

    def evaluator_ids(self) -> set[str]:
        """Every id that would be found."""
        return self._lookup.ids(EVALUATORS, self._namespace)

    def dataset_ids(self) -> set[str]:
        """Every id that would be found."""
        return self._lookup.ids(DATASETS, self._namespace)


def job_or_none(watched: Watched, key: Key) -> EvaluationJob | None:
    """A job as last seen; None where there is none, or none that this version can read."""
    try:
        return watched.evaluation_job(key)
    except ValidationError:
        return None


def _named(cache: Cache[Stored], namespace: str, id_: str) -> list[tuple[str, str, Stored]]:
    """Those of one id in a namespace, the oldest first."""
    found = [
        (stored.created, key[1], stored)
        for key in cache.keys_by("id", id_)
        if key[0] == namespace and (stored := cache.get(key)) is not None
    ]
    return sorted(found, key=lambda entry: entry[:2])


def _oldest(cache: Cache[Stored], namespace: str, id_: str) -> Stored | None:
    found = _named(cache, namespace, id_)
    return found[0][2] if found else None


def _duplicate(cache: Cache[Stored], key: Key, stored: Stored) -> Claim | None:
    _, name, first = _named(cache, key[0], stored.id)[0]
    return None if first.uid == stored.uid else duplicate(name, stored.id)
