"""Samples from an adapter: in batches, durable before the answer, and of a broken body what came before."""

import json
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from referee.gateway.answers import install
from referee.gateway.reporting.samples import SampleLimits, sample_uploads_router
from referee.store import RunRef, ScoreRow, StoreUnavailable, Unstorable
from tests.unit.gateway.memory import MemoryChildren
from tests.unit.gateway.posting import client_of
from tests.unit.gateway.shelves import MemoryJournal

PATH = "/api/v1/evaluations/jobs/capitals/samples"
RUN = RunRef("ns", "capitals", "", "uid-0", 0, 1)
LIMITS = SampleLimits(line_bytes=1000, body_bytes=100_000, batch_rows=10, batch_bytes=5000)
Client = httpx.AsyncClient


@pytest.fixture
def samples() -> MemoryJournal:
    return MemoryJournal()


@pytest.fixture
async def client(children: MemoryChildren, samples: MemoryJournal) -> AsyncIterator[Client]:
    app = FastAPI()
    install(app)
    app.include_router(sample_uploads_router(children, samples, LIMITS))
    async with client_of(app) as client:
        yield client


def lines(*records: object) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


async def test_samples_are_kept_as_the_callers(client: Client, samples: MemoryJournal) -> None:
    answer = await client.post(PATH, content=lines({"id": 1, "scores": {"acc": 1}}, {"sample_id": "b", "epoch": 2}))

    assert (answer.status_code, answer.content) == (204, b"")
    assert samples.kept == {
        (RUN, "1", 1): {"id": 1, "scores": {"acc": 1}, "sample_id": "1", "epoch": 1},
        (RUN, "b", 2): {"sample_id": "b", "epoch": 2},
    }


async def test_a_list_of_scores_goes_its_own_way(client: Client, samples: MemoryJournal) -> None:
    score = {"evaluator": "exact", "outcome": "scored", "value": True, "votes": [1], "duration": 0.5}
    judged = {"evaluator": "tone.warm", "source": "judge", "outcome": "unscored", "cause": "evaluator", "error": "no"}

    answer = await client.post(PATH, content=lines({"sample_id": "a", "output": "x", "scores": [score, judged]}))

    assert answer.status_code == 204
    assert samples.kept == {(RUN, "a", 1): {"sample_id": "a", "epoch": 1, "output": "x"}}
    assert list(samples.made.values()) == [
        ScoreRow("a", 1, "exact", "adapter", "scored", 1.0, votes=(1,), duration=0.5),
        ScoreRow("a", 1, "tone.warm", "judge", "unscored", cause="evaluator", error="no"),
    ]
    assert samples.batches == [3]


async def test_scores_alone_touch_no_sample(client: Client, samples: MemoryJournal) -> None:
    await client.post(PATH, content=lines({"sample_id": "a", "epoch": 2, "scores": [{"evaluator": "e", "value": 1}]}))

    assert (samples.kept, [*samples.made]) == ({}, [("a", 2, "e", "adapter")])


BROKEN_SCORES = {
    "no object": ([1], "line 1: scores[0]: must be an object"),
    "nobody's": ([{"value": 1}], "line 1: scores[0].evaluator: is missing"),
    "a text for a number": ([{"evaluator": "e", "value": "1"}], "line 1: scores[0].value: must be a finite number"),
    "too large": ([{"evaluator": "e", "value": 10**400}], "line 1: scores[0].value: must be a finite number"),
    "odd": ([{"evaluator": "e"}, {"evaluator": "e", "outcome": "odd"}], "line 1: scores[1].outcome: must be one of"),
}


@pytest.mark.parametrize(("scores", "said"), BROKEN_SCORES.values(), ids=BROKEN_SCORES)
async def test_a_score_that_is_none_is_named(
    client: Client, samples: MemoryJournal, scores: list[object], said: str
) -> None:
    answer = await client.post(PATH, content=lines({"sample_id": "a", "output": "x", "scores": scores}))

    assert (answer.status_code, samples.kept) == (400, {})
    assert answer.json()["message"].startswith(said)


async def test_they_go_in_batches(client: Client, samples: MemoryJournal) -> None:
    small = lines(*({"id": number} for number in range(25)))
    large = lines(*({"id": f"l{number}", "output": "x" * 900} for number in range(8)))

    answer = await client.post(PATH, content=small + large)

    assert answer.status_code == 204
    assert samples.batches == [10, 10, 10, 3]
    assert len(samples.kept) == 33


