"""Keeps logs before their pods are gone: read when a container has ended, followed when its pod is being deleted.

A pod that is told to go has its grace, and its last lines are those that say what it did with it. So its log is opened
at the deletion and read to the end. Every replica does all of it: putting the same log twice is putting it once, and
nobody has to know who else is there. What a replica has kept it does not read again while the pod stays. Whose log it
is says `runs.py`; what is of no EvaluationJob that is there is not kept.

Rejected: a log shipper beside each node, which many clusters have and none has to have; and reading at the end of the
job, when pods of cancelled benchmarks are long gone.
"""

import asyncio
import logging
from collections.abc import Collection, Coroutine, Iterable
from typing import Any, Protocol

from referee.gateway.logs.containers import JobRef, PodLogs, SeenContainer
from referee.gateway.logs.lines import LogText, Tail
from referee.gateway.logs.reading import read_log
from referee.gateway.logs.runs import Runs
from referee.gateway.seen import SeenPod
from referee.gateway.watched import Watched
from referee.runtime.backoff import Backoff
from referee.runtime.cache import Key
from referee.runtime.errors import ApiError
from referee.runtime.kube import Kube
from referee.store import KEPT_BYTES, RunRef, StoreError

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

    async def put(self, run: RunRef, pod: str, container: str, text: str, left_out: int = 0) -> None:
        """Keep a log; durable on return, and a shorter one never replaces a longer one.

        `left_out`: bytes before the text that nobody has.
        """
        ...


class LogCollector:
    """Looks at pods as they change; `collect` is to be run until the end."""

    def __init__(self, kube: Kube, watched: Watched, shelf: LogShelf) -> None:
        """Take the gateway's own way to the API server, its caches, and where logs go."""
        self._kube = kube
        self._watched = watched
        self._shelf = shelf
        self._slots = {True: asyncio.Semaphore(_LEAVING_AT_ONCE), False: asyncio.Semaphore(_ENDED_AT_ONCE)}
        self._runs = Runs(kube, watched)
        self._tasks: dict[tuple[str, str], tuple[JobRef, asyncio.Task[None]]] = {}
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

    def pods(self, job: JobRef) -> list[PodLogs]:
        """The pods of an EvaluationJob that are there."""
        return [pod.logs for pod in self._watched.pods.by("evaluation", job) if pod.logs is not None]

    async def settled(self, job: JobRef, gone: Collection[str] = ()) -> None:
        """Wait a few seconds until the logs of this job's pods that are gone are kept.

        Args:
            job: whose.
            gone: pods that are not there, although the cache has them.
        """
        alive = {pod.uid for pod in self.pods(job)} - set(gone)
        leaving = [task for (uid, _), (of, task) in self._tasks.items() if of == job and uid not in alive]
        if leaving:
            await asyncio.wait(leaving, timeout=_PATIENCE)

    def _look(self, keys: Iterable[Key]) -> None:
        for key in keys:
            seen = self._watched.pods.get(key)
            if seen is None or seen.logs is None:
                self._kept.pop(key, None)
                self._runs.forget(key)
                continue
            self._runs.known(key, seen, seen.logs)
            for container in seen.logs.containers:
                name = (seen.uid, container.name)
                due = container.ended or seen.logs.leaving
                if due and name not in self._tasks and name not in self._kept.get(key, ()):
                    job = (seen.logs.namespace, seen.logs.job_uid)
                    self._start(name, job, self._keep(key, seen, seen.logs, container))

    def _start(self, name: tuple[str, str], job: JobRef, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name=f"log of {name[0]}")
        self._tasks[name] = (job, task)
        task.add_done_callback(lambda _: self._tasks.pop(name, None))

    async def _keep(self, key: Key, seen: SeenPod, pod: PodLogs, container: SeenContainer) -> None:
        try:
            run = await self._runs.of(key, seen, pod)
            if run is None or not await self._runs.stands(run):
                log.info("a log is not kept: its pod is no EvaluationJob's that is there", extra=_facts(pod, container))
            elif not await self._keep_of(run, key, pod, container):
                return
        except ApiError as error:
            log.error("a log was not kept: it is not known whose it is: %s", error, extra=_facts(pod, container))  # noqa: TRY400 - the cause is in it
            return
        if self._ended(key, seen.uid, container.name):
            self._kept.setdefault(key, set()).add((seen.uid, container.name))
        # else: it was read to its end before its end was told; what is told next has it read again

    async def _keep_of(self, run: RunRef, key: Key, pod: PodLogs, container: SeenContainer) -> bool:
        async with self._slots[pod.leaving]:
            found = await self._read(key, pod, container)
            return found is None or not found.text or await self._put(run, pod, container, found)

    def _ended(self, key: Key, uid: str, container: str) -> bool:
        now = self._watched.pods.get(key)
        if now is None or now.logs is None or now.uid != uid:
            return False
        return any(other.name == container and other.ended for other in now.logs.containers)

    async def _read(self, key: Key, pod: PodLogs, container: SeenContainer) -> LogText | None:
        """The whole log, tried as long as there is something to read from; then as much of it as ever was read."""
        most = Tail(KEPT_BYTES)
        failures = 0
        while True:
            tail = Tail(KEPT_BYTES)
            try:
                if (found := await read_log(self._kube, pod, container, {"follow": "true"}, into=tail)) is not None:
                    return found
            except ApiError as error:
                failures += 1
                most = max(most, tail, key=lambda read: read.read)
                seen = self._watched.pods.get(key)
                if seen is not None and seen.uid == pod.uid:
                    log.info("a log is read again: %s", error, extra=_facts(pod, container))
                    await asyncio.sleep(error.retry_after or _BACKOFF.delay(failures))
                    continue
                log.warning("the end of a log is lost with its pod: %s", error, extra=_facts(pod, container))
            return most.text(ended=True) if most.read else None

    async def _put(self, run: RunRef, pod: PodLogs, container: SeenContainer, found: LogText) -> bool:
        for failures in range(1, _TRIES + 1):
            if not await self._runs.stands(run):
                return True  # deleted meanwhile with all that was kept: nothing may come back
            try:
                await self._shelf.put(run, pod.name, container.name, found.text, found.left_out)
            except StoreError as error:
                log.warning("a log is not kept yet: %s", error, extra=_facts(pod, container))
                await asyncio.sleep(_BACKOFF.delay(failures))
            else:
                return True
        log.error("a log was not kept: the results store does not take it", extra=_facts(pod, container))
        return False


def _facts(pod: PodLogs, container: SeenContainer) -> dict[str, str]:
    return {"namespace": pod.namespace, "pod": pod.name, "container": container.name}
