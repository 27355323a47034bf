"""Logs of real pods, watched with the published SDK: told once and whole, and readable when the pods are gone.

The jobs run at the same time, each watched by a client of its own from its creation on.
"""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from evalhub import JobLogOptions, SyncEvalHubClient

from tests.e2e.team import PROVIDER, SOON, Team
from tests.testbed.charts import NAMESPACE, RELEASE
from tests.testbed.waiting import wait_for

ALL = JobLogOptions(tail_lines=10_000)


def benchmark(*do: Any) -> dict[str, Any]:
    return {"id": "b", "provider": PROVIDER, "weight": 0, "parameters": {"do": list(do)}}


@pytest.fixture(scope="module")
def clients(team: Team) -> Iterator[list[SyncEvalHubClient]]:
    service = team.cluster.api.get(f"/api/v1/namespaces/{NAMESPACE}/services/{RELEASE}-gateway")
    url = f"http://{service['spec']['clusterIP']}"
    made = [SyncEvalHubClient(url, auth_token=team.cluster.token, tenant=team.namespace) for _ in range(3)]
    yield made
    for client in made:
        client.close()


def watch(client: SyncEvalHubClient, job: str) -> str:
    """Everything that the SDK tells until the job is over."""
    return "".join(
        update.logs for update in client.jobs.watch_logs(job, options=ALL, poll_interval=1, timeout=3 * SOON)
    )


def said(log: str, what: str) -> list[str]:
    return [line for line in log.split("\n") if line.startswith(f"{what} ")]


def test_logs_are_told_once_and_stay(team: Team, clients: list[SyncEvalHubClient]) -> None:
    two = [benchmark(["say", name, 20, 0.3], ["complete", 0.5]) for name in ("left", "right")]
    team.apply("two", benchmarks=two)
    team.apply("again", ["say", "tried", 5, 0.3], ["fail", "Boom", True], backoffLimit=1)
    team.apply("cancelled", ["say", "started", 5, 0.2], "wait")
    with ThreadPoolExecutor(3) as threads:
        watched = {
            name: threads.submit(watch, client, name)
            for name, client in zip(("two", "again", "cancelled"), clients, strict=True)
        }
        wait_for(lambda: "started 4" in clients[2].jobs.get_logs("cancelled", options=ALL), "its lines", SOON)
        team.edit("cancelled", cancel=True)
        told = {name: _result(watching) for name, watching in watched.items()}

    final = {name: clients[0].jobs.get_logs(name, options=ALL) for name in told}
    assert told == final
    for name in ("left", "right"):
        assert said(final["two"], name) == [f"{name} {number}" for number in range(20)]
    assert final["two"].count("=== pod=") >= 2
    assert said(final["again"], "tried") == [f"tried {number}" for number in range(5)] * 2
    assert said(final["cancelled"], "started") == [f"started {number}" for number in range(5)]
    assert "stopped (Stopped())" in final["cancelled"]

    for job in (*team.children("two"), *team.children("again")):
        team.cluster.api.delete(f"{team.jobs}/{job['metadata']['name']}", propagationPolicy="Background")
    for name in told:
        wait_for(lambda: not team.pods(name), f"pods of {name} to go", SOON)  # noqa: B023
    assert {name: clients[0].jobs.get_logs(name, options=ALL) for name in told} == final
    one = clients[0].jobs.get_logs("two", benchmark_index=1, options=ALL)
    assert said(one, "right") == [f"right {number}" for number in range(20)]
    assert "===" not in one


def _result(watching: "Future[str]") -> str:
    return watching.result(timeout=5 * SOON)