async def test_a_batch_is_full_by_its_bytes_too(client: Client, samples: MemoryJournal) -> None:
    await client.post(PATH, content=lines(*({"id": number, "output": "x" * 900} for number in range(12))))

    assert samples.batches == [6, 6]


async def test_lines_need_not_end_where_packets_do(client: Client, samples: MemoryJournal) -> None:
    raw = lines(*({"id": number, "text": "Zürich"} for number in range(30)))

    async def packets() -> AsyncIterator[bytes]:
        for start in range(0, len(raw), 7):
            yield raw[start : start + 7]

    assert (await client.post(PATH, content=packets())).status_code == 204
    assert len(samples.kept) == 30


async def test_a_last_line_without_its_end_and_empty_lines_are_fine(client: Client, samples: MemoryJournal) -> None:
    answer = await client.post(PATH, content=b'\n{"id": 1}\n\n  \n{"id": 2}')

    assert answer.status_code == 204
    assert len(samples.kept) == 2


async def test_nothing_is_fine(client: Client, samples: MemoryJournal) -> None:
    assert (await client.post(PATH, content=b"")).status_code == 204
    assert samples.batches == []


BROKEN = {
    "no JSON": (b'{"id": ', "line 4: not JSON"),
    "NaN": (b'{"id": 3, "score": NaN}', "line 4: not JSON: NaN is no number"),
    "a list": (b"[1]", "line 4: must be an object, not list"),
    "nobody in particular": (b'{"scores": {}}', "line 4: needs sample_id, id or index"),
    "an object for a name": (b'{"sample_id": {}}', "line 4: needs sample_id"),
    "half an epoch": (b'{"id": 3, "epoch": 0.5}', "line 4: epoch must be a whole number"),
    "too long a line": (b'{"id": 3, "x": "%s"}' % (b"x" * 1000), "line 4: over 1000 bytes"),
    "a line without end": (b"x" * 5000, "line 4: over 1000 bytes"),
}


@pytest.mark.parametrize(("line", "said"), BROKEN.values(), ids=BROKEN)
async def test_a_broken_line_is_named_and_what_came_before_is_kept(
    client: Client, samples: MemoryJournal, line: bytes, said: str
) -> None:
    answer = await client.post(PATH, content=lines({"id": 0}, {"id": 1}, {"id": 2}) + line + b'\n{"id": 9}\n')

    assert answer.status_code == 400
    assert answer.json()["message"].startswith(said)
    assert [name for _, name, _ in samples.kept] == ["0", "1", "2"]


async def test_a_body_over_the_limit_keeps_what_was_within(client: Client, samples: MemoryJournal) -> None:
    async def packets() -> AsyncIterator[bytes]:
        for number in range(200):
            yield lines({"id": number, "x": "x" * 900})

    answer = await client.post(PATH, content=packets())

    assert answer.status_code == 413
    assert "in several requests" in answer.json()["message"]
    assert 90 < len(samples.kept) < 110


async def test_records_of_frameworks_are_told_apart(client: Client, samples: MemoryJournal) -> None:
    """Two filters of one document are two records, as the harness writes them."""
    records = [
        {"id": "hash", "subset": "math", "index": 3, "filter": name, "outcome": "scored"} for name in ("none", "strict")
    ]

    await client.post(PATH, content=lines(*records, {"subset": "math", "index": 4, "outcome": "unscored"}))

    assert [name for _, name, _ in samples.kept] == ["math/3/none", "math/3/strict", "math/4"]


@pytest.mark.parametrize(
    ("fault", "status"), [(StoreUnavailable("down"), 503), (Unstorable("odd"), 400)], ids=["down", "odd"]
)
async def test_what_the_store_did_not_take_is_not_acknowledged(
    client: Client, samples: MemoryJournal, fault: Exception, status: int
) -> None:
    samples.fault = fault

    assert (await client.post(PATH, content=lines({"id": 1}))).status_code == status


@pytest.mark.parametrize(
    ("job", "token", "status"), [("capitals", "bad", 401), ("rivers", "good", 403), ("nobodys", "good", 404)]
)
async def test_only_the_job_of_the_credential_is_open(
    client: Client, samples: MemoryJournal, job: str, token: str, status: int
) -> None:
    answer = await client.post(
        f"/api/v1/evaluations/jobs/{job}/samples",
        content=lines({"id": 1}),
        headers={"Authorization": f"Bearer {token}"},
    )

    assert answer.status_code == status
    assert samples.kept == {}
