"""The API level carries what the operator stands on: Jobs whose pods are run by a double of the kubelet."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from tests.testbed.autopilot import Fate, autopilot, runs, succeeds
from tests.testbed.cluster import Cluster
from tests.testbed.kubelet_double import KubeletDouble

Json = dict[str, Any]

MANY = 200


def job(name: str, **spec: Any) -> Json:
    pod = {"restartPolicy": "Never", "containers": [{"name": "adapter", "image": "nowhere.test/adapter:1"}]}
    return {"metadata": {"name": name}, "spec": {"backoffLimit": 0, "template": {"spec": pod}, **spec}}


def jobs_path(namespace: str, name: str = "") -> str:
    return f"/apis/batch/v1/namespaces/{namespace}/jobs" + (f"/{name}" if name else "")


def pods_of(cluster: Cluster, namespace: str, name: str) -> list[Json]:
    selector = f"batch.kubernetes.io/job-name={name}"
    items: list[Json] = cluster.api.get(f"/api/v1/namespaces/{namespace}/pods", labelSelector=selector)["items"]
    return items


def has(condition: str) -> Callable[[Json], bool]:
    return lambda found: any(
        one["type"] == condition and one["status"] == "True" for one in found["status"].get("conditions", [])
    )


async def wait(cluster: Cluster, path: str, until: Callable[[Json], Any], seconds: float = 20) -> Json:
    return await asyncio.to_thread(cluster.api.wait, path, until, seconds)


async def one_pod(cluster: Cluster, namespace: str, name: str) -> Json:
    pods = f"/api/v1/namespaces/{namespace}/pods"
    await wait(cluster, pods, lambda found: found["items"])
    [pod] = pods_of(cluster, namespace, name)
    return pod


async def test_a_job_gets_a_pod(cluster: Cluster, namespace: str) -> None:
    cluster.api.post(jobs_path(namespace), job("one"))
    pod = await one_pod(cluster, namespace, "one")
    assert pod["status"]["phase"] == "Pending"


async def test_a_pod_that_succeeds_completes_its_job(cluster: Cluster, namespace: str, kubelet: KubeletDouble) -> None:
    cluster.api.post(jobs_path(namespace), job("one"))
    pod = await one_pod(cluster, namespace, "one")
    await kubelet.run(pod)
    await wait(cluster, jobs_path(namespace, "one"), lambda found: found["status"].get("ready") == 1)
    await kubelet.succeed(pod, '{"status": "Completed"}')
    await wait(cluster, jobs_path(namespace, "one"), has("Complete"))
    [ended] = pods_of(cluster, namespace, "one")
    [container] = ended["status"]["containerStatuses"]
    assert container["state"]["terminated"]["message"] == '{"status": "Completed"}'
    assert ended["spec"]["nodeName"] == kubelet.node


async def oom(kubelet: KubeletDouble, pod: Json) -> None:
    await kubelet.fail(pod, 137, "OOMKilled")


async def evicted(kubelet: KubeletDouble, pod: Json) -> None:
    await kubelet.evict(pod)


@pytest.mark.parametrize("fate", [oom, evicted])
async def test_a_pod_that_fails_fails_its_job(
    cluster: Cluster, namespace: str, kubelet: KubeletDouble, fate: Fate
) -> None:
    async with autopilot(kubelet, namespace, fate):
        cluster.api.post(jobs_path(namespace), job("one"))
        found = await wait(cluster, jobs_path(namespace, "one"), has("Failed"))
    assert found["status"]["failed"] == 1


async def test_pods_that_cannot_start_say_why(cluster: Cluster, namespace: str, kubelet: KubeletDouble) -> None:
    cluster.api.post(jobs_path(namespace), job("one"))
    pod = await one_pod(cluster, namespace, "one")
    await kubelet.unschedulable(pod, "0/1 nodes are available")
    [seen] = pods_of(cluster, namespace, "one")
    assert seen["status"]["conditions"][0]["reason"] == "Unschedulable"
    await kubelet.waiting(pod, "ImagePullBackOff", "no such image")
    [seen] = pods_of(cluster, namespace, "one")
    assert seen["status"]["containerStatuses"][0]["state"]["waiting"]["reason"] == "ImagePullBackOff"
    assert seen["status"]["phase"] == "Pending"


async def test_a_suspended_job_gives_its_pod_time_to_say_what_it_has(
    cluster: Cluster, namespace: str, kubelet: KubeletDouble
) -> None:
    began, last_words = asyncio.Event(), []

    async def reports_on_its_way_out(kubelet: KubeletDouble, pod: Json) -> None:
        await kubelet.run(pod)
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            last_words.append(pod["metadata"]["name"])

    async with autopilot(kubelet, namespace, reports_on_its_way_out):
        cluster.api.post(jobs_path(namespace), job("one"))
        await asyncio.wait_for(began.wait(), 10)
        [pod] = pods_of(cluster, namespace, "one")
        cluster.api.patch(jobs_path(namespace, "one"), {"spec": {"suspend": True}})
        await wait(cluster, f"/api/v1/namespaces/{namespace}/pods", lambda found: not found["items"])
        await wait(cluster, jobs_path(namespace, "one"), has("Suspended"))
    assert last_words == [pod["metadata"]["name"]]


async def test_what_a_job_owns_goes_with_it(cluster: Cluster, namespace: str, kubelet: KubeletDouble) -> None:
    async with autopilot(kubelet, namespace, runs):
        cluster.api.post(jobs_path(namespace), job("one"))
        pods = f"/api/v1/namespaces/{namespace}/pods"
        await wait(cluster, pods, lambda found: [p for p in found["items"] if p["status"]["phase"] == "Running"])
        cluster.api.delete(jobs_path(namespace, "one"), propagationPolicy="Background")
        await wait(cluster, pods, lambda found: not found["items"])


async def test_two_hundred_jobs_at_once_complete(cluster: Cluster, namespace: str, kubelet: KubeletDouble) -> None:
    async with autopilot(kubelet, namespace, succeeds("done")):
        jobs = [job(f"many-{number}") for number in range(MANY)]
        await asyncio.gather(*(kubelet.call("POST", jobs_path(namespace), body) for body in jobs))

        def all_complete(found: Json) -> bool:
            return sum(map(has("Complete"), found["items"])) == MANY

        await wait(cluster, jobs_path(namespace), all_complete, seconds=60)
