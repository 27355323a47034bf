"""Full results and samples: from an adapter into the store, and from there to people who may."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from referee.core.result import digest
from tests.contract.children.contract import JOB, RESULT, Json
from tests.integration.gateway.house import RealHouse
from tests.integration.gateway.posting import post
from tests.integration.gateway.reading import Reading, reading
from tests.testbed.cluster import Cluster


@pytest.fixture
async def here(bare: RealHouse, cluster: Cluster, tmp_path: Path) -> AsyncIterator[Reading]:
    async with reading(bare, cluster, tmp_path) as here:
        yield here


def row(index: int, attempt: int = 1, **facts: object) -> Json:
    benchmark = ("arc", "boolq")[index]
    return {"index": index, "id": benchmark, "provider": "harness", "phase": "Completed", "attempt": attempt, **facts}


async def soon(here: Reading, path: str, wanted: int, **query: Any) -> str:
    """The answer as soon as it has so many lines or items: the gateway's own watch has to see the status."""
    async with asyncio.timeout(20):
        while True:
            answer = await here.get(path, **query)
            assert answer.status_code == 200, answer.text
            found = len(answer.json()["items"]) if path == "results" else answer.text.count("\n")
            if found == wanted:
                return answer.text
            await asyncio.sleep(0.1)


async def test_results_are_whole_and_those_that_count(here: Reading) -> None:
    children = [await here.house.start(index) for index in (0, 1)]
    log = {"log": "x" * 100_000}
    await post(here.client, children[0].credential, metrics={"acc": 0.5, "grade": "B"}, artifacts=log)
    kept = (await here.house.kept(children[0])).result
    assert kept is not None
    lost = row(1, metrics=[{"name": "acc", "value": 0.25, "n": 10}], samples=10, completionTime="2026-01-02T03:04:05Z")
    await here.status(benchmarks=[row(0, resultDigest=kept["digest"]), lost])

    first, second = json.loads(await soon(here, "results", 2))["items"]

    assert (first["benchmark_index"], first["id"], first["digest"]) == (0, "arc", kept["digest"])
    assert first["complete"] is True
    assert first["result"]["artifacts"] == log
    assert first["result"]["otherMetrics"] == {"grade": "B"}
    assert (second["complete"], second["result"]["metrics"]) == (False, lost["metrics"])
    [only] = json.loads(await soon(here, "results", 1, benchmark_index=1))["items"]
    assert only == second


async def test_what_nobody_decided_is_no_result(here: Reading) -> None:
    child = await here.house.start(0)
    await post(here.client, child.credential, referee={"result": RESULT})
    await here.status(benchmarks=[{**row(0), "phase": "Running"}, {**row(1), "phase": "Pending"}])

    assert json.loads(await soon(here, "results", 0)) == {"id": JOB, "items": []}


async def test_samples_come_back_as_they_were_posted(here: Reading) -> None:
    """Ten thousand, posted in pieces and one piece twice."""
    child = await here.house.start(0)
    records = [{"id": f"s{number}", "scores": {"acc": number % 2}, "output": "x" * 50} for number in range(10_000)]
    parts = [records[start : start + 4000] for start in range(0, 10_000, 4000)]
    for part in (*parts, parts[0]):
        answer = await here.client.post(
            f"/api/v1/evaluations/jobs/{JOB}/samples",
            content="".join(f"{json.dumps(record)}\n" for record in part),
            headers={"Authorization": f"Bearer {child.credential}"},
        )
        assert answer.status_code == 204
    await here.status(benchmarks=[row(0), {**row(1), "phase": "Pending", "attempt": 0}])

    lines = [json.loads(line) for line in (await soon(here, "samples", 10_000)).splitlines()]

    own = {"benchmark_index": 0, "attempt": 1, "epoch": 1}
    wanted = [{**record, **own, "sample_id": record["id"]} for record in records]
    assert sorted(lines, key=lambda line: int(line["id"][1:])) == wanted


async def test_samples_of_the_attempt_that_counts(here: Reading) -> None:
    for attempt in (1, 2):
        child = await here.house.start(0, attempt=attempt)
        await here.client.post(
            f"/api/v1/evaluations/jobs/{JOB}/samples",
            content=json.dumps({"id": 1, "of": attempt}),
            headers={"Authorization": f"Bearer {child.credential}"},
        )
    await here.status(benchmarks=[row(0, attempt=2), row(1)])

    assert json.loads(await soon(here, "samples", 1))["of"] == 2
    assert json.loads(await soon(here, "samples", 1, attempt=1))["of"] == 1
    assert await soon(here, "samples", 0, benchmark_index=1) == ""


async def test_who_is_told_what(here: Reading, cluster: Cluster) -> None:
    await here.house.start(0)
    await here.status(benchmarks=[row(0), row(1)])
    await soon(here, "results", 2)
    rules = [{"apiGroups": ["referee.dev"], "resources": ["evaluationjobs"], "verbs": ["get"]}]
    half = await asyncio.to_thread(cluster.service_account, here.house.namespace, "half", rules)

    for path in ("results", "samples"):
        assert (await here.get(path, job="nobodys")).status_code == 404
        assert (await here.get(path, benchmark_index=7)).status_code == 404
        assert (await here.get(path, benchmark_index="x")).json()["message_code"] == "query_parameter_invalid"
        assert (await here.get(path, colour="red")).json()["message_code"] == "query_bad_parameter"
        refused = await here.client.get(
            f"/api/v1/evaluations/jobs/{JOB}/{path}", headers={"Authorization": f"Bearer {half}"}
        )
        assert (refused.status_code, "evaluationjobs/results" in refused.json()["message"]) == (403, True)
    assert (await here.get("samples", attempt=0)).status_code == 400


async def test_a_result_of_a_complete_annotation_is_named_by_its_own_digest(here: Reading) -> None:
    child = await here.house.start(0)
    await post(here.client, child.credential, referee={"result": RESULT})
    assert (await here.house.kept(child)).result == RESULT
    await here.status(benchmarks=[row(0, resultDigest=digest(RESULT)), {**row(1), "phase": "Pending"}])

    [item] = json.loads(await soon(here, "results", 1))["items"]

    assert (item["complete"], item["result"]) == (True, RESULT)
