"""How providers and collections look in the OpenAPI document, and their patches; `wire` writes them."""

# ruff: noqa: RUF012 - pydantic copies a field's default
from typing import Any

from referee.gateway.evalhub.described import query
from referee.gateway.evalhub.models import PageDocument, Shown

Schema = dict[str, Any]


class CatalogueResource(Shown):
    """Which one it is."""

    id: str
    """What references name."""
    tenant: str = ""
    """Its namespace; absent of what all tenants share."""
    created_at: str
    updated_at: str
    owner: str = ""
    """Who made it; `system`: shared, and read-only."""


class OfferedBenchmarkDocument(Shown):
    """A benchmark that a provider offers."""

    id: str
    name: str
    category: str
    metrics: list[str] = []
    num_few_shot: int
    dataset_size: int
    """0: not known."""


class ProviderDocument(Shown):
    """A framework, and what it offers."""

    resource: CatalogueResource
    name: str
    title: str
    description: str = ""
    tags: list[str] = []
    runtime: dict[str, Any] = {}
    benchmarks: list[OfferedBenchmarkDocument]
    agent: dict[str, Any] = {}


class ProviderPage(PageDocument):
    """A list of providers, newest first."""

    items: list[ProviderDocument]


class CollectedBenchmarkDocument(Shown):
    """A benchmark in a collection."""

    id: str
    provider_id: str
    weight: float = 1
    parameters: dict[str, Any] = {}


class CollectionDocument(Shown):
    """A weighted set of benchmarks."""

    resource: CatalogueResource
    name: str
    description: str = ""
    category: str
    tags: list[str] = []
    custom: dict[str, Any] = {}
    pass_criteria: dict[str, Any] = {}
    benchmarks: list[CollectedBenchmarkDocument]


class CollectionPage(PageDocument):
    """A list of collections, newest first."""

    items: list[CollectionDocument]


_OPERATION: Schema = {
    "type": "object",
    "required": ["op", "path"],
    "properties": {
        "op": {"type": "string", "enum": ["replace", "add", "remove"]},
        "path": {"type": "string"},
        "value": {},
    },
}
_EITHER: Schema = {"oneOf": [{"type": "object"}, {"type": "array", "items": _OPERATION}]}
PATCH_BODY: Schema = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": _EITHER},
            "application/merge-patch+json": {"schema": {"type": "object"}},
            "application/json-patch+json": {"schema": {"type": "array", "items": _OPERATION}},
        },
    }
}
"""The body of a PATCH, in the `openapi_extra` of an address."""

FILTERS = (
    query("name", "Only those of this name."),
    query("tags", "Only those with all of these tags, separated by commas."),
    query("owner", "Only those that this user made; system: the shared ones."),
    query("scope", "Only the shared ones, or only the tenant's own.", {"type": "string", "enum": ["system", "tenant"]}),
)
"""Parameters of both lists."""
