"""Results on a real child Job: once, whole or cut, also while the child is being stopped."""

import asyncio
import time

import httpx

from referee.core.children import child_from_job
from referee.core.result import MAX_BYTES, canonical
from referee.gateway.errors import Standing
from referee.runtime.paths import JOBS
from tests.contract.children.contract import OTHER, PARTIAL, RESULT, Json, Kept
from tests.integration.gateway.house import RealHouse, gateway_parts
from tests.integration.gateway.posting import post
from tests.testbed.cluster import Cluster

Client = httpx.AsyncClient


async def test_the_operator_reads_what_the_adapter_posted(house: RealHouse, client: Client) -> None:
    child = await house.start(0)

    answer = await post(client, child.credential, referee={"result": RESULT})

    assert answer.status_code == 204
    seen = child_from_job(await house.kube.get(JOBS.one(house.namespace, child.name)))
    assert seen is not None
    assert seen.result is not None
    assert [(m.name, m.value, m.stderr, m.n) for m in seen.result.metrics] == [("acc", 0.5, 0.05, 100)]


async def test_a_repeated_post_is_acknowledged_and_another_is_not(house: RealHouse, client: Client) -> None:
    child = await house.start(0)
    posts = [RESULT, RESULT, OTHER, RESULT]

    answers = [await post(client, child.credential, referee={"result": result}) for result in posts]

    assert [answer.status_code for answer in answers] == [204, 204, 409, 204]
    assert (await house.kept(child)).result == RESULT


async def test_a_large_result_is_cut_to_what_is_gated(house: RealHouse, client: Client) -> None:
    child = await house.start(0)
    many = [{"name": f"subset_{number}", "value": number / 1000, "stderr": 0.01} for number in range(1000)]
    large: Json = {**RESULT, "metrics": [*many, *RESULT["metrics"]], "message": "x" * 1000}

    answers = [await post(client, child.credential, referee={"result": large}) for _ in range(2)]

    kept = (await house.kept(child)).result
    assert [answer.status_code for answer in answers] == [204, 204]
    assert kept is not None
    assert len(canonical(kept)) <= MAX_BYTES
    assert kept["truncated"] is True
    assert kept["metrics"][-1] == RESULT["metrics"][0]


async def test_a_child_that_is_stopped_hands_over_what_it_has(house: RealHouse, client: Client) -> None:
    """As cancel and suspend do it: the Job controller deletes the pod, which has its grace."""
    pod = await house.pod(0)
    child = await house.running(pod)
    path = JOBS.one(house.namespace, child.name)
    await house.kube.merge_patch(path, {"spec": {"activeDeadlineSeconds": 1}})
    await house.until(lambda: is_leaving(house, child.name))

    partial = await post(client, child.credential, status="running", referee={"partial": PARTIAL})
    final = await post(client, child.credential, referee={"result": RESULT})

    assert (partial.status_code, final.status_code) == (204, 204)
    assert await house.kept(child) == Kept(RESULT, PARTIAL, None)
    await house.remove_pod(pod)


async def test_a_child_that_was_deleted_takes_nothing(house: RealHouse, client: Client) -> None:
    child = await house.start(0)
    await house.kube.delete(JOBS.one(house.namespace, child.name))

    answer = await post(client, child.credential, referee={"result": RESULT})

    assert answer.status_code in (403, 404)


async def test_results_of_many_children_at_once(house: RealHouse, client: Client) -> None:
    """About one Job patch each, and the children do not wait for each other."""
    jobs = [f"job-{number}" for number in range(20)]
    children = await asyncio.gather(*(house.start(0, job=job) for job in jobs))

    started = time.perf_counter()
    answers = await asyncio.gather(
        *(
            post(client, child.credential, job=job, referee={"result": RESULT})
            for job, child in zip(jobs, children, strict=True)
        )
    )
    seconds = time.perf_counter() - started

    assert [answer.status_code for answer in answers] == [204] * 20
    assert seconds < 5


async def test_two_gateways_agree_on_the_first(house: RealHouse, cluster: Cluster) -> None:
    child = await house.start(0)
    other = RealHouse(house.kube, house.namespace, house.kubelet)
    async with gateway_parts(other, cluster.credentials):
        caller = await house.children.identify(child.credential)

        ended = await asyncio.gather(
            house.children.put_result(caller, RESULT),
            other.children.put_result(caller, OTHER),
            return_exceptions=True,
        )

    kept = (await house.kept(child)).result
    assert kept in (RESULT, OTHER)
    assert [error is None for error in ended] == [kept == RESULT, kept == OTHER]
    assert all(error is None or isinstance(error, Standing) for error in ended)


async def is_leaving(house: RealHouse, job: str) -> bool:
    conditions = (await house.kube.get(JOBS.one(house.namespace, job)))["status"].get("conditions") or ()
    return any(condition["type"] == "FailureTarget" for condition in conditions)
