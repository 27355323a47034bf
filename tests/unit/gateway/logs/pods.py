"""Pods, Jobs and EvaluationJobs as an API server has them, as far as logs go, and an API server that has some."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from referee.api import names
from referee.runtime.errors import ApiError, NotFound
from referee.store import RunRef, StoreUnavailable

Json = dict[str, Any]
LINE = "2026-01-01T00:00:00Z hello\n"


def evaluation(namespace: str = "team", uid: str = "e") -> Json:
    """An EvaluationJob."""
    return {"apiVersion": names.API_VERSION, "kind": "EvaluationJob", "metadata": _meta(namespace, "capitals", uid)}


def job(namespace: str = "team", uid: str = "c", evaluation_uid: str = "e") -> Json:
    """A child of it."""
    meta = _meta(namespace, "capitals-0-1", uid, _owner(names.API_VERSION, "EvaluationJob", "capitals", evaluation_uid))
    return {"metadata": {**meta, "labels": _labels(evaluation_uid)}, "spec": {}}


def pod(
    namespace: str = "team", uid: str = "p", job_uid: str = "e", child_uid: str = "c", *, ended: bool = True
) -> Json:
    """A pod that says it is the child's."""
    meta = _meta(namespace, "capitals-0-1-x", uid, _owner("batch/v1", "Job", "capitals-0-1", child_uid))
    state = {"terminated": {"exitCode": 0}} if ended else {"running": {}}
    status = {"containerStatuses": [{"name": names.ADAPTER_CONTAINER, "state": state}]}
    return {"metadata": {**meta, "labels": _labels(job_uid)}, "status": status}


def leaving(obj: Json, version: int = 2) -> Json:
    """It is being deleted."""
    changes = {"deletionTimestamp": "2026-01-01T00:00:00Z", "resourceVersion": str(version)}
    return {**obj, "metadata": {**obj["metadata"], **changes}}


class Api:
    """An API server with some objects, and one log for every container."""

    def __init__(self, *objects: Json) -> None:
        self.objects = {obj["metadata"]["name"]: obj for obj in objects}
        self.down = 0
        """How many reads fail from now on."""
        self.read: list[str] = []
        self.logs: list[Callable[[], AsyncIterator[bytes]]] = []
        """What comes next; the last one again and again."""
        self.opened = 0

    async def get(self, path: str) -> Json:
        self.read.append(path)
        if self.down:
            self.down -= 1
            raise ApiError("GET", 503)
        _, _, rest = path.partition("/namespaces/")
        namespace, _, name = rest.split("/")
        found = self.objects.get(name)
        if found is None or found["metadata"]["namespace"] != namespace:
            raise NotFound("GET", 404)
        return found

    @asynccontextmanager
    async def log(self, path: str, query: Mapping[str, str]) -> AsyncIterator[AsyncIterator[bytes]]:
        assert query["timestamps"] == "true", path
        self.opened += 1
        yield (self.logs.pop(0) if len(self.logs) > 1 else self.logs[0])() if self.logs else chunks(LINE)


async def chunks(*texts: str | Exception) -> AsyncIterator[bytes]:
    """A log that says this, or breaks."""
    for text in texts:
        if isinstance(text, Exception):
            raise text
        yield text.encode()


class MemoryShelf:
    """Keeps logs."""

    def __init__(self) -> None:
        self.kept: list[tuple[RunRef, str, int]] = []
        self.down = 0
        """How many puts fail from now on."""
        self.before_failing: Callable[[], None] = lambda: None

    async def put(self, run: RunRef, pod: str, container: str, text: str, left_out: int = 0) -> None:
        assert (pod, container) == ("capitals-0-1-x", names.ADAPTER_CONTAINER)
        if self.down:
            self.down -= 1
            self.before_failing()
            raise StoreUnavailable("no database")
        self.kept.append((run, text, left_out))


def _meta(namespace: str, name: str, uid: str, *owners: Json) -> Json:
    return {
        "name": name,
        "namespace": namespace,
        "uid": uid,
        "resourceVersion": "1",
        "creationTimestamp": "2026-01-01T00:00:00Z",
        "ownerReferences": list(owners),
    }


def _owner(api_version: str, kind: str, name: str, uid: str) -> Json:
    return {"apiVersion": api_version, "kind": kind, "controller": True, "name": name, "uid": uid}


def _labels(job_uid: str) -> Json:
    return {
        names.LABEL_JOB: "capitals",
        names.LABEL_JOB_UID: job_uid,
        names.LABEL_INDEX: "0",
        names.LABEL_ATTEMPT: "1",
    }
