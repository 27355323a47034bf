"""Journals in a cluster: an adapter reads what its plan's attempts stored and what its plan names; nothing else."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from referee.runtime.paths import EVALUATION_JOBS
from tests.contract.children.contract import JOB, OTHER_JOB, Running
from tests.integration.gateway.house import RealHouse
from tests.integration.gateway.reading import Reading, reading
from tests.testbed.cluster import Cluster


@pytest.fixture
async def here(bare: RealHouse, cluster: Cluster, tmp_path: Path) -> AsyncIterator[Reading]:
    async with reading(bare, cluster, tmp_path) as here:
        yield here


async def store(here: Reading, child: Running, *samples: str, job: str = JOB) -> None:
    lines = (
        {"sample_id": sample, "scores": [{"evaluator": "e", "value": 1}], "output": child.name} for sample in samples
    )
    answer = await here.client.post(
        f"/api/v1/evaluations/jobs/{job}/samples",
        content="".join(f"{json.dumps(line)}\n" for line in lines),
        headers={"Authorization": f"Bearer {child.credential}"},
    )
    assert answer.status_code == 204, answer.text


async def journal(here: Reading, child: Running, *, job: str = JOB, **query: str) -> httpx.Response:
    return await here.client.get(
        f"/api/v1/evaluations/jobs/{job}/journal",
        params=query,
        headers={"Authorization": f"Bearer {child.credential}"},
    )


def read(answer: httpx.Response) -> list[tuple[str, int]]:
    assert answer.status_code == 200, answer.text
    return [(line["sample_id"], line["attempt"]) for line in map(json.loads, answer.text.splitlines())]


async def plan(here: Reading, job: str, **changes: Any) -> None:
    path = EVALUATION_JOBS.one(here.house.namespace, job)
    standing = (await here.house.kube.get(path))["status"]["plan"]
    await here.status(job, plan={**standing, **changes})


async def soon(here: Reading, child: Running, status: int, **query: str) -> httpx.Response:
    """As soon as the gateway's own watch has seen the plan."""
    async with asyncio.timeout(20):
        while (answer := await journal(here, child, **query)).status_code != status:  # noqa: ASYNC110 - see above
            await asyncio.sleep(0.05)
    return answer


async def test_all_attempts_of_one_plan_at_one_benchmark(here: Reading) -> None:
    first, second = [await here.house.start(0, attempt=attempt) for attempt in (1, 2)]
    beside = await here.house.start(1)
    for child, samples in ((first, "ab"), (second, "bc"), (beside, "x")):
        await store(here, child, *samples)

    assert read(await journal(here, second)) == [("a", 1), ("b", 1), ("b", 2), ("c", 2)]
    assert read(await journal(here, second, kind="scores")) == [("a", 1), ("b", 1), ("b", 2), ("c", 2)]
    assert read(await journal(here, beside)) == [("x", 1)]

    rows = [{"index": 0, "id": "arc", "provider": "harness", "journalFirst": 2}]
    await plan(here, JOB, benchmarks=rows)
    async with asyncio.timeout(20):
        while len(found := read(await journal(here, second))) == 4:  # noqa: ASYNC110 - as in `soon`
            await asyncio.sleep(0.05)
    assert found == [("b", 2), ("c", 2)]


async def test_the_baseline_is_the_run_that_the_plan_names(here: Reading) -> None:
    theirs = [await here.house.start(0, job=OTHER_JOB, attempt=attempt) for attempt in (1, 2)]
    for child, samples in zip(theirs, ("ab", "c"), strict=True):
        await store(here, child, *samples, job=OTHER_JOB)
    child = await here.house.start(0)
    assert (await journal(here, child, of="baseline")).status_code == 404
    uid = (await here.house.evaluation(OTHER_JOB)).metadata.uid

    await plan(here, JOB, baseline={"job": OTHER_JOB, "jobUid": uid, "attempt": 1, "firstChild": 1, "lastChild": 1})

    assert read(await soon(here, child, 200, of="baseline")) == [("a", 1), ("b", 1)]
    assert (await journal(here, child, of="outputs")).status_code == 404


async def test_nobody_reads_with_anothers_token(here: Reading) -> None:
    child = await here.house.start(0)
    await here.house.evaluation(OTHER_JOB)

    assert (await journal(here, child, job=OTHER_JOB)).status_code == 403
    assert (await journal(here, child, job="nobodys")).status_code == 404
    assert (await journal(here, Running("no token", "", ""))).status_code == 401
