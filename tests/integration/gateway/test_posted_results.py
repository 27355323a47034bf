"""Results that people post: kept whole or not at all, counted on the job, and refused with a reason."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path

import httpx
import pytest

from referee.api.names import ANNOTATION_STORE_REVISION, GROUP
from referee.runtime.paths import EVALUATION_JOBS
from tests.integration.gateway.awaiting import EVALUATORS, JOB, SAMPLES, TONE, Waiting, score, waiting
from tests.integration.gateway.house import RealHouse
from tests.integration.gateway.killed import POSTED
from tests.testbed.cluster import Cluster

Make = Callable[..., AbstractAsyncContextManager[Waiting]]


@pytest.fixture
def make(bare: RealHouse, cluster: Cluster, role_kubeconfig: Path) -> Make:
    return partial(waiting, bare.kube, cluster, bare.namespace, role_kubeconfig)


@pytest.fixture
async def here(make: Make) -> AsyncIterator[Waiting]:
    async with make() as here:
        yield here


async def test_the_last_score_completes_the_run_at_once(here: Waiting) -> None:
    await here.waits()
    answer = await here.post("scores", *(score(sample) for sample in SAMPLES[:4]))
    assert answer.json() == {"accepted": 4, "revision": 1}
    told = await here.until_told(revision=1)
    assert told == {**told, "outputs": 10, "scores": 4, "pending": 6, "complete": False, "outputsComplete": True}

    await here.post("scores", *(score(sample) for sample in SAMPLES[4:]))

    told = await here.until_told(seconds=4, complete=True)
    assert (told["scores"], told["pending"]) == (10, 0)
    assert (await here.post("scores", score("s1", value=0))).status_code == 409


async def test_scores_may_come_before_the_outputs_that_they_are_about(here: Waiting) -> None:
    """Nobody posts anything once the outputs are there: the phase alone makes the gateway count."""
    answer = await here.post("scores", *(score(sample) for sample in SAMPLES))
    assert answer.status_code == 200
    told = await here.until_told(revision=1)
    assert (told["complete"], told["pending"]) == (False, None)

    await here.waits()

    assert (await here.until_told(complete=True))["scores"] == 10


async def test_the_same_again_counts_once_and_replaces(here: Waiting) -> None:
    await here.waits()
    for value in (0, 1, 1):
        assert (await here.post("scores", score("s1", value=value), score("s2"))).status_code == 200

    assert (await here.until_told(revision=3))["scores"] == 2
    rows = [row async for row in here.store.scores.read(here.uid)]
    assert [(row.sample_id, row.value, row.source) for row in rows] == [("s1", 1, "external"), ("s2", 1, "external")]


WRONG = {
    "no JSON": ('{"sample_id": ', "line 2: not JSON"),
    "a sample of another run": (score("x"), "line 2: sample_id: 'x' is no datapoint of this run's dataset"),
    "an epoch that nobody ran": (score("s1", epoch=2), "line 2: epoch: 2 is none of this run: there is only 1"),
    "an evaluator that is not of the run": (score("s2", "taste"), "line 2: evaluator: 'taste' is none of this run"),
    "an evaluator that the run asks itself": (score("s2", "exact"), "line 2: evaluator: 'exact' is asked by the run"),
    "no value": ({"sample_id": "s2", "evaluator": "grade"}, "line 2: needs value, label"),
    "a misspelt field": (score("s2", valeu=1), "line 2: valeu: is no field of it"),
    "a text for a number": (score("s2", value="high"), "line 2: value: 'high' is no number"),
    "pending": (score("s2", outcome="pending"), "line 2: outcome: a score that is still pending"),
    "the adapter's name": (score("s2", source="adapter"), "line 2: source: 'adapter' is taken"),
}


async def test_a_line_that_is_wrong_refuses_its_batch(here: Waiting) -> None:
    await here.waits()
    for line, said in WRONG.values():
        answer = await here.post("scores", score("s1"), line)

        assert answer.status_code == 400, answer.text
        assert answer.json()["message"].startswith(said)
    assert await here.store.scores.count(here.uid) == 0
    assert await here.told() == {}


async def _until_refused(here: Waiting, said: str) -> str:
    """As soon as the gateway's own watch has seen the status."""
    async with asyncio.timeout(20):
        while said not in (answer := await here.post("scores", score("s1"))).text:  # noqa: ASYNC110 - a watch of its own
            await asyncio.sleep(0.05)
    assert answer.status_code == 409
    return str(answer.json()["message"])


