"""From a pod to its job: who is refused, and when nobody is."""

from typing import Any

import pytest

from referee.api import names
from referee.gateway.errors import NotPermitted, Unavailable
from referee.runtime.kube import Object
from referee.runtime.paths import EVALUATION_JOBS, JOBS, PODS
from tests.contract.children.cluster import ClusterHouse
from tests.contract.children.fake import FakeIssuer

FAULTS: list[dict[str, Any]] = [*({"code": code} for code in (500, 429, 401, 403)), {"kind": "reset", "times": 2}]


async def test_a_pod_that_is_being_deleted_may_still_report(house: ClusterHouse) -> None:
    """It got SIGTERM, and has its grace to hand over what it has."""
    pod = await house.pod(0)
    leaving = {"deletionTimestamp": "2026-01-02T03:04:05Z", "deletionGracePeriodSeconds": 30}
    await house.kube.merge_patch(PODS.one("ns", pod["metadata"]["name"]), {"metadata": leaving})
    child = await house.running(pod)

    assert (await house.children.identify(child.credential)).child.uid == child.uid


async def test_a_pod_that_is_gone_is_refused(house: ClusterHouse) -> None:
    pod = await house.pod(0)
    child = await house.running(pod)
    await house.kube.delete(PODS.one("ns", pod["metadata"]["name"]))

    await refused(house, child.credential, "is gone")


async def test_a_pod_that_took_the_name_of_another_is_not_the_other(house: ClusterHouse) -> None:
    pod = await house.pod(0)
    child = await house.running(pod)
    name = pod["metadata"]["name"]
    await house.kube.delete(PODS.one("ns", name))
    await house.kube.create(PODS.all("ns"), {**pod, "metadata": {**pod["metadata"], "resourceVersion": ""}})

    await refused(house, child.credential, "is gone")


@pytest.mark.parametrize("phase", ["Succeeded", "Failed"])
async def test_a_pod_that_has_ended_is_refused(house: ClusterHouse, phase: str) -> None:
    pod = await house.pod(0)
    child = await house.running(pod)
    await house.set_status(PODS, pod, {"phase": phase})
    await house.until(lambda: is_refused(house, child.credential))

    await refused(house, child.credential, "has ended")


@pytest.mark.parametrize("name", ["?limit=0", "..", ".", "%3F", "?watch=true", "capitals?"])
async def test_what_an_address_names_is_a_job_and_nothing_else(house: ClusterHouse, name: str) -> None:
    """The gateway asks with its own rights, and the name is an adapter's."""
    caller = await house.children.identify((await house.start(0)).credential)

    assert not await house.children.knows(caller, name)


async def test_a_pod_of_no_job_is_refused(house: ClusterHouse) -> None:
    pod = await house.kube.create(PODS.all("ns"), stranger())

    await refused(house, await house.mint(pod), "is no Job's")


async def test_a_pod_of_anothers_job_is_refused(house: ClusterHouse) -> None:
    job = await house.kube.create(JOBS.all("ns"), {**stranger(), "spec": {}})
    pod = await house.kube.create(PODS.all("ns"), stranger(owner_of(job, "batch/v1", "Job")))

    await refused(house, await house.mint(pod), "is no EvaluationJob's")


async def test_an_owner_of_our_kind_in_another_group_is_nobody(house: ClusterHouse) -> None:
    owner = owner_of({"metadata": {"name": "a", "uid": "b"}}, "apps/v1", "Job")
    pod = await house.kube.create(PODS.all("ns"), stranger(owner))

    await refused(house, await house.mint(pod), "is no Job's")


async def test_the_job_of_an_evaluation_made_anew_is_refused(house: ClusterHouse) -> None:
    child = await house.start(0)
    await house.kube.delete(EVALUATION_JOBS.one("ns", "capitals"))
    await house.evaluation()

    await refused(house, child.credential, "EvaluationJob 'capitals' is gone")


async def test_a_benchmark_that_the_plan_lacks_is_refused(house: ClusterHouse) -> None:
    child = await house.start(0)
    path = JOBS.one("ns", child.name)
    await house.kube.merge_patch(path, {"metadata": {"labels": {names.LABEL_INDEX: "7"}}})
    await house.until(lambda: is_refused(house, child.credential))

    await refused(house, child.credential, "has no benchmark 7")


async def test_a_namespace_that_is_not_served_is_refused_unseen(house: ClusterHouse, api: FakeIssuer) -> None:
    pod = {"metadata": {"namespace": "elsewhere", "name": "x", "uid": "y"}}
    await house.children.identify((await house.start(0)).credential)
    calls = len(api.calls)

    await refused(house, api.signer.token(pod), "'elsewhere' is not served")
    assert len(api.calls) == calls


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: str(fault.get("code", "reset")))
async def test_without_an_answer_nobody_is_refused(house: ClusterHouse, api: FakeIssuer, fault: dict[str, Any]) -> None:
    """A pod that the cache lacks is looked up; if that fails, it may be there all the same."""
    unseen = {"metadata": {"namespace": "ns", "name": "x", "uid": "y"}}
    await house.children.identify((await house.start(0)).credential)
    api.fail(**fault, verb="get", resource="pods")

    with pytest.raises(Unavailable):
        await house.children.identify(api.signer.token(unseen))


async def test_what_the_caches_have_is_not_asked_for(house: ClusterHouse, api: FakeIssuer) -> None:
    child = await house.start(0)
    for _ in range(3):
        await house.children.identify(child.credential)
    watching = ("watch", "pods") in api.counted()

    assert (("get", "pods") in api.counted()) is not watching


async def refused(house: ClusterHouse, credential: str, said: str) -> None:
    with pytest.raises(NotPermitted, match=said):
        await house.children.identify(credential)


def stranger(owner: Object | None = None) -> Object:
    labels = {names.LABEL_JOB_UID: "guessed"}
    return {"metadata": {"name": "stranger", "labels": labels, "ownerReferences": [owner] if owner else []}, "spec": {}}


def owner_of(obj: Object, api_version: str, kind: str) -> Object:
    meta = obj["metadata"]
    return {"apiVersion": api_version, "kind": kind, "name": meta["name"], "uid": meta["uid"], "controller": True}


async def is_refused(house: ClusterHouse, credential: str) -> bool:
    """Whether the change has come around."""
    try:
        await house.children.identify(credential)
    except NotPermitted:
        return True
    return False
