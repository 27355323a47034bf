"""Whatever the CRDs let in, the published SDK reads it, and what EvalHub's words cannot say survives them."""

import json
from typing import Any

from evalhub.models.api import Collection, CollectionList, Provider, ProviderList
from hypothesis import HealthCheck, assume, given, reject, settings

from referee.api import collection, provider
from referee.api.crd import definition
from referee.gateway.errors import Malformed
from referee.gateway.evalhub.wire.catalogue_requests import CollectionRequest, ProviderRequest
from referee.gateway.evalhub.wire.collections import collection_document, collection_spec
from referee.gateway.evalhub.wire.providers import provider_document, provider_spec
from referee.gateway.evalhub.wire.reading import read_as
from referee.gateway.evalhub.wire.standing import carried_over, difference
from tests.unit.gateway.evalhub.manifests import of_schema

Json = dict[str, Any]
RESOURCE = {"id": "x", "tenant": "team", "created_at": "2026-01-01T00:00:00Z"}
_MANY = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def specs(kind: type[provider.Provider | collection.Collection]) -> Any:
    schema = definition(kind)["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    return of_schema(schema["properties"]["spec"])


def without_nulls(value: Any) -> bool:
    if isinstance(value, dict):
        return all(entry is not None and without_nulls(entry) for entry in value.values())
    return not isinstance(value, list) or all(entry is not None and without_nulls(entry) for entry in value)


@_MANY
@given(specs(provider.Provider))
def test_every_provider_that_can_stand_is_one_the_sdk_reads(spec: Json) -> None:
    document = {"resource": RESOURCE, **provider_document(spec, "x")}

    listed = json.loads(json.dumps({"total_count": 1, "items": [document]}, allow_nan=False))

    assert ProviderList(**listed).items == [Provider(**document)]
    assert without_nulls(document)


@_MANY
@given(specs(collection.Collection))
def test_every_collection_that_can_stand_is_one_the_sdk_reads(spec: Json) -> None:
    document = {"resource": RESOURCE, **collection_document(spec, "x")}

    listed = json.loads(json.dumps({"total_count": 1, "items": [document]}, allow_nan=False))

    assert CollectionList(**listed).items == [Collection(**document)]
    own = {"custom", "benchmarks"}  # hold what users wrote
    assert without_nulls({name: value for name, value in document.items() if name not in own})


@_MANY
@given(specs(provider.Provider))
def test_another_title_changes_nothing_but_the_title_of_a_provider(spec: Json) -> None:
    document = provider_document(spec, "x")
    before = _said(ProviderRequest, provider_spec, document)
    after = _said(ProviderRequest, provider_spec, {**document, "title": "another"})

    assert carried_over(spec, before, after) == {**spec, "title": "another"}


@_MANY
@given(specs(collection.Collection))
def test_another_category_changes_nothing_but_the_category_of_a_collection(spec: Json) -> None:
    document = collection_document(spec, "x")
    before = _said(CollectionRequest, collection_spec, document)
    after = _said(CollectionRequest, collection_spec, {**document, "category": "another"})

    assert carried_over(spec, before, after) == {**spec, "category": "another"}


@_MANY
@given(specs(provider.Provider), specs(provider.Provider))
def test_a_difference_leads_from_one_object_to_the_other(one: Json, other: Json) -> None:
    assume(without_nulls(one) and without_nulls(other))  # a merge patch cannot carry a null

    assert _merged(one, difference(one, other)) == other


def _said(model: Any, spec_of: Any, document: Json) -> Any:
    try:
        return spec_of(read_as(model, document))
    except Malformed:
        reject()  # an example that EvalHub's words cannot say


def _merged(target: Any, patch: Any) -> Any:
    """RFC 7386, as the API server does it."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = _merged(merged.get(name), value)
    return merged
