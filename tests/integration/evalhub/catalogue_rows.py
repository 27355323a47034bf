"""The rows about health, providers and collections."""

from typing import Any

from tests.integration.evalhub.asking import Ask

TOY: dict[str, Any] = {
    "id": "toy",
    "name": "Toy",
    "title": "A toy",
    "description": "for comparisons",
    "tags": ["small"],
    "runtime": {
        "k8s": {"image": "registry.example/toy:1", "entrypoint": ["run"]},
        "local": {"command": "echo one; echo two"},
    },
    "benchmarks": [
        {
            "id": "arc",
            "name": "ARC",
            "description": "questions",
            "category": "reasoning",
            "metrics": ["acc", "acc_norm"],
            "num_few_shot": 5,
            "dataset_size": 10,
            "tags": ["qa"],
            "primary_score": {"metric": "acc"},
            "pass_criteria": {"threshold": 0.5},
        },
        {"id": "mmlu", "name": "MMLU", "category": "knowledge", "metrics": ["acc"]},
        {
            "id": "perplexity",
            "name": "Perplexity",
            "category": "language",
            "metrics": ["loss"],
            "primary_score": {"metric": "loss", "lower_is_better": True},
        },
    ],
}
DUO: dict[str, Any] = {
    "id": "duo",
    "name": "Duo",
    "category": "general",
    "description": "two of the toy's",
    "tags": ["small"],
    "pass_criteria": {"threshold": 0.6},
    "benchmarks": [
        {"id": "arc", "provider_id": "toy", "weight": 2, "parameters": {"num_examples": 5}},
        {"id": "mmlu", "provider_id": "toy", "primary_score": {"metric": "acc"}},
    ],
}
_BENCHMARK = {"id": "b", "name": "B", "category": "c", "metrics": ["m"]}
_PROVIDER = {
    "name": "Mine",
    "title": "My own",
    "description": "d",
    "tags": ["own"],
    "runtime": {"k8s": {"image": "registry.example/mine:1", "entrypoint": ["go"], "cpu_request": "100m"}},
    "benchmarks": [_BENCHMARK],
    "agent": {"evaluates": ["knowledge"], "target_type": "model", "summary": "s"},
}
_WITH_NULLS = {
    "name": "Nulls",
    "title": "",
    "description": None,
    "tags": [],
    "runtime": None,
    "benchmarks": [_BENCHMARK],
}
_COLLECTION = {
    "name": "Suite",
    "category": "safety",
    "description": "d",
    "tags": ["own"],
    "custom": {"team": "red"},
    "pass_criteria": {"threshold": 0.7},
    "benchmarks": [{"id": "arc", "provider_id": "toy", "weight": 2, "parameters": {"k": 1}}],
}


def _without(document: dict[str, Any], field: str) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name != field}


HEALTH = (
    Ask("health", "GET", "/health", nobody=True),
    Ask("health, posted", "POST", "/health", nobody=True),
    Ask("an address that does not exist", "GET", "nothing"),
    Ask("a slash at the end", "GET", "providers/"),
    Ask("the benchmarks' own list", "GET", "benchmarks"),
    Ask("another method", "PUT", "jobs", {}),
    Ask("HEAD", "HEAD", "jobs"),
    Ask("OPTIONS", "OPTIONS", "jobs"),
    Ask("no credential", "GET", "providers", nobody=True),
    Ask("a transaction of one's own", "GET", "providers/toy", headers={"X-Global-Transaction-Id": "mine"}),
)

