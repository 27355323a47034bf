"""Objects that an API server takes and Python does not read by itself: the gateway leaves them out, and lives."""

import json
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from referee.runtime.kube import Kube
from referee.runtime.paths import EVALUATION_JOBS, PROVIDERS
from referee.runtime.transport import Transport
from tests.integration.cli.backends import until
from tests.integration.gateway.kubeconfigs import kubeconfig_for
from tests.integration.gateway.people_house import GATEWAY, JOB, WRITER, rules
from tests.integration.gateway.process import Process, gateway_process
from tests.testbed.cluster import Cluster

LEVELS = 5_000
JOBS = "/api/v1/evaluationjobs"


@pytest.fixture(autouse=True)
def _deep_answers() -> Iterator[None]:
    """The test reads them too."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(3 * LEVELS)
    yield
    sys.setrecursionlimit(before)


@pytest.fixture
async def kube(cluster: Cluster) -> AsyncIterator[Kube]:
    transport = Transport(cluster.credentials)
    yield Kube(transport)
    await transport.close()


def deep() -> Any:
    inner: Any = {}
    for level in range(LEVELS):
        inner = [inner] if level % 2 else {"a": inner}
    return inner


def named(name: str, **benchmark: Any) -> dict[str, Any]:
    ref = {"id": "b", "provider": "p", **benchmark}
    spec = {"model": {"url": "http://m/v1", "name": "m"}, "benchmarks": [ref]}
    return {**JOB, "metadata": {"name": name}, "spec": spec}


async def test_lists_and_watches_go_on_beside_deep_objects(
    cluster: Cluster, namespace: str, kube: Kube, tmp_path: Path
) -> None:
    own = cluster.service_account(namespace, GATEWAY, rules("gateway"))
    token = cluster.service_account(namespace, "writer", WRITER)
    file = kubeconfig_for(cluster, tmp_path / "gateway.kubeconfig", own, namespace)
    jobs = EVALUATION_JOBS.all(namespace)

    async def listed(process: Process) -> list[str]:
        answer = await process.client.get(JOBS, headers={"Authorization": f"Bearer {token}"})
        return sorted(item["metadata"]["name"] for item in answer.json()["items"])

    await kube.create(jobs, named("deep-before", parameters={"a": deep()}))
    adapter = {"adapter": {"image": "a:1"}, "benchmarks": [{"id": "b", "parameters": {"a": deep()}}]}
    provider = {"apiVersion": JOB["apiVersion"], "kind": "Provider", "metadata": {"name": "p"}, "spec": adapter}
    await kube.create(PROVIDERS.all(namespace), provider)
    await kube.create(jobs, named("before"))
    with (tmp_path / "log").open("wb") as log:
        async with gateway_process(file, [namespace], output=log) as process:
            assert await listed(process) == ["before"]

            await kube.create(jobs, named("deep-after", parameters={"a": deep()}))
            await kube.create(jobs, named("after"))

            assert await until(lambda: listed(process), lambda found: "after" in found) == ["after", "before"]
            one = await process.client.get(f"{JOBS}/deep-after", headers={"Authorization": f"Bearer {token}"})
            assert one.status_code == 404
            refused = await process.client.post(
                JOBS,
                content=json.dumps(named("posted", parameters={"a": deep()})),
                headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
            )
            assert (refused.status_code, "nested more than 64 deep" in refused.text) == (400, True)
            assert process.child.returncode is None
    told = (tmp_path / "log").read_text()
    assert told.count("left out: nested more than 100 deep") >= 2
