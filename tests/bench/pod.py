"""A real pod, from apply to a score in status: what Referee and Kubernetes add to the adapter's own work.

The benchmark is empty. How long the adapter itself ran, from the start of its process to its post, is what it reports
as the metric; that is taken off. What is left is the operator's, the Job controller's, the scheduler's and the
kubelet's (whose own floor for a pod is 0.7 to 0.9 s on an idle machine of this size).
"""

import asyncio
import statistics
import time

from referee.runtime.paths import EVALUATION_JOBS, PROVIDERS
from tests.bench.rows import Goal, Row, limited, unmeasured
from tests.testbed.cluster import Cluster
from tests.testbed.images import LM_EVAL
from tests.testbed.node import provide_image
from tests.testbed.requirements import refusal
from tests.testbed.session import cluster_of_this_run
from tests.testbed.workloads import RESTRICTED

NAME = "empty benchmark: apply to score in status, beyond the adapter's own time"
GOAL = Goal("ours", "<", 2)
ADAPTER = """
import os, time
from referee_adapter import Metric, Result, SampleCounts, run
def evaluate(context):
    ticks = int(open('/proc/self/stat').read().rpartition(')')[2].split()[19]) / os.sysconf('SC_CLK_TCK')
    age = float(open('/proc/uptime').read().split()[0]) - ticks
    return Result.completed([Metric('seconds', age)], SampleCounts(1, 1))
raise SystemExit(run(evaluate))
"""


async def pod(rounds: int) -> list[Row]:
    """The median of some rounds, one at a time."""
    if (why := refusal()) is not None:
        return [unmeasured(NAME, "s", why, GOAL)]
    return await asyncio.to_thread(_on_a_node, rounds)


def _on_a_node(rounds: int) -> list[Row]:
    cluster = cluster_of_this_run("node", install="tests.testbed.charts:as_pods")
    try:
        beyond = _measured(cluster, rounds)
    finally:
        cluster.api.close()
    return [limited(NAME, "s", statistics.median(beyond), GOAL)]


def _measured(cluster: Cluster, rounds: int) -> list[float]:
    beyond = []
    with cluster.namespace("bench") as namespace:
        cluster.api.patch(f"/api/v1/namespaces/{namespace}", {"metadata": {"labels": RESTRICTED}})
        cluster.api.post(PROVIDERS.all(namespace), _provider(provide_image(cluster, LM_EVAL)))
        for number in range(rounds + 1):
            name = f"run-{number}"
            started = time.perf_counter()
            cluster.api.post(EVALUATION_JOBS.all(namespace), _job(name))
            path = EVALUATION_JOBS.one(namespace, name)
            job = cluster.api.wait(path, lambda found: found.get("status", {}).get("completionTime"), seconds=60)
            took = time.perf_counter() - started
            if number:  # the first one warms the page cache
                beyond.append(took - job["status"]["benchmarks"][0]["primary"]["value"])
    return beyond


def _provider(image: str) -> dict[str, object]:
    adapter = {"image": image, "command": ["python", "-c", ADAPTER]}
    benchmark = {"id": "empty", "metrics": [{"name": "seconds"}], "primaryScore": {"metric": "seconds"}}
    return {
        "apiVersion": PROVIDERS.api_version,
        "kind": "Provider",
        "metadata": {"name": "bench"},
        "spec": {"adapter": adapter, "benchmarks": [benchmark]},
    }


def _job(name: str) -> dict[str, object]:
    spec = {"model": {"url": "http://model/v1", "name": "m"}, "benchmarks": [{"id": "empty", "provider": "bench"}]}
    return {
        "apiVersion": EVALUATION_JOBS.api_version,
        "kind": "EvaluationJob",
        "metadata": {"name": name},
        "spec": spec,
    }
