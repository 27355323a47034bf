"""The operator's two writes for a job, as it made them for one, to be made by a bare client for others.

Byte for byte but for the names. The bodies are made before any clock runs: the peer is a client that knows already
what to write, without a cache, a plan or an Event.
"""

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from referee.runtime.paths import EVALUATION_JOBS, JOBS
from tests.bench.client import MERGE, Client
from tests.bench.manifests import child_of

Json = dict[str, Any]


@dataclass(frozen=True)
class Prepared:
    """The two writes for one job."""

    status_path: str
    status: Json
    child_path: str
    child: Json

    async def send(self, client: Client) -> None:
        """Patch the status of the EvaluationJob, then create its child."""
        await client.call("PATCH", self.status_path, self.status, MERGE)
        await client.call("POST", self.child_path, self.child)


class Writes:
    """The two writes, with places for the names."""

    def __init__(self, was: Mapping[str, str], status: Json, child: Json) -> None:
        self._was = was
        self._status = json.dumps(status)
        self._child = json.dumps(child)

    @classmethod
    async def seen(cls, client: Client, namespace: str, name: str) -> "Writes":
        """Those that are read back of a job that was just accepted."""
        job = await client.call("GET", EVALUATION_JOBS.one(namespace, name))
        child = await client.call("GET", JOBS.one(namespace, child_of(job)))
        return cls(_names(job), job["status"], _as_sent(child))

    def for_job(self, job: Json) -> Prepared:
        """The writes for an EvaluationJob that exists."""
        meta, now = job["metadata"], _names(job)
        version = {"resourceVersion": meta["resourceVersion"]}
        return Prepared(
            EVALUATION_JOBS.one(meta["namespace"], meta["name"], "status"),
            {"metadata": version, "status": self._with(self._status, now)},
            JOBS.all(meta["namespace"]),
            self._with(self._child, now),
        )

    def _with(self, text: str, now: Mapping[str, str]) -> Json:
        for field, was in self._was.items():
            for quote in ('"', '\\"'):  # as it stands in JSON, and in JSON within JSON
                text = text.replace(f"{quote}{was}{quote}", f"{quote}{now[field]}{quote}")
        decoded: Json = json.loads(text)
        return decoded


def _names(job: Json) -> dict[str, str]:
    meta = job["metadata"]
    return {**{field: meta[field] for field in ("name", "uid", "namespace")}, "child": child_of(job)}


def _as_sent(job: Json) -> Json:
    """A Job without what the API server and the Job controller put into it."""
    sent = copy.deepcopy(job)
    del sent["status"], sent["spec"]["selector"]
    kept = ("name", "namespace", "labels", "annotations", "ownerReferences")
    sent["metadata"] = {field: sent["metadata"][field] for field in kept}
    template = sent["spec"]["template"]["metadata"]
    theirs = ("batch.kubernetes.io/", "controller-uid", "job-name")
    template["labels"] = {name: value for name, value in template["labels"].items() if not name.startswith(theirs)}
    return sent
