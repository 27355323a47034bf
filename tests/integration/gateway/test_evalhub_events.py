"""What adapters made with the published eval-hub-sdk report, through its own callbacks, to a real gateway process."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from referee.api import names
from referee.core.result import digest
from referee.runtime.paths import EVALUATION_JOBS, JOBS
from tests.contract.children.contract import BENCHMARKS, JOB, PROVIDER, Running
from tests.integration.gateway.house import RealHouse
from tests.integration.gateway.posting import post
from tests.integration.gateway.process import Process, gateway_process
from tests.integration.gateway.reading import READER
from tests.integration.gateway.sdk import (
    QUIET,
    DefaultCallbacks,
    EvaluationResult,
    JobPhase,
    JobResults,
    JobStatus,
    JobStatusUpdate,
    MessageInfo,
    MetricSchema,
    close,
)
from tests.testbed.cluster import Cluster

pytestmark = QUIET

ENDED = datetime(2026, 1, 2, 3, 4, 5, 678901, UTC)


@dataclass(frozen=True)
class Site:
    """A gateway process and the children whose adapters call it."""

    house: RealHouse
    gateway: Process
    cluster: Cluster
    opened: list[DefaultCallbacks] = field(default_factory=list)

    def callbacks(self, child: Running | None, index: int = 0, job: str = JOB) -> DefaultCallbacks:
        """The SDK's, with the child's token."""
        made = DefaultCallbacks(
            job_id=job,
            benchmark_id=BENCHMARKS[index],
            provider_id=PROVIDER,
            benchmark_index=index,
            sidecar_url=str(self.gateway.client.base_url),
            auth_token=child.credential if child else None,
        )
        self.opened.append(made)
        return made

    async def annotations(self, child: Running) -> dict[str, str]:
        """What stands on the child Job."""
        job = await self.house.kube.get(JOBS.one(self.house.namespace, child.name))
        found: dict[str, str] = job["metadata"]["annotations"]
        return found

    async def document(self, child: Running, index: int = 0) -> dict[str, Any]:
        """The whole result, as somebody reads it who may; the status says which one counts, as the operator does."""
        result = (await self.house.kept(child)).result
        assert result is not None
        row = {
            "index": index,
            "id": BENCHMARKS[index],
            "provider": PROVIDER,
            "phase": result["status"],
            "attempt": 1,
            "resultDigest": result.get("digest") or digest(result),
        }
        path = EVALUATION_JOBS.one(self.house.namespace, JOB, "status")
        await self.house.kube.merge_patch(path, {"status": {"benchmarks": [row]}})
        token = await asyncio.to_thread(self.cluster.service_account, self.house.namespace, "reader", READER)
        async with asyncio.timeout(20):
            while True:
                answer = await self.gateway.client.get(
                    f"/api/v1/evaluations/jobs/{JOB}/results", headers={"Authorization": f"Bearer {token}"}
                )
                if answer.status_code == 200 and answer.json()["items"]:
                    [item] = answer.json()["items"]
                    assert item["complete"]
                    found: dict[str, Any] = item["result"]
                    return found
                await asyncio.sleep(0.1)


@pytest.fixture
async def site(bare: RealHouse, role_kubeconfig: Path, cluster: Cluster) -> AsyncIterator[Site]:
    async with gateway_process(role_kubeconfig, []) as gateway:
        site = Site(bare, gateway, cluster)
        yield site
        for callbacks in site.opened:
            close(callbacks)


def results(**changes: Any) -> JobResults:
    usual: dict[str, Any] = {
        "id": JOB,
        "benchmark_id": BENCHMARKS[0],
        "benchmark_index": 0,
        "model_name": "m",
        "results": [
            EvaluationResult(metric_name="acc", metric_value=0.5),
            EvaluationResult(metric_name="exact", metric_value=7),
            EvaluationResult(metric_name="grade", metric_value="B"),
        ],
        "overall_score": 0.5,
        "num_examples_evaluated": 10,
        "duration_seconds": 1.5,
        "completed_at": ENDED,
    }
    return JobResults(**usual | changes)


async def test_everything_that_the_callbacks_tell_is_kept(site: Site) -> None:
    child = await site.house.start(0)
    schema = [MetricSchema(name="grade", type="categorical")]
    told = results(
        metrics_schema=schema,
        mlflow_run_id="run-1",
        additional_info={"seed": 7},
        evaluation_metadata={"artifacts": {"report": "s3://bucket/report"}},
    )

    await asyncio.to_thread(site.callbacks(child).report_results, told)

    document = await site.document(child)
    assert document["status"] == "Completed"
    assert document["metrics"] == [{"name": "acc", "value": 0.5}, {"name": "exact", "value": 7.0}]
    assert document["otherMetrics"] == {"grade": "B"}
    assert document["metricsSchema"] == [
        {"name": "acc", "type": "numeric"},
        {"name": "exact", "type": "numeric"},
        {"name": "grade", "type": "categorical"},
    ]
    assert (document["overallScore"], document["mlflowRunId"]) == (0.5, "run-1")
    assert document["additionalInfo"] == {"seed": 7}
    assert document["artifacts"]["report"] == "s3://bucket/report"
    assert datetime.fromisoformat(document["completedAt"]) == ENDED


async def test_the_same_results_again_change_nothing_and_others_are_not_taken(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    child = await site.house.start(0)
    callbacks = site.callbacks(child)
    await asyncio.to_thread(callbacks.report_results, results())
    first = await site.annotations(child)
    caplog.clear()

    await asyncio.to_thread(callbacks.report_results, results())
    said_of_the_same = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    await asyncio.to_thread(callbacks.report_results, results(overall_score=0.75))
    failed = JobStatusUpdate(status=JobStatus.FAILED, error_message=MessageInfo(message="no", message_code="x"))
    await asyncio.to_thread(callbacks.report_status, failed)

    assert said_of_the_same == []
    assert any("409" in record.getMessage() for record in caplog.records)
    assert await site.annotations(child) == first


async def test_each_phase_is_seen_while_it_runs(site: Site) -> None:
    child = await site.house.start(0)
    callbacks = site.callbacks(child)

    for phase in (JobPhase.INITIALIZING, JobPhase.LOADING_DATA, JobPhase.RUNNING_EVALUATION):
        await asyncio.to_thread(callbacks.report_status, JobStatusUpdate(status=JobStatus.RUNNING, phase=phase))

    async def running() -> bool:
        return ((await site.house.kept(child)).progress or {}).get("phase") == "running_evaluation"

    await site.house.until(running)


async def test_running_after_the_end_is_ignored(site: Site) -> None:
    child = await site.house.start(0)
    await asyncio.to_thread(site.callbacks(child).report_results, results())
    before = await site.annotations(child)

    answer = await post(site.gateway.client, child.credential, status="running", phase="post_processing")

    assert answer.status_code == 204
    assert await site.annotations(child) == before


@pytest.mark.parametrize(
    ("origin", "kept"), [("adapter", "adapter"), ("sdk", "sdk"), (None, "adapter")], ids=["adapter", "sdk", "unsaid"]
)
async def test_a_failure_keeps_who_says_so(site: Site, origin: str | None, kept: str) -> None:
    """The SDK says `adapter` where the adapter says nothing; what says nothing at all is the runtime's."""
    child = await site.house.start(0)
    error = MessageInfo(message="no such dataset", message_code="dataset_not_found", message_origin=origin)

    await asyncio.to_thread(
        site.callbacks(child).report_status, JobStatusUpdate(status=JobStatus.FAILED, error_message=error)
    )

    document = await site.document(child)
    assert (document["status"], document["reason"], document["message"]) == (
        "Failed",
        "dataset_not_found",
        "no such dataset",
    )
    assert document["messageOrigin"] == kept


