"""What a storm of progress costs, counted in calls: a real process behind a counting proxy."""

import asyncio
import time
from pathlib import Path

from tests.contract.children.contract import RESULT
from tests.fakeapi.proxy import FaultyProxy
from tests.integration.gateway.house import RealHouse
from tests.integration.gateway.kubeconfigs import kubeconfig_for
from tests.integration.gateway.posting import post
from tests.integration.gateway.process import gateway_process
from tests.testbed.cluster import Cluster

POSTS, SECONDS = 1000, 10.0


async def test_a_thousand_posts_of_progress_in_ten_seconds_are_three_patches(
    bare: RealHouse, cluster: Cluster, proxy: FaultyProxy, tmp_path: Path
) -> None:
    child = await bare.start(0)
    kubeconfig = kubeconfig_for(cluster, tmp_path / "proxied", cluster.token, bare.namespace, server=proxy.url)
    async with gateway_process(kubeconfig, [bare.namespace]) as gateway:
        proxy.calls.clear()

        async def tell(number: int) -> int:
            await asyncio.sleep(number * SECONDS / POSTS)
            progress = {"total": POSTS, "done": number, "errors": 0}
            answer = await post(gateway.client, child.credential, status="running", referee={"progress": progress})
            return answer.status_code

        answers = await asyncio.gather(*(tell(number) for number in range(POSTS)))
        started = time.perf_counter()
        result = await post(gateway.client, child.credential, referee={"result": RESULT})
        seconds = time.perf_counter() - started

    assert set(answers) == {204}
    assert result.status_code == 204
    assert seconds < 1
    # at 0, 5 and 10 seconds at most, and the result; no other call at all
    assert proxy.counted()["patch", "jobs"] <= 4
    assert set(proxy.counted()) == {("patch", "jobs")}
    kept = await bare.kept(child)
    assert kept.result == RESULT
    assert kept.progress is not None
    assert kept.progress["done"] >= 400
