"""A run from its submit to its results, with an operator, adapters' events and the published client."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from evalhub import AsyncEvalHubClient
from evalhub.models.api import EvaluationJob, JobStatus, JobSubmissionRequest

from referee.api.names import ADAPTER_AUDIENCE
from referee.app import Operator
from referee.gateway.reporting.wire import JOB_PHASES
from tests.integration.gateway.evalhub.conftest import request
from tests.integration.gateway.live import Live, live_gateway
from tests.integration.operator.team import Team
from tests.testbed.cluster import Cluster

Json = dict[str, Any]
GATED = {"primary_score": {"metric": "acc"}, "pass_criteria": {"threshold": 0.6}}


class Adapters:
    """What runs in the pods: the SDK's events, with each pod's own token."""

    def __init__(self, gateway: Live, team: Team, cluster: Cluster) -> None:
        self._gateway = gateway
        self._team = team
        self._cluster = cluster
        self._tokens: dict[tuple[str, int], str] = {}

    async def start(self, job: str, index: int = 0, attempt: int = 1) -> Json:
        """The pod of an attempt runs, and has its token."""
        pod = await self._team.starts(index, attempt, name=job)
        self._tokens[job, index] = await asyncio.to_thread(
            self._cluster.mint_token,
            self._team.namespace,
            pod["spec"]["serviceAccountName"],
            [ADAPTER_AUDIENCE],
            pod,
        )
        return pod

    async def post(self, job: str, index: int, status: str, **fields: Any) -> None:
        event = {"provider_id": "p", "id": f"b{index}", "benchmark_index": index, "status": status, **fields}
        url = f"{self._gateway.url}/api/v1/evaluations/jobs/{job}/events"
        headers = {"Authorization": f"Bearer {self._tokens[job, index]}"}
        async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
            answer = await client.post(url, json={"benchmark_status_event": event}, headers=headers)
        assert answer.status_code == 204, answer.text


@pytest.fixture
def adapters(gateway: Live, team: Team, cluster: Cluster, operator: Operator) -> Adapters:  # noqa: ARG001
    return Adapters(gateway, team, cluster)


async def submitted(client: AsyncEvalHubClient, benchmarks: int, **fields: Any) -> str:
    refs = [{"id": f"b{index}", "provider_id": "p", **fields} for index in range(benchmarks)]
    return (await client.jobs.submit(JobSubmissionRequest(**{**request(), "benchmarks": refs}))).id


async def until(client: AsyncEvalHubClient, job: str, holds: Any) -> EvaluationJob:
    async with asyncio.timeout(30):
        while not holds(found := await client.jobs.get(job)):  # noqa: ASYNC110 - looks from outside
            await asyncio.sleep(0.05)
    return found


async def test_half_a_job_is_not_a_finished_one(
    async_sdk: AsyncEvalHubClient, adapters: Adapters, http: httpx.AsyncClient
) -> None:
    job = await submitted(async_sdk, 2, **GATED)
    for index in (0, 1):
        await adapters.start(job, index)
    await adapters.post(job, 0, "completed", metrics={"acc": 0.6, "f1": 0.3, "kind": "x"}, completed_at=NOW)

    half = await until(async_sdk, job, lambda found: found.status.benchmarks[0].status is JobStatus.COMPLETED)
    assert half.effective_state is JobStatus.RUNNING
    assert half.results is not None
    assert half.results.benchmarks[0].metrics == {"acc": 0.6, "f1": 0.3, "kind": "x"}
    with pytest.raises(TimeoutError):
        await async_sdk.jobs.wait_for_completion(job, timeout=0.3, poll_interval=0.1)

    more = {f"m{number}": number / 100 for number in range(20)}
    await adapters.post(
        job,
        1,
        "completed",
        metrics={"acc": 0.7, **more},
        artifacts={"oci_digest": "sha256:1"},
        additional_info={"a": [1]},
        mlflow_run_id="run",
        logs_path="/logs",
        warning_message={"message": "w", "message_code": "wc"},
        phase="completed",
    )
    done = await async_sdk.jobs.wait_for_completion(job, timeout=30, poll_interval=0.05)

    assert done.state is JobStatus.COMPLETED
    assert done.results is not None
    result = done.results.benchmarks[1]
    assert result.metrics == {"acc": 0.7, **more}
    assert [schema.name for schema in result.metrics_schema or ()] == ["acc", *more]
    assert (result.artifacts, result.additional_info) == ({"oci_digest": "sha256:1"}, {"a": [1]})
    assert (result.mlflow_run_id, result.logs_path) == ("run", "/logs")
    raw = (await http.get(f"/jobs/{job}")).json()
    tests = [one["test"] for one in raw["results"]["benchmarks"]]
    assert tests[0] == {"primary_score": 0.6, "primary_score_metric": "acc", "threshold": 0.6, "pass": True}
    assert raw["results"]["test"] == {"score": pytest.approx(0.65), "threshold": 0.5, "pass": True}
    assert raw["status"]["benchmarks"][1]["warning_message"]["message_code"] == "wc"
    assert raw["status"]["benchmarks"][1]["started_at"] <= raw["status"]["benchmarks"][1]["completed_at"]
    assert raw["referee"]["verdict"]["result"] == "Pass"
    listed = (await http.get("/jobs")).json()["items"][0]
    assert listed["results"]["benchmarks"][1]["metrics"] == {"acc": 0.7, **more}


NOW = "2026-01-01T00:00:00Z"


async def test_each_phase_is_shown_while_the_adapter_is_at_it(
    async_sdk: AsyncEvalHubClient, team: Team, adapters: Adapters
) -> None:
    job = await submitted(async_sdk, 1)
    await adapters.start(job)
    child = await team.child(name=job)
    for phase in JOB_PHASES:
        patch = {"metadata": {"annotations": {"referee.dev/progress": f'{{"done":1,"phase":"{phase}"}}'}}}
        await team.call("PATCH", team.jobs(child["metadata"]["name"]), patch, "application/merge-patch+json")
        found = await until(async_sdk, job, lambda found, phase=phase: found.status.benchmarks[0].phase == phase)
        assert found.status is not None
        assert found.status.benchmarks[0].status is JobStatus.RUNNING


async def test_failures_are_told_in_the_adapters_words(
    async_sdk: AsyncEvalHubClient, team: Team, adapters: Adapters
) -> None:
    job = (await async_sdk.jobs.submit(JobSubmissionRequest(**request(benchmarks=2)))).id
    said = {"message": "no disk", "message_code": "mlflow_save_failed", "message_origin": "sdk"}
    await adapters.start(job, 0)
    pod = await adapters.start(job, 1)
    await adapters.post(job, 0, "completed", metrics={"acc": 1})
    await adapters.post(job, 1, "failed", error_message=said)
    await team.kubelet.remove(pod)
    await adapters.start(job, 1, attempt=2)
    await adapters.post(job, 1, "failed", error_message=said)

    done = await async_sdk.jobs.wait_for_completion(job, timeout=60, poll_interval=0.05)

    assert done.state is JobStatus.PARTIALLY_FAILED
    assert done.status is not None
    assert done.status.message is not None
    failed = done.status.benchmarks[1].error_message
    assert failed is not None
    assert failed.model_dump(mode="json") == said
    assert done.status.message.message == (
        "Some of the benchmarks failed. \nBenchmark b1 failed with message: no disk\n"
    )


@pytest.mark.usefixtures("operator")
async def test_a_job_that_cannot_start_says_why_and_fails_in_the_end(async_sdk: AsyncEvalHubClient, team: Team) -> None:
    await team.apply("stalled", benchmarks=1, provider="none", pendingDeadlineSeconds=3)
    await team.status(lambda status: status.get("conditions"), "stalled")

    waiting = await until(async_sdk, "stalled", lambda found: "none" in found.status.message.message)
    failed = await until(async_sdk, "stalled", lambda found: found.state is JobStatus.FAILED)

    assert waiting.effective_state is JobStatus.PENDING
    assert failed.status is not None
    assert failed.status.message is not None
    assert failed.status.message.message_code == "evaluation_job_failed"
    assert "none" in failed.status.message.message
    assert [b.status for b in failed.status.benchmarks] == [JobStatus.FAILED]


async def test_a_collections_job_keeps_what_the_collection_had(
    async_sdk: AsyncEvalHubClient, team: Team, adapters: Adapters, http: httpx.AsyncClient
) -> None:
    refs = [{"id": "b0", "provider": "p"}, {"id": "b1", "provider": "p", "parameters": {"shots": 1}}]
    body = {"apiVersion": "referee.dev/v1alpha1", "kind": "Collection", "metadata": {"name": "set"}}
    await team.call("POST", team.path("collections"), {**body, "spec": {"benchmarks": refs}})
    asked = {
        **request(),
        "benchmarks": None,
        "collection": {"id": "set", "benchmarks": [{"id": "b1", "provider_id": "p", "parameters": {"shots": 5}}]},
    }
    async with asyncio.timeout(20):
        while (await http.get("/collections/set")).status_code != 200:  # noqa: ASYNC110 - looks from outside
            await asyncio.sleep(0.05)
    job = await async_sdk.jobs.submit(JobSubmissionRequest(**asked))
    assert job.status is not None
    assert job.collection is not None
    assert [b.id for b in job.status.benchmarks] == ["b0", "b1"]
    assert job.collection.id == "set"

    for index in (0, 1):
        await adapters.start(job.id, index)
    await team.call("DELETE", team.path("collections", "set"))
    for index in (0, 1):
        await adapters.post(job.id, index, "completed", metrics={"acc": 1})

    done = await async_sdk.jobs.wait_for_completion(job.id, timeout=30, poll_interval=0.05)
    assert done.state is JobStatus.COMPLETED
    spec = (await team.call("GET", team.path("evaluationjobs", job.id)))["status"]["plan"]["benchmarks"]
    assert spec[1]["parameters"] == {"shots": 5}  # what the job says counts, for that benchmark alone
    assert "parameters" not in spec[0]


@pytest.mark.usefixtures("operator")
async def test_a_gateway_that_starts_anew_shows_the_same(cluster: Cluster, team: Team, tmp_path: Path) -> None:
    with live_gateway(cluster, team.namespace, tmp_path) as live:
        async with AsyncEvalHubClient(base_url=live.url, auth_token=live.token, tenant=live.tenant) as client:
            job = await submitted(client, 1)
            adapters = Adapters(live, team, cluster)
            await adapters.start(job)
            metrics = {f"m{number}": number for number in range(20)}
            await adapters.post(job, 0, "completed", metrics={"acc": 0.5, **metrics})
            before = await client.jobs.wait_for_completion(job, timeout=30, poll_interval=0.05)
    with live_gateway(cluster, team.namespace, tmp_path) as live:
        async with AsyncEvalHubClient(base_url=live.url, auth_token=live.token, tenant=live.tenant) as client:
            assert await client.jobs.get(job) == before