async def test_a_number_that_is_none_is_never_posted_and_nothing_is_kept(site: Site) -> None:
    """The SDK drops such a report itself; the benchmark then ends as ResultsMissing."""
    child = await site.house.start(0)
    told = results(results=[EvaluationResult(metric_name="acc", metric_value=float("nan"))], overall_score=None)

    await asyncio.to_thread(site.callbacks(child).report_results, told)

    assert names.ANNOTATION_RESULT not in await site.annotations(child)


async def test_who_is_told_what(site: Site) -> None:
    child, other = await site.house.start(0), await site.house.start(0, job="rivers")
    client, token = site.gateway.client, child.credential
    wrong = {"provider_id": PROVIDER, "id": "another", "benchmark_index": 0, "status": "running"}

    async def raw(event: dict[str, Any], **headers: str) -> httpx.Response:
        body = {"benchmark_status_event": event}
        return await client.post(f"/api/v1/evaluations/jobs/{JOB}/events", json=body, headers=headers)

    mine = {"Authorization": f"Bearer {token}"}
    answers = {
        "pending": (await post(client, token, status="pending")).status_code,
        "running": (await post(client, token, status="running")).status_code,
        "cancelled": (await post(client, token, status="cancelled")).status_code,
        "another benchmark": (await raw(wrong, **mine)).status_code,
        "another index": (await raw({**wrong, "id": BENCHMARKS[0], "benchmark_index": 1}, **mine)).status_code,
        "no such job": (await post(client, token, job="nobodys", status="running")).status_code,
        "another's job": (await post(client, other.credential, status="running")).status_code,
        "no token": (await raw(wrong)).status_code,
        "failed": (await post(client, token, status="failed")).status_code,
    }

    assert answers == {
        "pending": 204,
        "running": 204,
        "cancelled": 400,
        "another benchmark": 404,
        "another index": 404,
        "no such job": 404,
        "another's job": 403,
        "no token": 401,
        "failed": 204,
    }


async def test_the_callbacks_go_on_where_they_are_refused(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    child, other = await site.house.start(0), await site.house.start(0, job="rivers")

    for callbacks in (site.callbacks(other), site.callbacks(None)):
        await asyncio.to_thread(callbacks.report_results, results())

    assert any("403" in record.getMessage() for record in caplog.records)
    assert any("401" in record.getMessage() for record in caplog.records)
    assert names.ANNOTATION_RESULT not in await site.annotations(child)


async def test_once_a_child_is_over_nothing_is_taken(site: Site) -> None:
    """As after a cancel; while its pods end, events are taken, and count as partial."""
    child = await site.house.start(0)
    job = await site.house.kube.get(JOBS.one(site.house.namespace, child.name))
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    ends = [
        {"type": kind, "status": "True", "reason": "DeadlineExceeded", "lastTransitionTime": now}
        for kind in ("FailureTarget", "Failed")
    ]
    await site.house.set_status(JOBS, job, {"startTime": now, "active": 0, "ready": 0, "conditions": ends})

    async def refused() -> bool:
        return (await post(site.gateway.client, child.credential, status="running")).status_code == 409

    await site.house.until(refused)
    answer = await post(site.gateway.client, child.credential, metrics={"acc": 0.5})

    assert (answer.status_code, answer.json()["message_code"]) == (409, "job_can_not_be_updated")


async def test_a_result_of_megabytes_is_whole_in_the_store(site: Site) -> None:
    child = await site.house.start(0)
    log = {"log": "x" * 5_000_000}

    answers = [await post(site.gateway.client, child.credential, metrics={"acc": 0.5}, artifacts=log) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [204, 204]
    assert (await site.document(child))["artifacts"] == log
