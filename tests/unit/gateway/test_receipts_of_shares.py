"""A child of several pods: each leaves a receipt of its own, and none of them the result."""

import asyncio
import json
from typing import Any

import pytest

from referee.api.names import ANNOTATION_PARTIAL, ANNOTATION_PROGRESS, ANNOTATION_RECEIPT, ANNOTATION_RESULT
from referee.core.children import Progress
from referee.core.result import canonical, digest
from referee.gateway.errors import Standing
from referee.gateway.reporting.children import Caller
from referee.gateway.reporting.receipts import MAX_BYTES, receipt_of
from referee.runtime.paths import JOBS, PODS
from tests.contract.children.cluster import ClusterHouse
from tests.contract.children.contract import PARTIAL
from tests.contract.children.fake import FakeIssuer, fake_house
from tests.unit.gateway.shelves import MemoryResults

INDEX = "batch.kubernetes.io/job-completion-index"


def done(share: int, samples: int = 20) -> dict[str, Any]:
    receipt = {"shard": share, "shards": 3, "samples": samples, "digest": f"sha256:{share:064x}"}
    return {"status": "Completed", "metrics": [], "samples": {"total": samples}, "receipt": receipt}


async def pods(house: ClusterHouse, count: int) -> list[Caller]:
    """The pods of one child, as an Indexed Job has them."""
    found = []
    pod = await house.pod(0)
    meta = {key: pod["metadata"][key] for key in ("generateName", "labels", "ownerReferences")}
    for index in range(count):
        made = {**meta, "annotations": {INDEX: str(index)}}
        one = await house.kube.create(PODS.all("ns"), {**pod, "metadata": made, "status": {}})
        found.append(await house.children.identify((await house.running(one)).credential))
    return found


async def annotations(house: ClusterHouse, caller: Caller) -> dict[str, str]:
    job = await house.kube.get(JOBS.one("ns", caller.child.name))
    return dict(job["metadata"]["annotations"])


async def test_each_pod_leaves_its_receipt_and_none_the_result(house: ClusterHouse) -> None:
    callers = await pods(house, 3)
    assert [caller.share for caller in callers] == [0, 1, 2]

    await asyncio.gather(*(house.children.put_result(caller, done(caller.share or 0)) for caller in callers))

    kept = await annotations(house, callers[0])
    for share in range(3):
        whole = done(share)
        text = json.loads(kept[f"{ANNOTATION_RECEIPT}{share}"])
        assert text == {
            "status": "Completed",
            "digest": digest(whole),
            "samples": {"total": 20},
            "receipt": whole["receipt"],
        }
    assert ANNOTATION_RESULT not in kept


async def test_of_each_pod_the_first_receipt_stands_and_the_same_again_is_fine(house: ClusterHouse) -> None:
    first, second = await pods(house, 2)
    for _ in range(2):
        await house.children.put_result(first, done(0))

    with pytest.raises(Standing, match="pod 0"):
        await house.children.put_result(first, done(0, samples=19))
    with pytest.raises(Standing):
        await house.children.put_partial(first, PARTIAL)

    await house.children.put_result(second, done(1))
    receipt = json.loads((await annotations(house, first))[f"{ANNOTATION_RECEIPT}0"])
    assert receipt["receipt"]["samples"] == 20


async def test_what_a_pod_had_when_it_was_told_to_stop_is_not_that_of_all(house: ClusterHouse) -> None:
    (caller,) = await pods(house, 1)

    await house.children.put_partial(caller, PARTIAL)

    assert ANNOTATION_PARTIAL not in await annotations(house, caller)


async def test_no_receipt_is_among_the_results(api: FakeIssuer) -> None:
    results = MemoryResults()
    async with fake_house(api, results=results) as house:
        (caller,) = await pods(house, 1)
        await house.children.put_result(caller, done(0))

    assert results.kept == {}


async def test_progress_is_that_of_all_pods(house: ClusterHouse) -> None:
    first, second = await pods(house, 2)

    await house.children.put_progress(first, Progress(30, 10, 1))
    await house.children.put_progress(second, Progress(20, 5, 0))
    await house.children.put_progress(first, Progress(30, 15, 2))

    async def added() -> bool:
        told = json.loads((await annotations(house, first)).get(ANNOTATION_PROGRESS, "{}"))
        return bool(told == {"total": 50, "done": 20, "errors": 2})

    await house.until(added)


@pytest.mark.parametrize("text", ["x" * 5000, "\u00e4" * 5000, ""], ids=["ascii", "six bytes each", "none"])
def test_a_receipt_is_small_whatever_a_pod_says(text: str) -> None:
    small = receipt_of({"status": "Failed", "metrics": [], "reason": f"Long{text}", "message": text})

    assert len(canonical(small)) <= MAX_BYTES
    assert small["status"] == "Failed"


def test_of_a_receipt_that_is_too_large_the_digest_is_left() -> None:
    whole = {"status": "Completed", "metrics": [], "receipt": {"more": "x" * 5000}}

    assert receipt_of(whole) == {"status": "Completed", "digest": digest(whole)}
