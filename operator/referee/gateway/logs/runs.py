"""Whose log a pod's is: a run of an EvaluationJob in the pod's namespace, each step checked against what is there.

Whoever may make pods can write any label and any owner into them, and the store keeps a run by such names. So the Job
must be there with this uid in the same namespace, owned by the EvaluationJob that the pod's label names. A Job may be
deleted before its pods, so the answer is remembered from a pod's first sight on until it is gone.

The EvaluationJob is looked for again before anything is kept: of one that was deleted the store has forgotten all, and
the last words of its pods, which come afterwards, must not bring it back.
"""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from referee.gateway.logs.containers import PodLogs
from referee.gateway.seen import SeenJob, SeenPod, job_of
from referee.gateway.watched import JobEntry, Watched, evaluation_of
from referee.runtime.backoff import Backoff
from referee.runtime.cache import Key
from referee.runtime.errors import ApiError, NotFound
from referee.runtime.kube import Kube, Object
from referee.runtime.paths import EVALUATION_JOBS, JOBS, Resource
from referee.store import RunRef

T = TypeVar("T", SeenJob, JobEntry)

_BACKOFF = Backoff(first=0.2, most=10.0)
_TRIES = 10
"""To look at the API server: about a minute."""


class Runs:
    """The runs of the pods that are there."""

    def __init__(self, kube: Kube, watched: Watched) -> None:
        self._kube = kube
        self._watched = watched
        self._known: dict[Key, tuple[str, RunRef]] = {}

    def known(self, key: Key, seen: SeenPod, pod: PodLogs) -> RunRef | None:
        """As far as caches tell."""
        uid, run = self._known.get(key, ("", None))
        if run is not None and uid == seen.uid:
            return run
        job = self._watched.jobs.get((pod.namespace, seen.job.name)) if seen.job is not None else None
        return self._remembered(key, seen, pod, job)

    def forget(self, key: Key) -> None:
        """The pod is gone."""
        self._known.pop(key, None)

    async def of(self, key: Key, seen: SeenPod, pod: PodLogs) -> RunRef | None:
        """The pod's run; None if it is no run's.

        Raises:
            ApiError: the caches do not know, and the API server does not say.
        """
        run = self.known(key, seen, pod)
        if run is not None or seen.job is None:
            return run
        job = await self._read(JOBS, pod.namespace, seen.job.name, job_of)
        return _run_of(seen, pod, job)

    async def stands(self, run: RunRef) -> bool:
        """Whether its EvaluationJob is there.

        Raises:
            ApiError: the caches do not know, and the API server does not say.
        """
        seen = self._watched.evaluations.get((run.namespace, run.job))
        if seen is None or seen.uid != run.job_uid:
            seen = await self._read(EVALUATION_JOBS, run.namespace, run.job, evaluation_of)
        return seen is not None and seen.uid == run.job_uid

    def _remembered(self, key: Key, seen: SeenPod, pod: PodLogs, job: SeenJob | None) -> RunRef | None:
        run = _run_of(seen, pod, job)
        if run is not None:
            self._known[key] = (seen.uid, run)
        return run

    async def _read(self, resource: Resource, namespace: str, name: str, project: Callable[[Object], T]) -> T | None:
        """One live answer; asked for again as long as there is none, for a while."""
        for failures in range(1, _TRIES + 1):
            try:
                return project(await self._kube.get(resource.one(namespace, name)))
            except NotFound:
                return None
            except ApiError as error:
                if failures == _TRIES:
                    raise
                await asyncio.sleep(error.retry_after or _BACKOFF.delay(failures))
        return None


def _run_of(seen: SeenPod, pod: PodLogs, job: SeenJob | None) -> RunRef | None:
    if seen.job is None or job is None or job.uid != seen.job.uid or job.index is None:
        return None
    evaluation = job.evaluation
    if evaluation is None or evaluation.uid != pod.job_uid:
        return None
    return RunRef(pod.namespace, evaluation.name, evaluation.uid, job.uid, job.index, job.attempt)
