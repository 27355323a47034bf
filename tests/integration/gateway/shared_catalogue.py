"""A tenant beside a shared catalogue, and the bodies with which the published client asks for providers and suites."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest

from tests.integration.gateway.evalhub_people import Town, town
from tests.testbed.cluster import Cluster

T = TypeVar("T")
HARNESS: dict[str, Any] = {
    "name": "My harness",
    "title": "Harness",
    "tags": ["nlp"],
    "runtime": {"k8s": {"image": "registry.example/h:1", "entrypoint": ["run"], "cpu_request": "100m"}},
    "benchmarks": [{"id": "mmlu", "name": "MMLU", "category": "knowledge", "metrics": ["acc"]}],
    "agent": {"evaluates": ["knowledge"], "target_type": "model"},
}
SUITE: dict[str, Any] = {
    "name": "Suite",
    "category": "safety",
    "tags": ["s"],
    "custom": {"team": "red"},
    "pass_criteria": {"threshold": 0.7},
    "benchmarks": [{"id": "mmlu", "provider_id": "shared", "weight": 2, "parameters": {"num_examples": 5}}],
}
SHARED: dict[str, Any] = {
    "kind": "Provider",
    "metadata": {"name": "shared-harness"},
    "spec": {
        "id": "shared",
        "title": "Shared",
        "parametersSchema": {"type": "object"},
        "benchmarks": [{"id": "mmlu", "category": "math", "metrics": [{"name": "acc", "type": "Boolean"}]}],
    },
}
SHARED_SUITE: dict[str, Any] = {
    "kind": "Collection",
    "metadata": {"name": "shared-suite"},
    "spec": {"title": "Shared suite", "category": "safety", "benchmarks": [{"id": "mmlu", "provider": "shared"}]},
}


@asynccontextmanager
async def beside_a_catalogue(cluster: Cluster, namespace: str, directory: Path) -> AsyncIterator[Town]:
    with cluster.namespace() as shared:
        for document in (SHARED, SHARED_SUITE):
            path = f"/apis/referee.dev/v1alpha1/namespaces/{shared}/{document['kind'].lower()}s"
            await asyncio.to_thread(cluster.api.post, path, {"apiVersion": "referee.dev/v1alpha1", **document})
        async with town(cluster, namespace, shared, directory) as here:
            yield here


async def do(call: Callable[..., T], *args: Any, **keywords: Any) -> T:
    return await asyncio.to_thread(call, *args, **keywords)


async def refused(call: Callable[..., object], *args: Any) -> tuple[int, str]:
    with pytest.raises(httpx.HTTPStatusError) as refusal:
        await do(call, *args)
    return refusal.value.response.status_code, refusal.value.response.json()["message_code"]
