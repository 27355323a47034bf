import asyncio

import pytest
from prometheus_client import generate_latest

from referee.runtime.errors import ApiError
from referee.runtime.kube import Kube
from referee.runtime.metrics import Metrics
from referee.runtime.paths import EVALUATION_JOBS, JOBS, PODS, PROVIDERS, describe
from referee.runtime.ratelimit import TokenBucket
from referee.runtime.transport import Transport
from referee.runtime.workqueue import WorkQueue
from tests.fakeapi.server import FakeApi


def lines(metrics: Metrics, start: str) -> set[str]:
    text = generate_latest(metrics.registry).decode()
    return {line for line in text.splitlines() if line.startswith(start) and "_created" not in line}


async def test_every_request_of_the_shared_connection_is_counted_by_verb_resource_and_code(api: FakeApi) -> None:
    metrics = Metrics()
    transport = Transport(api.credentials, middlewares=[metrics.middleware])
    kube = Kube(transport)
    await kube.create(EVALUATION_JOBS.all("ns"), {"metadata": {"name": "a"}})
    await kube.merge_patch(EVALUATION_JOBS.one("ns", "a", "status"), {"status": {}})
    for _ in range(2):
        with pytest.raises(ApiError):
            await kube.get(JOBS.one("ns", "missing"))
    async with transport.fresh_session() as kopfs, kopfs.get(f"{api.credentials.server}{PODS.all(None)}"):
        pass
    async with kube.watch(PROVIDERS.all("ns"), "100"):
        pass
    await api.stop()
    with pytest.raises(ApiError):
        await kube.get(JOBS.one("ns", "missing"))

    assert lines(metrics, "referee_api_requests_total") == {
        'referee_api_requests_total{code="201",resource="evaluationjobs",verb="create"} 1.0',
        'referee_api_requests_total{code="200",resource="evaluationjobs/status",verb="patch"} 1.0',
        'referee_api_requests_total{code="404",resource="jobs",verb="get"} 2.0',
        'referee_api_requests_total{code="200",resource="pods",verb="list"} 1.0',
        'referee_api_requests_total{code="200",resource="providers",verb="watch"} 1.0',
        'referee_api_requests_total{code="0",resource="jobs",verb="get"} 1.0',
    }
    await transport.close()


@pytest.mark.parametrize(
    ("method", "path", "watch", "expected"),
    [
        ("GET", "/api/v1/namespaces/ns/pods", "", ("list", "pods")),
        ("GET", "/api/v1/pods", "true", ("watch", "pods")),
        ("GET", "/api/v1/namespaces/ns", "", ("get", "namespaces")),
        ("GET", "/api/v1/namespaces", "", ("list", "namespaces")),
        ("GET", "/apis/batch/v1/namespaces/ns/jobs/a", "", ("get", "jobs")),
        ("PATCH", "/apis/batch/v1/namespaces/ns/jobs/a/status", "", ("patch", "jobs/status")),
        ("POST", "/api/v1/namespaces/ns/serviceaccounts/a/token", "", ("create", "serviceaccounts/token")),
        ("DELETE", "/apis/batch/v1/namespaces/ns/jobs/a", "", ("delete", "jobs")),
        ("DELETE", "/apis/batch/v1/namespaces/ns/jobs", "", ("deletecollection", "jobs")),
        ("PUT", "/apis/coordination.k8s.io/v1/namespaces/ns/leases/a", "", ("update", "leases")),
        ("GET", "/apis/referee.dev/v1alpha1", "", ("get", "other")),
        ("GET", "/openapi/v3", "", ("get", "other")),
        ("GET", "/version", "", ("get", "other")),
    ],
)
def test_a_path_becomes_a_resource_without_names(method: str, path: str, watch: str, expected: tuple[str, str]) -> None:
    assert describe(method, path, watch=watch == "true") == expected


async def test_the_work_queue_shows_client_gos_metrics() -> None:
    metrics = Metrics()
    queue: WorkQueue[str] = WorkQueue(metrics=metrics.queues.of("evaluationjobs"))
    metrics.queues.watch("evaluationjobs", queue)
    queue.add("a")
    queue.add("b")
    await asyncio.sleep(2)
    queue.add_rate_limited(await queue.get())
    await asyncio.sleep(20)

    label = '{name="evaluationjobs"}'
    assert lines(metrics, "workqueue_") >= {
        f"workqueue_adds_total{label} 3.0",
        f"workqueue_depth{label} 1.0",
        f"workqueue_retries_total{label} 1.0",
        f"workqueue_queue_duration_seconds_sum{label} 2.0",
        f"workqueue_work_duration_seconds_count{label} 0.0",
        f"workqueue_longest_running_processor_seconds{label} 20.0",
        f"workqueue_unfinished_work_seconds{label} 20.0",
    }


async def test_what_the_rate_limit_held_back_is_counted() -> None:
    metrics = Metrics()
    bucket = TokenBucket(10, 1, metrics.throttled)
    await bucket.acquire()
    await bucket.acquire()

    (line,) = lines(metrics, "referee_api_throttled_seconds_total")
    assert float(line.split()[1]) == pytest.approx(0.1)


def test_a_gauge_over_a_cache_is_read_only_when_asked() -> None:
    phases: dict[tuple[str, ...], float] = {("Running",): 3.0}
    metrics = Metrics()
    metrics.observe("referee_evaluationjobs", "Jobs, by phase.", ("phase",), lambda: phases)
    phases["Succeeded",] = 7.0

    assert lines(metrics, "referee_evaluationjobs") == {
        'referee_evaluationjobs{phase="Running"} 3.0',
        'referee_evaluationjobs{phase="Succeeded"} 7.0',
    }
