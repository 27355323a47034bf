"""What the published clients submit is a custom resource, and what they get is what they sent."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from evalhub import AsyncEvalHubClient, SyncEvalHubClient
from evalhub.models.api import JobStatus, JobSubmissionRequest

from tests.integration.gateway.evalhub.conftest import request
from tests.integration.gateway.live import live_gateway
from tests.integration.operator.team import Team
from tests.testbed.cluster import Cluster

Json = dict[str, Any]


async def test_a_job_is_an_evaluationjob_of_the_same_name(sdk: SyncEvalHubClient, team: Team) -> None:
    job = sdk.jobs.submit(JobSubmissionRequest(**request(tags=["nightly"], description="weekly look")))

    obj = await team.call("GET", team.path("evaluationjobs", job.id))
    assert obj["spec"]["displayName"] == job.name == "capitals"
    assert obj["spec"]["tags"] == job.tags == ["nightly"]
    assert job.state is JobStatus.PENDING
    assert job.status is not None
    assert job.status.message is not None
    assert job.status.message.message_code == "evaluation_job_created"
    assert job.resource.tenant == team.namespace
    assert sdk.jobs.get(job.id).description == "weekly look"


async def test_every_benchmark_is_listed_from_the_first_answer_on(async_sdk: AsyncEvalHubClient) -> None:
    job = await async_sdk.jobs.submit(JobSubmissionRequest(**request(benchmarks=3)))

    assert job.status is not None
    assert [(b.benchmark_index, b.id, b.status) for b in job.status.benchmarks] == [
        (index, f"b{index}", JobStatus.PENDING) for index in range(3)
    ]


async def test_everything_the_sdk_can_ask_for_comes_back(http: httpx.AsyncClient, team: Team) -> None:
    asked: Json = {
        "name": "all of it",
        "description": "d",
        "tags": ["a", "b"],
        "model": {
            "url": "http://m/v1",
            "name": "m",
            "auth": {"secret_ref": "key"},
            "parameters": {"temperature": 0},
            "card_url": "http://card",
        },
        "pass_criteria": {"threshold": 0.7},
        "benchmarks": [
            {
                "id": "b0",
                "provider_id": "p",
                "weight": 2.0,
                "primary_score": {"metric": "acc", "lower_is_better": True},
                "pass_criteria": {"threshold": 0.5},
                "parameters": {"num_examples": 5, "shots": {"n": [1, 2]}},
                "test_data_ref": {"s3": {"bucket": "bucket", "key": "k/", "secret_ref": "s"}},
                "hardware_config": {"gpus": 1},
            },
            {"id": "b1", "provider_id": "p", "test_data_ref": {"pvc": {"claim_name": "c", "sub_path": "d"}}},
            {
                "id": "b2",
                "provider_id": "p",
                "test_data_ref": {"git": {"url": "https://e/r", "ref": "main", "secret_ref": "s"}},
            },
            {"id": "b3", "provider_id": "p", "test_data_ref": {"hf": {"repo_id": "a/b", "revision": "main"}}},
        ],
        "exports": {
            "oci": {
                "coordinates": {"oci_host": "h:5000", "oci_repository": "r/x", "annotations": {"a": "b"}},
                "k8s": {"connection": "registry"},
            }
        },
        "queue": {"kind": "kueue", "name": "q"},
        "custom": {"ours": {"x": 1}},
    }

    answer = await http.post("/jobs", json=asked)

    document = answer.json()
    assert {name: document[name] for name in asked} == asked
    read = (await http.get(f"/jobs/{document['resource']['id']}")).json()
    assert {name: read[name] for name in asked} == asked
    spec = (await team.call("GET", team.path("evaluationjobs", document["resource"]["id"])))["spec"]
    assert spec["benchmarks"][0]["numExamples"] == 5
    assert "num_examples" not in spec["benchmarks"][0]["parameters"]
    assert spec["model"]["auth"] == {"secretRef": {"name": "key"}}
    assert spec["queueName"] == "q"
    assert spec["exports"]["oci"]["secretRef"] == {"name": "registry"}


async def test_one_benchmark_twice_is_told_apart_by_its_index(async_sdk: AsyncEvalHubClient) -> None:
    twice = [{"id": "b0", "provider_id": "p", "parameters": {"shots": shots}} for shots in (0, 5)]

    job = await async_sdk.jobs.submit(JobSubmissionRequest(**{**request(), "benchmarks": twice}))

    assert job.status is not None
    assert job.benchmarks is not None
    assert [b.benchmark_index for b in job.status.benchmarks] == [0, 1]
    assert [b.parameters for b in job.benchmarks] == [{"shots": 0}, {"shots": 5}]


async def test_what_is_added_for_the_verdict_is_not_shown_as_asked_for(http: httpx.AsyncClient, team: Team) -> None:
    await team.provide("loose", benchmarks=[{"id": "unscored"}, {"id": "unbounded", "primaryScore": {"metric": "ppl"}}])
    asked = [{"id": "unscored", "provider_id": "loose"}, {"id": "unbounded", "provider_id": "loose"}]
    body = {**request(), "benchmarks": [*asked, {"id": "b0", "provider_id": "p"}]}
    async with asyncio.timeout(20):
        while (answer := await http.post("/jobs", json=body)).status_code == httpx.codes.NOT_FOUND:  # noqa: ASYNC110 - looks from outside
            await asyncio.sleep(0.05)

    assert answer.status_code == httpx.codes.ACCEPTED, answer.text
    assert answer.json()["benchmarks"] == body["benchmarks"]
    spec = (await team.call("GET", team.path("evaluationjobs", answer.json()["resource"]["id"])))["spec"]
    assert spec["benchmarks"][0]["weight"] == 0
    assert spec["benchmarks"][1]["primaryScore"] == {"metric": "ppl", "range": [0, 1], "lowerIsBetter": False}


async def test_fifty_submits_at_once_are_fifty_jobs(async_sdk: AsyncEvalHubClient) -> None:
    wanted = [JobSubmissionRequest(**{**request(), "name": f"job {number}"}) for number in range(50)]

    jobs = await asyncio.gather(*(async_sdk.jobs.submit(each) for each in wanted))

    ids = [job.id for job in jobs]
    assert len(set(ids)) == 50
    assert sorted(job.id for job in await async_sdk.jobs.list()) == sorted(ids)


async def test_what_is_known_but_not_installed_is_refused_in_one_sentence(http: httpx.AsyncClient, team: Team) -> None:
    body = {"apiVersion": "referee.dev/v1alpha1", "kind": "Provider", "metadata": {"name": "known"}}
    spec = {"benchmarks": [{"id": "b", "metrics": [{"name": "acc"}]}]}
    await team.call("POST", team.path("providers"), {**body, "spec": spec})
    async with asyncio.timeout(20):
        while (await http.get("/providers/known")).status_code != httpx.codes.OK:  # noqa: ASYNC110 - looks from outside
            await asyncio.sleep(0.05)

    answer = await http.post("/jobs", json={**request(), "benchmarks": [{"id": "b", "provider_id": "known"}]})

    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert answer.json()["message_code"] == "provider_not_installed"
    assert "not installed" in answer.json()["message"]
    assert (await team.call("GET", team.path("evaluationjobs")))["items"] == []


async def test_an_experiment_comes_back_where_there_is_a_tracker(cluster: Cluster, team: Team, tmp_path: Path) -> None:
    experiment = {"name": "e", "tags": [{"key": "k", "value": "v"}], "artifact_location": "s3://bucket"}
    with live_gateway(cluster, team.namespace, tmp_path, mlflow_tracking_uri="http://mlflow") as live:
        async with AsyncEvalHubClient(base_url=live.url, auth_token=live.token, tenant=live.tenant) as client:
            job = await client.jobs.submit(JobSubmissionRequest(**request(experiment=experiment)))

    assert job.experiment is not None
    assert job.experiment.model_dump() == experiment
    spec = (await team.call("GET", team.path("evaluationjobs", job.id)))["spec"]
    assert spec["exports"]["mlflow"]["experimentName"] == "e"


@pytest.mark.parametrize("extra", ["", "/"])
async def test_a_base_url_may_end_in_a_slash(gateway: Any, extra: str) -> None:
    with SyncEvalHubClient(base_url=gateway.url + extra, auth_token=gateway.token, tenant=gateway.tenant) as client:
        assert client.health()["status"] == "healthy"
        assert client.jobs.list() == []
