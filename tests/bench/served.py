"""The servers that are loaded: a gateway as the chart runs it, and EvalHub's own server as it runs on one machine.

The gateway is a process with the chart's Roles and settings, and people ask it with a token of their own. The other
has what it has when it is started with `-local`: its tables in SQLite in memory, nobody asked who they are, and a line
in its log for each request. Both see the same requests from the same load generator.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench import kernel
from tests.bench.load import Target, load
from tests.bench.manifests import PROVIDER
from tests.integration.evalhub.oracle import published_process
from tests.integration.gateway.kubeconfigs import kubeconfig_for
from tests.integration.gateway.people_house import GATEWAY, WRITER, rules
from tests.integration.gateway.process import gateway_process
from tests.testbed.cluster import Cluster

JOBS = "/api/v1/evaluations/jobs"
PEER = "eval-hub-server, SQLite in memory"
_WRITERS = 8
_NAME = PROVIDER["metadata"]["name"]
_BENCHMARK = PROVIDER["spec"]["benchmarks"][0]["id"]
_CATALOGUE = {
    "providers": [
        {
            "id": _NAME,
            "name": _NAME,
            "title": "Bench",
            "benchmarks": [
                {
                    "id": _BENCHMARK,
                    "name": _BENCHMARK,
                    "category": "bench",
                    "metrics": ["acc"],
                    "num_few_shot": 0,
                    "dataset_size": 100,
                    "primary_score": {"metric": "acc"},
                }
            ],
            "runtime": {"local": {"command": "true"}},
        }
    ]
}


@dataclass(frozen=True)
class Server:
    """A process that answers."""

    target: Target
    pid: int
    token: str = ""
    """Of the person who asks."""

    def cpu(self) -> float:
        """Seconds of CPU it has used."""
        return kernel.cpu(self.pid)

    def rss(self) -> float:
        """MiB it holds."""
        return kernel.rss(self.pid)


@asynccontextmanager
async def gateway(cluster: Cluster, namespace: str, directory: Path) -> AsyncIterator[Server]:
    """A gateway of one namespace that is ready, and a person with all rights over our kinds there."""
    make = cluster.service_account
    own = await asyncio.to_thread(make, namespace, GATEWAY, rules("gateway", "gateway-own"))
    token = await person(cluster, namespace)
    kubeconfig = kubeconfig_for(cluster, directory / f"{namespace}-gateway.kubeconfig", own, namespace)
    log = directory / f"{namespace}-gateway.log"
    with log.open("wb") as output, _telling(log):
        async with gateway_process(kubeconfig, [namespace], output=output) as process:
            headers = {"Authorization": f"Bearer {token}", "X-Tenant": namespace}
            yield Server(Target(str(process.client.base_url), headers), process.child.pid, token)


@contextmanager
def _telling(log: Path) -> Iterator[None]:
    """What goes wrong is told with the end of the log, which goes away with its directory."""
    try:
        yield
    except Exception as error:
        error.add_note(log.read_text(errors="replace")[-2000:])
        raise


async def person(cluster: Cluster, namespace: str) -> str:
    """The token of somebody who may write our kinds in the namespace."""
    return await asyncio.to_thread(cluster.service_account, namespace, "person", WRITER)


@contextmanager
def evalhub(directory: Path) -> Iterator[Server]:
    """EvalHub's server with the same provider, whose adapter is a program that ends at once."""
    with published_process(directory, _CATALOGUE) as (url, pid):
        yield Server(Target(url, {"X-Tenant": "team"}), pid)


def submitted(server: Server, jobs: int) -> list[str]:
    """Submit jobs to EvalHub's server; their ids."""
    ids: list[str] = []
    target = server.target
    bodies = (json.dumps(job_request(f"past-{number}")).encode() for number in range(jobs))
    load(
        target,
        (target.request("POST", JOBS, body) for body in bodies),
        _WRITERS,
        202,
        lambda answer: ids.append(json.loads(answer.body)["resource"]["id"]),
    )
    return ids


def fill(server: Server, jobs: int) -> list[str]:
    """Submit jobs to EvalHub's server and report each one's result; their ids."""
    ids = submitted(server, jobs)
    result = json.dumps(event("completed", metrics={"acc": 0.75}, completed_at="2026-01-01T00:00:00Z")).encode()
    events = (server.target.request("POST", f"{JOBS}/{id_}/events", result) for id_ in ids)
    load(server.target, events, _WRITERS, 204)
    return ids


def job_request(name: str) -> dict[str, Any]:
    """A job of one benchmark, as both servers take it."""
    return {
        "name": name,
        "model": {"url": "http://model:8000/v1", "name": "model"},
        "benchmarks": [{"id": _BENCHMARK, "provider_id": _NAME}],
        "pass_criteria": {"threshold": 0.5},
    }


def event(status: str, **content: Any) -> dict[str, Any]:
    """What an adapter posts about the benchmark of such a job."""
    own = {"id": _BENCHMARK, "provider_id": _NAME, "benchmark_index": 0}
    return {"benchmark_status_event": {**own, "status": status, **content}}