PROVIDERS = (
    Ask("providers", "GET", "providers"),
    Ask("providers, limit=1", "GET", "providers?limit=1"),
    Ask("providers, limit=0", "GET", "providers?limit=0"),
    Ask("providers, behind the end", "GET", "providers?offset=10"),
    Ask("providers, limit=-1", "GET", "providers?limit=-1"),
    Ask("providers, limit=x", "GET", "providers?limit=x"),
    Ask("providers, an unknown parameter", "GET", "providers?colour=red"),
    Ask("providers without benchmarks", "GET", "providers?benchmarks=false"),
    Ask("providers, benchmarks=maybe", "GET", "providers?benchmarks=maybe"),
    Ask("providers by name", "GET", "providers?name=Toy"),
    Ask("providers by tag", "GET", "providers?tags=small"),
    Ask("providers by another tag", "GET", "providers?tags=small,large"),
    Ask("providers of the system, by owner", "GET", "providers?owner=system"),
    Ask("providers of the system", "GET", "providers?scope=system"),
    Ask("providers of the tenant", "GET", "providers?scope=tenant"),
    Ask("providers, scope and owner", "GET", "providers?scope=system&owner=me"),
    Ask("providers, an unknown scope", "GET", "providers?scope=all"),
    Ask("a provider", "GET", "providers/toy"),
    Ask("a provider that does not exist", "GET", "providers/none"),
    Ask("a new provider", "POST", "providers", _PROVIDER, keep="provider"),
    Ask("a new provider as the CLI sends it", "POST", "providers", _WITH_NULLS, keep="nulls"),
    Ask("a new provider, {}", "POST", "providers", {}, keep=""),
    Ask("a new provider, no JSON", "POST", "providers", "{"),
    Ask("a new provider, no body", "POST", "providers"),
    Ask("a new provider with a number for a name", "POST", "providers", {**_PROVIDER, "name": 7}),
    Ask("the new provider", "GET", "providers/{provider}"),
    Ask("a provider, replaced", "PUT", "providers/{provider}", {**_PROVIDER, "title": "Other"}),
    Ask("a provider, merge patch", "PATCH", "providers/{nulls}", {"title": "Merged"}),
    Ask(
        "a provider, JSON Patch",
        "PATCH",
        "providers/{provider}",
        [{"op": "replace", "path": "/title", "value": "Patched"}],
    ),
    Ask("a provider, JSON Patch of the id", "PATCH", "providers/{provider}", [{"op": "remove", "path": "/resource"}]),
    Ask("a provider, JSON Patch moving", "PATCH", "providers/{provider}", [{"op": "move", "path": "/title"}]),
    Ask("a provider, an empty JSON Patch", "PATCH", "providers/{provider}", []),
    Ask("a provider of the system, replaced", "PUT", "providers/toy", _PROVIDER),
    Ask(
        "a provider of the system, patched",
        "PATCH",
        "providers/toy",
        [{"op": "replace", "path": "/title", "value": "x"}],
    ),
    Ask("a provider of the system, deleted", "DELETE", "providers/toy"),
    Ask("a provider, deleted", "DELETE", "providers/{nulls}"),
    Ask("a deleted provider", "GET", "providers/{nulls}"),
    Ask("a provider, deleted again", "DELETE", "providers/{nulls}"),
)

COLLECTIONS = (
    Ask("collections", "GET", "collections"),
    Ask("collections, limit=1", "GET", "collections?limit=1"),
    Ask("collections by category", "GET", "collections?category=general"),
    Ask("collections by another category", "GET", "collections?category=other"),
    Ask("collections, an unknown parameter", "GET", "collections?colour=red"),
    Ask("a collection", "GET", "collections/duo"),
    Ask("a collection that does not exist", "GET", "collections/none"),
    Ask("a new collection", "POST", "collections", _COLLECTION, keep="collection"),
    Ask("a new collection without a name", "POST", "collections", _without(_COLLECTION, "name")),
    Ask("a new collection without a category", "POST", "collections", _without(_COLLECTION, "category")),
    Ask("a new collection without benchmarks", "POST", "collections", {**_COLLECTION, "benchmarks": []}),
    Ask("the new collection", "GET", "collections/{collection}"),
    Ask("a collection, replaced", "PUT", "collections/{collection}", {**_COLLECTION, "description": "other"}),
    Ask("a collection, merge patch", "PATCH", "collections/{collection}", {"description": "merged"}),
    Ask(
        "a collection, JSON Patch",
        "PATCH",
        "collections/{collection}",
        [{"op": "replace", "path": "/description", "value": "patched"}],
    ),
    Ask("a collection of the system, replaced", "PUT", "collections/duo", _COLLECTION),
    Ask("a collection of the system, deleted", "DELETE", "collections/duo"),
    Ask("a collection, deleted", "DELETE", "collections/{collection}"),
    Ask("a deleted collection", "GET", "collections/{collection}"),
)