async def test_after_the_deadline_and_after_the_end_nothing_is_taken(make: Make) -> None:
    async with make(external={"deadlineSeconds": 60}) as here:
        await here.waits()
        assert (await here.post("scores", score("s1"))).status_code == 200
        await here.status(awaitingSince="2026-01-02T03:04:05Z")

        late = await _until_refused(here, "deadlineSeconds")
        assert "externalResults.deadlineSeconds (60) was over at 2026-01-02T03:05:05Z" in late
        await here.status(phase="Completed")
        assert "is over (Completed)" in await _until_refused(here, "is over")
        assert (await here.post("complete")).status_code == 409
        assert await here.store.scores.count(here.uid) == 1


async def test_a_run_that_is_told_complete_with_three_of_ten_missing(make: Make) -> None:
    async with make(external={"completion": "Explicit"}) as here:
        await here.waits()
        seven = [score(sample) for sample in SAMPLES[:7]]
        await here.post("scores", *seven)

        answer = await here.post("complete")

        assert answer.json() == {"accepted": 0, "revision": 2}
        told = await here.until_told(seconds=4, complete=True)
        assert (told["scores"], told["pending"]) == (7, 3)
        assert (await here.post("scores", *seven)).json() == {"accepted": 7, "revision": 2}
        late = await here.post("scores", score("s9"))
        assert (late.status_code, "takes nothing more" in late.text) == (409, True)
        assert (await here.post("complete")).json() == {"accepted": 0, "revision": 2}


async def test_all_scores_complete_nothing_where_somebody_has_to_say_so(make: Make) -> None:
    async with make(external={"completion": "Explicit"}) as here:
        await here.waits()
        await here.post("scores", *(score(sample) for sample in SAMPLES))

        assert (await here.until_told(pending=0))["complete"] is False


async def test_outputs_in_batches(make: Make) -> None:
    async with make(evaluation={"generation": "External", "evaluators": EVALUATORS[:1]}) as here:
        lines = [{"sample_id": sample, "output": sample, "metadata": {"by": "app"}} for sample in SAMPLES]
        await here.post("scores", "")
        assert (await here.post("outputs", *lines[:6])).json() == {"accepted": 6, "revision": 1}
        told = await here.until_told(revision=1)
        assert (told["outputs"], told["outputsComplete"], told["complete"]) == (6, False, False)
        broken = await here.post("outputs", {"sample_id": "s7", "output": 7})
        assert (broken.status_code, "line 1: output: must be a text" in broken.text) == (400, True)
        failed = {"sample_id": "s9", "error": "the application did not answer"}

        await here.post("outputs", *lines[6:9], failed)

        told = await here.until_told(seconds=4, complete=True)
        assert (told["outputs"], told["pending"]) == (10, 0)
        bodies = [row.body async for row in here.store.samples.read(here.uid)]
        assert bodies[0] == {**lines[0], "epoch": 1}
        assert bodies[9]["error"] == {"cause": "infrastructure", "message": "the application did not answer"}


async def test_outputs_whose_number_nobody_knows_are_complete_when_told(make: Make) -> None:
    evaluation = {"generation": "External", "dataset": {"posted": {}}}
    async with make(evaluation=evaluation) as here:
        await here.post("outputs", {"sample_id": "a", "input": "x", "target": "y", "output": "y"})
        assert (await here.until_told(revision=1))["outputsComplete"] is False
        ended = await here.gateway.client.post(
            f"/api/v1/evaluationjobs/{JOB}/complete",
            json={"of": "outputs"},
            headers={"Authorization": f"Bearer {here.token}"},
        )
        assert ended.status_code == 200

        told = await here.until_told(outputsComplete=True)
        assert (told["complete"], told["pending"]) == (False, 1)
        assert (await here.post("outputs", {"sample_id": "b", "output": "z"})).status_code == 409
        assert (await here.post("scores", score("b"))).status_code == 400
        await here.post("scores", score("a"))
        await here.until_told(complete=True)


async def test_outputs_of_a_run_that_makes_its_own_are_refused(here: Waiting) -> None:
    answer = await here.post("outputs", {"sample_id": "s1", "output": "x"})

    assert (answer.status_code, "generation is not External" in answer.text) == (409, True)


async def test_labels_are_counted_by_who_gave_them_and_need_a_right_of_their_own(make: Make, cluster: Cluster) -> None:
    async with make(evaluation={"evaluators": [TONE]}) as here:
        await here.waits()
        rules = [
            {"apiGroups": [GROUP], "resources": ["evaluationjobs"], "verbs": ["get"]},
            {"apiGroups": [GROUP], "resources": ["evaluationjobs/results"], "verbs": ["create"]},
        ]
        program = await asyncio.to_thread(cluster.service_account, here.namespace, "program", rules)
        stranger = await asyncio.to_thread(cluster.service_account, here.namespace, "stranger")

        refused = await here.post("scores", score("s1", "tone"), token=program)
        assert (refused.status_code, "create evaluationjobs/labels" in refused.text) == (403, True)
        assert (await here.post("scores", score("s1", "tone"), token=stranger)).status_code == 404
        for who in ("anna", "anna", "bert"):
            assert (await here.post("scores", score("s1", "tone", source=who))).status_code == 200
        assert (await here.post("scores", score("s2", "tone"))).status_code == 200

        assert (await here.until_told(revision=4))["scores"] == 1
        sources = {row.source async for row in here.store.scores.read(here.uid)}
        poster = f"human:system:serviceaccount:{here.namespace}:poster"
        assert sources == {poster, f"{poster}/anna", f"{poster}/bert"}


