"""Keeps logs before their pods are gone: read when a container has ended, followed when its pod is being deleted.

A pod that is told to go has its grace, and its last lines are those that say what it did with it. So its log is opened
at the deletion and read to the end. Every replica does all of it: putting the same log twice is putting it once, and
nobody has to know who else is there. What a replica has kept it does not read again while the pod stays.

Rejected: a log shipper beside each node, which many clusters have and none has to have; and reading at the end of the
job, when pods of cancelled benchmarks are long gone.
"""

import asyncio
import logging
from collections.abc import Collection, Coroutine, Iterable
from typing import Any, Protocol

from referee.gateway.logs.containers import PodLogs, SeenContainer
from referee.gateway.logs.reading import read_log
from referee.gateway.watched import SeenPod, Watched
from referee.runtime.backoff import Backoff
from referee.runtime.cache import Key
from referee.runtime.errors import ApiError
from referee.runtime.kube import Kube
from referee.store import RunRef, StoreError

log = logging.getLogger(__name__)

_LEAVING_AT_ONCE = 256
"""Logs that are followed; those of pods that are leaving are open as long as their grace."""
_ENDED_AT_ONCE = 8
"""Logs of pods that stay for now, such as a gateway finds by the hundred when it starts."""
_BACKOFF = Backoff(first=0.2, most=10.0)
_TRIES = 20
"""To keep what was read, when its pod is gone already: a little over two minutes."""


_PATIENCE = 5.0
"""Seconds that an answer waits for a log that is being kept."""


class LogShelf(Protocol):
    """The part of the results store that keeps logs."""

    async def put(self, run: RunRef, pod: str, container: str, text: str) -> None:
        """Keep a log; durable on return, and a shorter one never replaces a longer one."""
        ...


class LogCollector:
    """Looks at pods as they change; `collect` is to be run until the end."""

    def __init__(self, kube: Kube, watched: Watched, shelf: LogShelf) -> None:
        """Take the gateway's own way to the API server, its caches, and where logs go."""
        self._kube = kube
        self._watched = watched
        self._shelf = shelf
        self._slots = {True: asyncio.Semaphore(_LEAVING_AT_ONCE), False: asyncio.Semaphore(_ENDED_AT_ONCE)}
        self._tasks: dict[tuple[str, str], tuple[str, asyncio.Task[None]]] = {}
        self._kept: dict[Key, set[tuple[str, str]]] = {}
        watched.on_pods = self._look

    async def collect(self) -> None:
        """Wait until cancelled, and then leave nothing behind."""
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            tasks = [task for _, task in self._tasks.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def pods(self, job_uid: str) -> list[PodLogs]:
        """The pods of an EvaluationJob that are there."""
        return [pod.logs for pod in self._watched.pods.by("evaluation", job_uid) if pod.logs is not None]

    async def settled(self, job_uid: str, gone: Collection[str] = ()) -> None:
        """Wait a few seconds until the logs of this job's pods that are gone are kept.

        Args:
            job_uid: whose.
            gone: pods that are not there, although the cache has them.
        """
        alive = {pod.uid for pod in self.pods(job_uid)} - set(gone)
        leaving = [task for (uid, _), (job, task) in self._tasks.items() if job == job_uid and uid not in alive]
        if leaving:
            await asyncio.wait(leaving, timeout=_PATIENCE)

    def _look(self, keys: Iterable[Key]) -> None:
        for key in keys:
            seen = self._watched.pods.get(key)
            if seen is None or seen.logs is None:
                self._kept.pop(key, None)
                continue
            for container in seen.logs.containers:
                name = (seen.uid, container.name)
                due = container.ended or seen.logs.leaving
                if due and name not in self._tasks and name not in self._kept.get(key, ()):
                    self._start(name, seen.logs.job_uid, self._keep(key, seen, container))

    def _start(self, name: tuple[str, str], job_uid: str, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name=f"log of {name[0]}")
        self._tasks[name] = (job_uid, task)
        task.add_done_callback(lambda _: self._tasks.pop(name, None))

    async def _keep(self, key: Key, seen: SeenPod, container: SeenContainer) -> None:
        pod = seen.logs
        if pod is None:
            return
        run = self._run_of(seen, pod)
        async with self._slots[pod.leaving]:
            text = await self._read(key, pod, container)
            if text and not await self._put(run, pod, container, text):
                return
        if self._ended(key, seen.uid, container.name):
            self._kept.setdefault(key, set()).add((seen.uid, container.name))
        # else: it was read to its end before its end was told; what is told next has it read again

    def _ended(self, key: Key, uid: str, container: str) -> bool:
        now = self._watched.pods.get(key)
        if now is None or now.logs is None or now.uid != uid:
            return False
        return any(other.name == container and other.ended for other in now.logs.containers)

    async def _read(self, key: Key, pod: PodLogs, container: SeenContainer) -> str | None:
        """The whole log, tried as long as there is something to read from."""
        failures = 0
        while True:
            try:
                return await read_log(self._kube, pod, container, {"follow": "true"})
            except ApiError as error:
                failures += 1
                seen = self._watched.pods.get(key)
                if seen is None or seen.uid != pod.uid:
                    log.warning("a log is lost with its pod: %s", error, extra=_facts(pod, container))
                    return None
                log.info("a log is read again: %s", error, extra=_facts(pod, container))
                await asyncio.sleep(error.retry_after or _BACKOFF.delay(failures))

    async def _put(self, run: RunRef, pod: PodLogs, container: SeenContainer, text: str) -> bool:
        for failures in range(1, _TRIES + 1):
            try:
                await self._shelf.put(run, pod.name, container.name, text)
            except StoreError as error:
                log.warning("a log is not kept yet: %s", error, extra=_facts(pod, container))
                await asyncio.sleep(_BACKOFF.delay(failures))
            else:
                return True
        log.error("a log was not kept: the results store does not take it", extra=_facts(pod, container))
        return False

    def _run_of(self, seen: SeenPod, pod: PodLogs) -> RunRef:
        owner = seen.job
        job = self._watched.jobs.get((pod.namespace, owner.name)) if owner is not None else None
        evaluation = job.evaluation if job is not None and owner is not None and job.uid == owner.uid else None
        return RunRef(
            namespace=pod.namespace,
            job=evaluation.name if evaluation is not None else pod.job,
            job_uid=pod.job_uid,
            child_uid=owner.uid if owner is not None else pod.uid,
            index=pod.index,
            attempt=pod.attempt,
        )


def _facts(pod: PodLogs, container: SeenContainer) -> dict[str, str]:
    return {"namespace": pod.namespace, "pod": pod.name, "container": container.name}
