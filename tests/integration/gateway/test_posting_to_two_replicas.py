"""Two gateways over one PostgreSQL: what is posted to either is counted once, and told seldom and in order."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from referee.api.names import ANNOTATION_STORE_REVISION
from referee.runtime.paths import EVALUATION_JOBS
from referee.store import Store
from tests.integration.gateway.awaiting import POSTER, SAMPLES, Waiting, make_job, score
from tests.integration.gateway.house import RealHouse
from tests.integration.gateway.process import gateway_process
from tests.testbed.cluster import Cluster
from tests.testbed.session import postgresql_of_this_run


@pytest.fixture(scope="module")
def postgresql_url() -> Iterator[str]:
    with postgresql_of_this_run() as server:
        yield server.url()


async def test_posts_to_either_are_told_in_order(
    bare: RealHouse, cluster: Cluster, role_kubeconfig: Path, postgresql_url: str
) -> None:
    kube, namespace = bare.kube, bare.namespace
    uid = await make_job(kube, namespace, {}, {})
    token = await asyncio.to_thread(cluster.service_account, namespace, "poster", POSTER)
    async with AsyncExitStack() as stack:
        first, second = [
            await stack.enter_async_context(gateway_process(role_kubeconfig, [namespace], store_url=postgresql_url))
            for _ in range(2)
        ]
        store = await Store.open(postgresql_url)
        stack.push_async_callback(store.close)
        doors = [Waiting(kube, namespace, store, gateway, token, uid) for gateway in (first, second)]
        version = (await kube.get(EVALUATION_JOBS.all(namespace)))["metadata"]["resourceVersion"]
        await doors[0].waits()
        started = asyncio.get_running_loop().time()

        for number in range(40):
            answer = await doors[number % 2].post("scores", score(SAMPLES[number % 9], value=number / 100))
            assert answer.status_code == 200
        answers = await asyncio.gather(*(door.post("scores", score("s9")) for door in doors))

        assert {answer.status_code for answer in answers} == {200}
        told = await doors[0].until_told(complete=True)
        seconds = asyncio.get_running_loop().time() - started
        assert (told["scores"], told["pending"]) == (10, 0)
        seen = []
        async with kube.watch(EVALUATION_JOBS.all(namespace), version, seconds=1) as events:
            async for event in events:
                text = (event.object["metadata"].get("annotations") or {}).get(ANNOTATION_STORE_REVISION)
                if text and text not in seen:
                    seen.append(text)
        revisions = [json.loads(text)["revision"] for text in seen]
        assert revisions == sorted(revisions)
        assert len(revisions) <= 2 + 2 * (seconds / 5 + 1), f"{revisions} in {seconds:.0f} s"
        assert len([row async for row in store.scores.read(uid)]) == 10
