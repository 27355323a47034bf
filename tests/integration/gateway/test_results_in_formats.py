"""Results as JSON Lines, CSV and JUnit: from an adapter's posts, through the store, to a file of a person's."""

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from lxml import etree  # type: ignore[import-untyped]  # it has no stubs of its own

from tests.contract.children.contract import JOB
from tests.integration.gateway.house import RealHouse
from tests.integration.gateway.reading import Reading, reading
from tests.testbed.cluster import Cluster

SCORES = [{"evaluator": "exact", "value": 1}, {"evaluator": "tone", "outcome": "unscored", "cause": "evaluator"}]
ROW = {"index": 0, "id": "arc", "provider": "harness", "phase": "Completed", "attempt": 1}
GATE = {"subject": "evaluator exact", "result": "Fail", "reason": "BelowThreshold", "value": 0.5, "threshold": 0.8}


@pytest.fixture
async def here(bare: RealHouse, cluster: Cluster, tmp_path: Path) -> AsyncIterator[Reading]:
    async with reading(bare, cluster, tmp_path) as here:
        child = await here.house.start(0)
        lines = [{"sample_id": f"s{number}", "output": f"={number}", "scores": SCORES} for number in range(1200)]
        await here.client.post(
            f"/api/v1/evaluations/jobs/{JOB}/samples",
            content="".join(f"{json.dumps(line)}\n" for line in lines),
            headers={"Authorization": f"Bearer {child.credential}"},
        )
        verdict = {"result": "Fail", "reason": "GateFailed", "gates": [GATE]}
        await here.status(benchmarks=[ROW], verdict=verdict, evaluators=[{"name": "tone", "type": "LLM"}])
        async with asyncio.timeout(20):
            while not (await here.get("results", format="jsonl")).text:  # noqa: ASYNC110 - the gateway's own watch
                await asyncio.sleep(0.1)
        yield here


async def test_json_lines(here: Reading) -> None:
    answer = await here.get("results", format="jsonl")

    rows = [json.loads(line) for line in answer.text.splitlines()]
    assert answer.headers["content-type"] == "application/jsonl"
    assert len(rows) == 1200
    assert rows[3]["output"] == "=3"
    assert [score["evaluator"] for score in rows[3]["scores"]] == ["exact", "tone"]
    assert rows[3]["scores"][1] == {
        "evaluator": "tone",
        "source": "adapter",
        "outcome": "unscored",
        "cause": "evaluator",
    }


async def test_csv(here: Reading) -> None:
    answer = await here.get("results", format="csv")

    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == f'attachment; filename="{JOB}.csv"'
    assert (len(rows), rows[7]["output"], rows[7]["exact"], rows[7]["tone:outcome"]) == (1200, "'=7", "1", "unscored")
    names = list(rows[0])
    assert names.index("tone") < names.index("exact")  # as the status has them


async def test_junit(here: Reading) -> None:
    answer = await here.get("results", format="junit")

    suites = {suite.get("name"): suite for suite in etree.fromstring(answer.content)}
    assert answer.headers["content-type"] == "application/xml"
    assert {name: (suite.get("tests"), len(suite)) for name, suite in suites.items()} == {
        "run": ("1", 1),
        "exact": ("1200", 1200),
        "tone": ("1200", 1200),
        "gates": ("1", 1),
    }
    assert [suites["gates"].get(name) for name in ("failures", "errors")] == ["1", "0"]
    assert suites["tone"].get("skipped") == "1200"


async def test_a_format_that_there_is_none_of_is_refused(here: Reading) -> None:
    answer = await here.get("results", format="xlsx")

    assert (answer.status_code, answer.json()["message_code"]) == (400, "query_parameter_invalid")
    assert (await here.get("results", format="json")).json()["id"] == JOB
