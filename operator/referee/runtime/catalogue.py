"""Providers and collections: looked up for jobs, and told whether they can be used.

A reference is looked up in the job's namespace, then in the catalogue namespace. Of two objects with one id the
older counts, and the younger is told so.
"""

from collections import OrderedDict
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from referee.api.base import Model
from referee.api.collection import Collection
from referee.api.conditions import ConditionType, Reason
from referee.api.provider import CatalogueStatus, Provider
from referee.core.conditions import Claim, apply
from referee.core.parameters import schema_trouble
from referee.runtime.cache import Cache, Key
from referee.runtime.watched import Stored, Watched

_REMEMBERED = 128
"""Parsed objects: a catalogue of some dozen is asked again for each job."""


class Lookup:
    """Every provider and collection that is seen."""

    def __init__(self, watched: Watched, shared: Watched, catalogue_namespace: str) -> None:
        """Take what the operator watches, and what the catalogue namespace holds."""
        self._watched = watched
        self._shared = shared
        self._catalogue_namespace = catalogue_namespace
        self._parsed: OrderedDict[bytes, Model] = OrderedDict()

    def of(self, namespace: str) -> "NamespaceCatalogue":
        """What jobs of a namespace can refer to."""
        return NamespaceCatalogue(self, namespace)

    def provider(self, namespace: str, id_: str) -> Provider | None:
        """The provider that counts for a namespace."""
        found = self._find("providers", namespace, id_, Provider)
        return found if isinstance(found, Provider) else None

    def collection(self, namespace: str, id_: str) -> Collection | None:
        """The collection that counts for a namespace."""
        found = self._find("collections", namespace, id_, Collection)
        return found if isinstance(found, Collection) else None

    def ids(self, kind: str, namespace: str) -> set[str]:
        """Every id of `providers` or `collections` that would be found from a namespace."""
        found = set()
        for watched, where in ((self._watched, namespace), (self._shared, self._catalogue_namespace)):
            cache: Cache[Stored] = getattr(watched, kind)
            found |= {stored.id for key in cache if key[0] == where and (stored := cache.get(key)) is not None}
        return found

    def _find(self, kind: str, namespace: str, id_: str, model: type[Model]) -> Model | None:
        for watched, where in ((self._watched, namespace), (self._shared, self._catalogue_namespace)):
            cache: Cache[Stored] = getattr(watched, kind)
            if where and (oldest := _oldest(cache, where, id_)):
                return self._parse(watched, oldest, model)
        return None

    def _parse(self, watched: Watched, stored: Stored, model: type[Model]) -> Model | None:
        known = self._parsed.get(stored.packed)
        if known is None:
            try:
                known = model.model_validate(watched.unpack(stored))
            except ValidationError:
                return None  # its own status says what is wrong with it
            self._parsed[stored.packed] = known
            if len(self._parsed) > _REMEMBERED:
                self._parsed.popitem(last=False)
        return known

    def provider_status(self, key: Key, now: datetime) -> tuple[CatalogueStatus, CatalogueStatus] | None:
        """How a provider's status stands and how it should; None if there is none."""
        return self._status(self._watched.providers, key, Provider, now)

    def collection_status(self, key: Key, now: datetime) -> tuple[CatalogueStatus, CatalogueStatus] | None:
        """How a collection's status stands and how it should; None if there is none."""
        return self._status(self._watched.collections, key, Collection, now)

    def _status(
        self, cache: Cache[Stored], key: Key, model: type[Provider | Collection], now: datetime
    ) -> tuple[CatalogueStatus, CatalogueStatus] | None:
        stored = cache.get(key)
        if stored is None:
            return None
        document = self._watched.unpack(stored)
        stands = CatalogueStatus.model_validate(document.get("status") or {})
        found = self._parse(self._watched, stored, model)
        if isinstance(found, Provider):
            claim = _provider_claim(found)
        elif isinstance(found, Collection):
            claim = self._collection_claim(key[0], found)
        else:
            claim = _invalid_claim(model, document)
        claim = _duplicate(cache, key, stored) or claim
        generation = document["metadata"].get("generation", 0)
        return stands, CatalogueStatus(
            observed_generation=generation,
            conditions=apply(stands.conditions, [claim], generation, now),
            benchmarks=len(found.spec.benchmarks) if isinstance(found, Provider | Collection) else None,
        )

    def _collection_claim(self, namespace: str, collection: Collection) -> Claim:
        broken: dict[str, Reason] = {}
        for ref in collection.spec.benchmarks:
            provider = self.provider(namespace, ref.provider)
            if provider is None:
                broken[f"provider {ref.provider!r} is not found"] = Reason.PROVIDER_NOT_FOUND
            elif all(offered.id != ref.id for offered in provider.spec.benchmarks):
                broken[f"provider {ref.provider!r} has no benchmark {ref.id!r}"] = Reason.BENCHMARK_NOT_FOUND
            elif not provider.installed:
                broken[f"provider {ref.provider!r} is not installed"] = Reason.ADAPTER_NOT_INSTALLED
        if not broken:
            return Claim(ConditionType.READY, "True", Reason.READY)
        return Claim(ConditionType.READY, "False", next(iter(broken.values())), "; ".join(broken))


class NamespaceCatalogue:
    """`core.resolve.Catalogue` for the jobs of one namespace."""

    def __init__(self, lookup: Lookup, namespace: str) -> None:
        self._lookup = lookup
        self._namespace = namespace

    def provider(self, id_: str) -> Provider | None:
        """The oldest provider of that id."""
        return self._lookup.provider(self._namespace, id_)

    def collection(self, id_: str) -> Collection | None:
        """The oldest collection of that id."""
        return self._lookup.collection(self._namespace, id_)

    def provider_ids(self) -> set[str]:
        """Every id that would be found."""
        return self._lookup.ids("providers", self._namespace)

    def collection_ids(self) -> set[str]:
        """Every id that would be found."""
        return self._lookup.ids("collections", self._namespace)


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
    if first.uid == stored.uid:
        return None
    message = f"{name} is older and has the same id {stored.id!r}: change one of the two"
    return Claim(ConditionType.READY, "False", Reason.DUPLICATE_ID, message)


def _provider_claim(provider: Provider) -> Claim:
    schema = provider.spec.parameters_schema
    if schema is not None and (trouble := schema_trouble(schema)):
        return Claim(ConditionType.READY, "False", Reason.INVALID_SCHEMA, f"spec.parametersSchema{trouble}")
    if not provider.installed:
        message = "known, but not installed: spec.adapter.image is not set"
        # not Ready=False: `helm install --wait` and kstatus would wait for what nobody means to install
        return Claim(ConditionType.INSTALLED, "False", Reason.ADAPTER_NOT_INSTALLED, message)
    return Claim(ConditionType.READY, "True", Reason.READY)


def _invalid_claim(model: type[Model], document: dict[str, Any]) -> Claim:
    """What an object that an older CRD let in lacks."""
    said = "does not match the schema of this version"
    try:
        model.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        said = f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
    return Claim(ConditionType.READY, "False", Reason.INVALID_SPEC, said)
