"""The journal that an adapter keeps on a laptop: over real HTTP, in a real file, as the command serves it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from referee.api.runplan import RunPlan
from referee.gateway.reporting.children import OtherRun
from referee.local.attempts import Attempt
from referee.local.children import LocalChildren
from referee.local.others import others_of
from referee.local.server import EventsServer

PLAN: dict[str, Any] = {
    "adapters": {"p": {"builtin": True}},
    "benchmarks": [{"index": 0, "id": "evaluation", "provider": "p", "journalFirst": 2}],
}
RECORD = {"sample_id": "s1", "epoch": 1, "output": "Bern", "scores": [{"evaluator": "exact", "value": 1}]}


class Laptop:
    """A run, and its adapters."""

    def __init__(self, root: Path, job: str, uid: str) -> None:
        self.directory = root / job
        self.directory.mkdir(parents=True)
        self.children = LocalChildren("default", job, lambda: None, uid)
        self.server = EventsServer(self.children, lambda: None)
        self._job = job

    def attempt(self, number: int) -> str:
        """Start an attempt; the address that its adapter is given."""
        directory = self.directory / f"0-{number}"
        directory.mkdir()
        planned = RunPlan.model_validate(PLAN).benchmarks[0]
        attempt = Attempt(f"{self._job}-0", planned, number, datetime.now(UTC), directory)
        self.children.admit(attempt)
        return f"{self.server.callback_url(attempt.secret)}/api/v1/evaluations/jobs/{self._job}"


@asynccontextmanager
async def laptop(root: Path, job: str = "capitals", uid: str = "u1", *, journal: bool = True) -> AsyncIterator[Laptop]:
    here = Laptop(root, job, uid)
    here.server.serve(here.directory if journal else None)
    try:
        yield here
    finally:
        await here.server.close()


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
        yield client


def lines(*records: object) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


async def journal(client: httpx.AsyncClient, address: str, **query: str) -> list[dict[str, Any]]:
    answer = await client.get(f"{address}/journal", params=query)
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


async def test_the_next_attempt_reads_what_an_earlier_one_of_its_plan_stored(
    tmp_path: Path, client: httpx.AsyncClient
) -> None:
    async with laptop(tmp_path) as here:
        earlier, first, second = (here.attempt(number) for number in (1, 2, 3))
        for address, record in ((earlier, {**RECORD, "sample_id": "old"}), (first, RECORD)):
            assert (await client.post(f"{address}/samples", content=lines(record))).status_code == 204
        await client.post(f"{second}/samples", content=lines({**RECORD, "output": "Basel", "scores": []}))

        samples = await journal(client, second)
        scores = await journal(client, second, kind="scores")

        assert [(s["sample_id"], s["output"], s["attempt"]) for s in samples] == [("s1", "Bern", 2), ("s1", "Basel", 3)]
        assert [(s["evaluator"], s["outcome"], s["value"], s["source"]) for s in scores] == [
            ("exact", "scored", 1.0, "adapter")
        ]
        assert await journal(client, second, after=samples[0]["cursor"]) == samples[1:]


async def test_it_outlives_the_command(tmp_path: Path, client: httpx.AsyncClient) -> None:
    async with laptop(tmp_path) as here:
        await client.post(f"{here.attempt(2)}/samples", content=lines(RECORD))

    async with laptop(tmp_path / "again", uid="u1") as here:
        (tmp_path / "capitals" / "journal.db").rename(here.directory / "journal.db")
        assert [s["sample_id"] for s in await journal(client, here.attempt(3))] == ["s1"]


async def test_a_run_that_its_plan_names_can_be_read_and_no_other(tmp_path: Path, client: httpx.AsyncClient) -> None:
    async with laptop(tmp_path, "old", "u0") as old:
        await client.post(f"{old.attempt(2)}/samples", content=lines(RECORD))
        await client.post(f"{old.attempt(3)}/samples", content=lines({**RECORD, "sample_id": "later"}))
    record = {"metadata": {"uid": "u0"}, "status": {"plan": PLAN}}
    (tmp_path / "old" / "evaluationjob.yaml").write_text(json.dumps(record))
    (tmp_path / "old").rename(tmp_path / "old@20260101T000000Z")
    data = {"outputsOf": {"job": "old", "jobUid": "u0", "attempt": 1, "firstChild": 2, "lastChild": 2}}
    plan = RunPlan.model_validate({**PLAN, "evaluation": {"data": data, "evaluators": []}})

    async with laptop(tmp_path, "new", "u2") as here:
        here.children.refer(others_of(plan))
        address = here.attempt(2)

        assert others_of(plan) == {"outputs": OtherRun("old", "u0", 2, 2)}
        assert [s["sample_id"] for s in await journal(client, address, of="outputs")] == ["s1"]
        refused = await client.get(f"{address}/journal", params={"of": "baseline"})
        assert (refused.status_code, "names no run for of=baseline" in refused.text) == (404, True)


async def test_a_run_that_is_gone_is_named(tmp_path: Path, client: httpx.AsyncClient) -> None:
    async with laptop(tmp_path) as here:
        here.children.refer({"baseline": OtherRun("old", "u0", 1, 1)})

        answer = await client.get(f"{here.attempt(2)}/journal", params={"of": "baseline"})

        assert (answer.status_code, "the run of 'old'" in answer.text) == (404, True)


async def test_where_there_is_no_evaluation_nobody_keeps_a_journal(tmp_path: Path, client: httpx.AsyncClient) -> None:
    async with laptop(tmp_path, journal=False) as here:
        address = here.attempt(2)

        assert (await client.post(f"{address}/samples", content=lines(RECORD))).status_code == 404
        assert (await client.get(f"{address}/journal")).status_code == 404
        assert not (here.directory / "journal.db").exists()


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"of": "theirs"}, "query_parameter_invalid"),
        ({"kind": "logs"}, "query_parameter_invalid"),
        ({"colour": "red"}, "query_bad_parameter"),
        ({"after": "x"}, "request_validation_failed"),
    ],
)
async def test_what_is_asked_wrong_is_told(
    tmp_path: Path, client: httpx.AsyncClient, query: dict[str, str], code: str
) -> None:
    async with laptop(tmp_path) as here:
        answer = await client.get(f"{here.attempt(2)}/journal", params=query)

        assert (answer.status_code, answer.json()["message_code"]) == (400, code)


async def test_many_post_at_once(tmp_path: Path, client: httpx.AsyncClient) -> None:
    async with laptop(tmp_path) as here:
        address = here.attempt(2)

        async def post(part: int) -> int:
            records = [{**RECORD, "sample_id": f"{part}-{number}"} for number in range(20)]
            return (await client.post(f"{address}/samples", content=lines(*records))).status_code

        assert set(await asyncio.gather(*(post(part) for part in range(30)))) == {204}
        assert len(await journal(client, address)) == len(await journal(client, address, kind="scores")) == 600
