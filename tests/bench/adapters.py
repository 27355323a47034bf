"""What becomes of the children: a double of the kubelet runs each pod, and its result lands on the child Job.

The result is written as the gateway writes it, by one JSON Patch, so it is one call a job here as there.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from referee.api import names
from referee.runtime.paths import JOBS
from tests.bench.manifests import result
from tests.testbed.api_client import PATCH_TYPES, Json
from tests.testbed.autopilot import autopilot
from tests.testbed.cluster import Cluster
from tests.testbed.kubelet_double import KubeletDouble

WORK = 1.0
"""Seconds of a benchmark: so long that its running is seen, and written, before its result comes."""
_RESULT_AT = "/metadata/annotations/" + names.ANNOTATION_RESULT.replace("/", "~1")


@asynccontextmanager
async def adapters(cluster: Cluster, namespace: str) -> AsyncIterator[None]:
    """Every pod of the namespace runs for a while, reports a small result and succeeds."""
    async with KubeletDouble(cluster) as kubelet, autopilot(kubelet, namespace, _reports):
        yield


async def _reports(kubelet: KubeletDouble, pod: Json) -> None:
    await kubelet.run(pod)
    await asyncio.sleep(WORK)
    meta = pod["metadata"]
    owner = meta["ownerReferences"][0]
    patch = [
        {"op": "test", "path": "/metadata/uid", "value": owner["uid"]},
        {"op": "test", "path": _RESULT_AT, "value": None},
        {"op": "add", "path": _RESULT_AT, "value": result()},
    ]
    await kubelet.call("PATCH", JOBS.one(meta["namespace"], owner["name"]), patch, PATCH_TYPES["json"])
    await kubelet.succeed(pod)
