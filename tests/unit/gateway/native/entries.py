"""A cache of EvaluationJobs without an API server."""

from typing import Any

from referee.gateway.newest import NewestFirst
from referee.gateway.objects import Objects
from referee.gateway.watched import JobEntry, Watched
from referee.runtime.kube import Kube, Object
from referee.runtime.transport import Transport

NAMESPACE = "team"


def job(name: str, version: int, *, minute: int = 0, phase: str | None = None, uid: str = "", **spec: Any) -> Object:
    """An EvaluationJob as an API server sends it."""
    return {
        "apiVersion": "referee.dev/v1alpha1",
        "kind": "EvaluationJob",
        "metadata": {
            "name": name,
            "namespace": NAMESPACE,
            "uid": uid or f"uid-of-{name}",
            "resourceVersion": str(version),
            "creationTimestamp": f"2026-01-01T00:{minute:02}:00Z",
        },
        "spec": {"model": {"url": "http://m", "name": "m"}, **spec},
        **({"status": {"phase": phase}} if phase else {}),
    }


class Cached:
    """What the gateway has seen."""

    def __init__(self, transport: Transport) -> None:
        self._watched = Watched(Kube(transport), [NAMESPACE])
        self.objects = Objects(self._watched)

    @property
    def jobs(self) -> NewestFirst[JobEntry]:
        return self._watched.evaluations

    def put(self, *jobs: Object) -> None:
        for each in jobs:
            self.jobs.upsert(each)
