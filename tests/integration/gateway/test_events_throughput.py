"""What a storm of progress costs, counted in calls: a real process behind a counting proxy."""

import asyncio
import time
from pathlib import Path

from referee.gateway.reporting.throttle import SHORTEST
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

        started = time.monotonic()
        answers = set()
        for number in range(POSTS):
            await asyncio.sleep(started + number * SECONDS / POSTS - time.monotonic())
            progress = {"total": POSTS, "done": number, "errors": 0}
            answer = await post(gateway.client, child.credential, status="running", referee={"progress": progress})
            answers.add(answer.status_code)
        told = time.monotonic()
        result = await post(gateway.client, child.credential, referee={"result": RESULT})
        kept_after = time.monotonic() - told

    assert (answers, result.status_code) == ({204}, 204)
    assert kept_after < 1
    # one at once, one for each five seconds that have passed, and the result; no other call at all
    assert proxy.counted()["patch", "jobs"] <= 1 + (told - started) // SHORTEST + 1
    assert set(proxy.counted()) == {("patch", "jobs")}
    kept = await bare.kept(child)
    assert kept.result == RESULT
    assert kept.progress is not None
    assert kept.progress["done"] >= POSTS * 0.4
