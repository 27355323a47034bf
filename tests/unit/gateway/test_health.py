"""What probes and scrapes see."""

from datetime import datetime

from prometheus_client import CollectorRegistry, Counter

from referee.gateway.app import create_app
from referee.gateway.health import Probes
from tests.unit.gateway.memory import MemoryChildren
from tests.unit.gateway.posting import client_of


async def test_health_is_as_the_sdk_reads_it() -> None:
    async with client_of(create_app(MemoryChildren())) as client:
        answer = await client.get("/api/v1/health")

    assert (answer.status_code, answer.json()["status"]) == (200, "healthy")
    assert datetime.fromisoformat(answer.json()["timestamp"]).tzinfo is not None


async def test_a_probe_names_what_is_wrong() -> None:
    probes = Probes(ready={"caches": lambda: "3 of 3 caches are not filled", "keys": lambda: None})
    async with client_of(create_app(MemoryChildren(), probes=probes)) as client:
        live, ready = await client.get("/healthz"), await client.get("/readyz")

    assert (live.status_code, live.json()) == (200, {})
    assert (ready.status_code, ready.json()) == (503, {"caches": "3 of 3 caches are not filled", "keys": "ok"})


async def test_metrics_are_those_of_the_registry() -> None:
    registry = CollectorRegistry()
    Counter("referee_example", "An example.", registry=registry).inc()
    async with client_of(create_app(MemoryChildren(), probes=Probes(registry=registry))) as client:
        answer = await client.get("/metrics")

    assert "referee_example_total 1.0" in answer.text
    assert answer.headers["Content-Type"].startswith("text/plain")
