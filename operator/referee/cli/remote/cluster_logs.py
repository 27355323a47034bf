"""Logs of a job's adapters, from the pods themselves, while there are any; written as the gateway writes them.

A pod that is gone took its log along; what the gateway keeps, only the gateway can show. Several benchmarks come one
after another, and not mixed by time: that takes all of their lines at once, which a gateway has and we do not. The
API server ends a connection that is silent for long, so following goes on where it was, by the kubelet's timestamps.
"""

import asyncio
import codecs
from collections import deque
from collections.abc import AsyncGenerator

import aiohttp

from referee.api import names
from referee.cli.remote.port import LogQuery, RemoteError
from referee.gateway.logs.facts import JobFacts, facts_of
from referee.runtime.errors import ApiError, NotFound, Rejected
from referee.runtime.kube import Kube, Object
from referee.runtime.paths import EVALUATION_JOBS, PODS
from referee.runtime.transport import Call, unreachable

_PAUSE = 1.0
"""Seconds between two looks whether there is a pod."""
_ENDED = ("Succeeded", "Failed")


async def logs_of(kube: Kube, namespace: str, name: str, query: LogQuery) -> AsyncGenerator[str, None]:
    """What the adapters of a job print, line by line."""
    lines = _JobLogs(kube, namespace, name, query).lines()
    if query.tail is None or query.follow:
        async for line in lines:
            yield line
    else:
        held: deque[str] = deque(maxlen=query.tail)
        async for line in lines:
            held.append(line)
        for line in held:
            yield line


class _JobLogs:
    """The logs of one job, or of one benchmark of it."""

    def __init__(self, kube: Kube, namespace: str, name: str, query: LogQuery) -> None:
        self._kube = kube
        self._namespace = namespace
        self._name = name
        self._query = query

    async def lines(self) -> AsyncGenerator[str, None]:
        uid, facts = await self._job()
        indexes = sorted(facts.benchmarks) if self._query.benchmark is None else [self._query.benchmark]
        if not set(indexes) <= facts.benchmarks.keys():
            raise RemoteError(f"{self._name}: has no benchmark {indexes[0]}: it has {len(facts.benchmarks)}, from 0 on")
        shown: list[str] = []
        for index in indexes:
            async for line in self._of_benchmark(index, uid, shown):
                yield line

    async def _of_benchmark(self, index: int, uid: str, shown: list[str]) -> AsyncGenerator[str, None]:
        """Of each of its pods; if followed, of those that are still to come, too."""
        while True:
            now, facts = await self._job()
            if now != uid:
                raise RemoteError(f"{self._name}: was deleted, and made again by somebody")
            for pod in await self._pods(uid, index, facts):
                name = pod["metadata"]["name"]
                if name not in shown:
                    if self._query.benchmark is None:
                        before = "\n" if shown else ""
                        said = f"pod={name} container={names.ADAPTER_CONTAINER} benchmark_id={facts.benchmarks[index]}"
                        yield f"{before}=== {said} ===\n"
                    shown.append(name)
                    async for line in self._of_pod(name):
                        yield line
            if not self._query.follow or index not in facts.writing:
                return
            await asyncio.sleep(_PAUSE)

    async def _of_pod(self, pod: str) -> AsyncGenerator[str, None]:
        """Its lines; where the connection breaks, those after the ones that were shown."""
        shown = Shown()
        while True:
            shown.read_again()
            try:
                async for line in self._read(pod, shown.last, None if shown.last else self._query.tail):
                    stamp, _, said = line.partition(" ")
                    if shown.is_new(stamp):
                        yield line if self._query.timestamps else said
            except Rejected:  # its container has not started
                if not self._query.follow:
                    return
            except ApiError as error:
                if not (self._query.follow and error.retry):
                    raise
            else:
                return
            if await self._over(pod):
                return
            await asyncio.sleep(_PAUSE)

    async def _read(self, pod: str, last: str, tail: int | None) -> AsyncGenerator[str, None]:
        query = {"container": names.ADAPTER_CONTAINER, "timestamps": "true"}
        query |= {"follow": "true"} if self._query.follow else {}
        query |= {"tailLines": str(tail)} if tail is not None else {}
        if last:
            query["sinceTime"] = f"{last.partition('.')[0].rstrip('Z')}Z"
        elif self._query.since is not None:
            query["sinceSeconds"] = str(self._query.since)
        call = Call("GET", PODS.one(self._namespace, pod, "log"), query, accept="*/*")
        response = await self._kube.transport.stream(call)
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        rest = ""
        try:
            async for chunk in response.content.iter_any():
                *whole, rest = (rest + decoder.decode(chunk)).split("\n")
                for line in whole:
                    yield f"{line}\n"
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise unreachable(call, error) from error
        finally:
            response.close()
        if rest:
            yield f"{rest}\n"

    async def _over(self, pod: str) -> bool:
        try:
            found = await self._kube.get(PODS.one(self._namespace, pod))
        except NotFound:
            return True
        except ApiError:
            return False
        return found["status"].get("phase") in _ENDED

    async def _pods(self, uid: str, index: int, facts: JobFacts) -> list[Object]:
        """Those that are wanted, oldest first."""
        selector = f"{names.LABEL_JOB_UID}={uid},{names.LABEL_INDEX}={index}"
        pods = [pod async for pod in self._kube.list(PODS.all(self._namespace), label_selector=selector)]
        wanted = [pod for pod in pods if facts.wants(index, _attempt(pod), previous=self._query.previous)]
        return sorted(wanted, key=lambda pod: (_attempt(pod), pod["metadata"]["creationTimestamp"]))

    async def _job(self) -> tuple[str, JobFacts]:
        found = await self._kube.get(EVALUATION_JOBS.one(self._namespace, self._name))
        return found["metadata"]["uid"], facts_of(found)


class Shown:
    """Which lines of a log have been shown, by their timestamps: several may have the same one."""

    def __init__(self) -> None:
        self.last = ""
        """The newest one's; where to go on from."""
        self._same = 0
        self._boundary, self._skip = "", 0

    def read_again(self) -> None:
        """What comes now begins at the last one's second, and so with lines that were shown."""
        self._boundary, self._skip = self.last, self._same

    def is_new(self, stamp: str) -> bool:
        """Whether to show the line that has it."""
        if _order(stamp) < _order(self._boundary):
            return False
        if stamp == self._boundary and self._skip:
            self._skip -= 1
            return False
        self._same = self._same + 1 if stamp == self.last else 1
        self.last = stamp
        return True


def _attempt(pod: Object) -> int:
    number = str(pod["metadata"]["labels"].get(names.LABEL_ATTEMPT, ""))
    return int(number) if number.isdecimal() else 0


def _order(stamp: str) -> tuple[str, str]:
    """Sorts by time: the kubelet leaves zeros at the end of the fraction out."""
    seconds, _, fraction = stamp.rstrip("Z").partition(".")
    return seconds, fraction.ljust(9, "0")