async def test_one_person_is_never_as_many_as_are_asked_for(make: Make, cluster: Cluster) -> None:
    async with make(evaluation={"evaluators": [TONE]}) as here:
        await here.waits()
        rules = [
            {"apiGroups": [GROUP], "resources": ["evaluationjobs"], "verbs": ["get"]},
            {"apiGroups": [GROUP], "resources": ["evaluationjobs/labels"], "verbs": ["create"]},
        ]
        token = await asyncio.to_thread(cluster.service_account, here.namespace, "labeller", rules)

        forged = await here.post("scores", score("s1", "tone"), score("s1", "tone", source="bert"), token=token)
        assert (forged.status_code, "line 2: source: is somebody else" in forged.text) == (403, True)
        for value in (0, 1):
            assert (await here.post("scores", score("s1", "tone", value=value), token=token)).status_code == 200
        assert (await here.post("scores", score("s2", "tone", source="bert"))).status_code == 200
        assert (await here.post("scores", score("s2", "tone"), token=token)).status_code == 200

        assert (await here.until_told(revision=4))["scores"] == 1
        own = [row.source async for row in here.store.scores.read(here.uid) if row.sample_id == "s1"]
        assert own == [f"human:system:serviceaccount:{here.namespace}:labeller"]


async def test_the_attempt_that_closes_a_run_is_the_end_of_posting(make: Make) -> None:
    """Acknowledged is what it reads, also where the operator began it of its own accord."""
    async with make(external={"completion": "Idle", "idleSeconds": 3600}) as here:
        await here.waits(stage="Whole")
        assert (await here.post("scores", score("s1"))).status_code == 200
        await here.status(phase="Running", stage="Closing", attempt=2)

        late = await _until_refused(here, "computes the whole")
        assert "externalResults.completion Idle" in late
        assert (await here.post("complete")).status_code == 409


async def test_evaluators_that_nobody_declared_where_a_run_is_open(make: Make) -> None:
    async with make(evaluation={"openEvaluators": True, "evaluators": EVALUATORS[:1]}) as here:
        await here.waits()

        assert (await here.post("scores", score("s1", "taste"))).status_code == 200
        assert (await here.post("scores", score("s1", "exact"))).status_code == 400
        assert (await here.until_told(revision=1))["complete"] is False


async def test_a_job_that_waits_for_nothing_says_so(make: Make) -> None:
    async with make(evaluation={"evaluators": EVALUATORS[:1]}) as here:
        answer = await here.post("scores", score("s1", "exact"))

        assert (answer.status_code, "waits for nothing" in answer.text) == (409, True)
        assert (await here.post("scores", score("s1"), name="nobodys")).status_code == 404


async def test_a_gateway_that_is_killed_before_the_job_is_told_tells_it_when_it_is_back(
    make: Make, tmp_path: Path
) -> None:
    marks = tmp_path / "marks"
    marks.mkdir()
    async with make(command=("-m", "tests.integration.gateway.killed", POSTED, str(marks), "a")) as here:
        await here.waits()
        with pytest.raises(httpx.TransportError):
            await here.post("scores", *(score(sample) for sample in SAMPLES))
        assert await here.told() == {}

        told = await here.until_told(complete=True, seconds=60)

        assert (told["revision"], told["scores"], len(list(marks.iterdir()))) == (2, 10, 1)
        again = await here.post("scores", *(score(sample) for sample in SAMPLES))
        assert again.status_code == 200


async def test_many_posts_are_few_writes(here: Waiting) -> None:
    await here.waits()
    path = EVALUATION_JOBS.all(here.namespace)
    version = (await here.kube.get(path))["metadata"]["resourceVersion"]
    async with asyncio.timeout(60):
        for number in range(40):
            await here.post("scores", score("s1", value=number / 100), score(SAMPLES[number % 9]))
    await here.until_told(revision=40)

    seen: set[str] = set()
    async with here.kube.watch(path, version, seconds=1) as events:
        async for event in events:
            annotations = event.object["metadata"].get("annotations") or {}
            seen.add(annotations.get(ANNOTATION_STORE_REVISION, '{"revision": 0}'))
    written = sorted(json.loads(text)["revision"] for text in seen)
    assert written[-1] == 40
    assert len(written) <= 5, f"in some seconds: {written}"
    sys.stdout.write(f"revisions written: {written}\n")
