"""A namespace with a past: finished EvaluationJobs and their ended children, as one that really ran left them.

The pair that is copied ran through the operator under test. The copies are written straight to the API: the child
with its result of 4 KiB and its own `managedBy`, so that the Job controller lets an end stand that it did not see.
"""

import copy
from pathlib import Path
from typing import Any

from referee.api import names
from referee.runtime.paths import EVALUATION_JOBS, JOBS
from tests.bench.adapters import adapters
from tests.bench.client import MERGE, Client, in_parallel
from tests.bench.manifests import child_of, evaluation_job, result
from tests.bench.stage import ended, operating, team
from tests.testbed.cluster import Cluster

Json = dict[str, Any]

WRITERS = 16
RESULT_BYTES = 4096
MANAGED_BY = "referee.dev/bench"


async def grow(cluster: Cluster, client: Client, directory: Path, objects: int) -> str:
    """A namespace of so many objects, half EvaluationJobs and half children; returns its name."""
    namespace = await team(client, f"past-{objects}")
    pair = await _one_that_ran(cluster, client, namespace, directory)
    await in_parallel(WRITERS, range(objects // 2 - 1), lambda number: _copy(client, namespace, pair, number))
    return namespace


async def _one_that_ran(cluster: Cluster, client: Client, namespace: str, directory: Path) -> tuple[Json, Json]:
    async with operating(cluster, namespace, directory), adapters(cluster, namespace):
        made = await client.call("POST", EVALUATION_JOBS.all(namespace), evaluation_job("first"))
        job, child = EVALUATION_JOBS.one(namespace, "first"), JOBS.one(namespace, child_of(made))
        for path in (job, child):  # in this order: a child that its job has seen to the end exists
            await ended(client, path)
    return await client.call("GET", job), await client.call("GET", child)


async def _copy(client: Client, namespace: str, pair: tuple[Json, Json], number: int) -> None:
    first, child = pair
    job = await client.call("POST", EVALUATION_JOBS.all(namespace), evaluation_job(f"past-{number}"))
    name = child_of(job)
    status = copy.deepcopy(first["status"])
    status["benchmarks"][0]["jobName"] = name
    await client.call("PATCH", EVALUATION_JOBS.one(namespace, f"past-{number}", "status"), {"status": status}, MERGE)
    await client.call("POST", JOBS.all(namespace), _ended_child(child, job, name, number))
    await client.call("PATCH", JOBS.one(namespace, name, "status"), {"status": child["status"]}, MERGE)


def _ended_child(child: Json, job: Json, name: str, number: int) -> Json:
    meta, owner = child["metadata"], job["metadata"]
    labels = {**meta["labels"], names.LABEL_JOB: owner["name"], names.LABEL_JOB_UID: owner["uid"]}
    spec = copy.deepcopy(child["spec"])
    del spec["selector"]
    spec["managedBy"] = MANAGED_BY
    spec["template"]["metadata"]["labels"] = labels
    return {
        "apiVersion": JOBS.api_version,
        "kind": JOBS.kind,
        "metadata": {
            "name": name,
            "labels": labels,
            "annotations": {**meta["annotations"], names.ANNOTATION_RESULT: result(RESULT_BYTES, number)},
            "ownerReferences": [{**meta["ownerReferences"][0], "name": owner["name"], "uid": owner["uid"]}],
        },
        "spec": spec,
    }
