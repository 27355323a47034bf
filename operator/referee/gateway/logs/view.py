"""The log of a job as it stands: what kubelets have of the pods that are there, what the store has of all others.

A view looks once for an answer, or again and again for one that goes on; it remembers how far each container was read,
so that following a long log does not read it anew each second.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from referee.api.names import ADAPTER_CONTAINER
from referee.gateway.errors import Unavailable
from referee.gateway.faults import undecided
from referee.gateway.logs.containers import JobRef, PodLogs, SeenContainer
from referee.gateway.logs.facts import JobFacts
from referee.gateway.logs.lines import SECOND, Line, instant, parse, remarked
from referee.gateway.logs.merge import Place, Placed, Source, Stream, merged
from referee.gateway.logs.reading import read_log
from referee.runtime.errors import ApiError
from referee.runtime.kube import Kube
from referee.store import LogPiece, StoreUnavailable

_AT_ONCE = 8
"""Kubelets asked at once for one answer."""
_LOOKS = 3
"""Until pods that go while we look are found in the store."""

_LONG = 128 * 1024
"""Characters, of which reading takes a millisecond."""

Name = tuple[str, str]
"""Pod and container."""


class Shelf(Protocol):
    """The part of the results store with logs."""

    def read(self, job_uid: str, index: int | None = None) -> AsyncIterator[LogPiece]:
        """The logs of a job, or of one benchmark of it."""
        ...


class Pods(Protocol):
    """Which pods a job has, and whether the logs of those that are gone are kept."""

    def pods(self, job: JobRef) -> Sequence[PodLogs]:
        """Those that are there."""
        ...

    async def settled(self, job: JobRef, gone: Collection[str]) -> None:
        """Wait for what is being kept; `gone`: uids of pods that are not there any more, whatever a cache says."""
        ...


@dataclass(slots=True)
class _Read:
    """How far a container was read."""

    index: int
    attempt: int
    block: bool
    ended: bool = False
    first: int | None = None
    skipped: int = 0
    lines: list[Line] = field(default_factory=list)

    @property
    def since(self) -> int | None:
        """The second from which on to read again; None: from the beginning."""
        return self.lines[-1].at // SECOND if self.lines else None

    def take(self, lines: Sequence[Line], since: int | None) -> None:
        """Go on with what was read from this second on."""
        known = 0 if since is None else sum(line.at // SECOND >= since for line in self.lines)
        self.lines += lines[known:]

    def forget(self) -> None:
        """What was shown, but for what the next reading will repeat."""
        since = self.since
        if since is not None:
            kept = [line for line in self.lines if line.at // SECOND >= since]
            self.skipped += len(self.lines) - len(kept)
            self.lines = kept


class View:
    """A job's log, or one benchmark's."""

    def __init__(self, kube: Kube, shelf: Shelf, pods: Pods, job: JobRef, index: int | None) -> None:
        """Take where to read; None: every benchmark."""
        self._kube = kube
        self._shelf = shelf
        self._pods = pods
        self._job = job
        self._index = index
        self._reads: dict[Name, _Read] = {}
        self._looked = False
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def look(self, tail: int | None = None) -> None:
        """Read what is new.

        Args:
            tail: lines of each container that are enough; None: all.

        Raises:
            Unavailable: some part does not answer.
        """
        gone: set[str] = set()
        for _ in range(_LOOKS):
            there = self._there()
            missed = any(not read.ended and name not in there for name, read in self._reads.items())
            if gone or missed or not self._looked:
                await self._pods.settled(self._job, gone)
                await self._from_store(tail)
            unread = [found for name, found in there.items() if not self._known_whole(name)]
            answers = await asyncio.gather(*(self._from_pod(pod, container, tail) for pod, container in unread))
            gone = {pod.uid for (pod, _), found in zip(unread, answers, strict=True) if not found}
            if not gone:
                break
        self._looked = True
        for name, read in self._reads.items():
            if name not in there:
                read.ended = True  # gone, and nobody has more of it

    def shown(self, facts: JobFacts, now: int, *, previous: bool = False) -> Iterator[Placed]:
        """What there is to show, in order."""
        indexes = sorted({*facts.benchmarks, *(read.index for read in self._reads.values())})
        wanted = indexes if self._index is None else [self._index]
        streams = [Stream(i, list(self._sources(i, facts, previous=previous)), i in facts.writing) for i in wanted]
        return merged(streams, now)

    def shown_after(self, place: Place | None, facts: JobFacts, now: int) -> list[Placed]:
        """What has come since; what was shown is forgotten once nothing stands before it any more."""
        new = [placed for placed in self.shown(facts, now) if place is None or placed.place > place]
        if new:
            self._forget(new)
        return new

    def _sources(self, index: int, facts: JobFacts, *, previous: bool) -> Iterator[Source]:
        for (pod, container), read in self._reads.items():
            if read.index == index and facts.wants(index, read.attempt, previous=previous):
                yield Source(
                    pod, container, index, read.attempt, read.lines, read.ended, read.first, read.skipped, read.block
                )

    def _forget(self, new: Sequence[Placed]) -> None:
        last = {(placed.source.pod, placed.source.container): placed.line for placed in new}
        for name, line in last.items():
            read = self._reads[name]
            if read.lines and read.lines[-1] is line:
                read.forget()

    def _there(self) -> dict[Name, tuple[PodLogs, SeenContainer]]:
        return {
            (pod.name, container.name): (pod, container)
            for pod in self._pods.pods(self._job)
            if self._index in (None, pod.index)
            for container in pod.containers
        }

    def _known_whole(self, name: Name) -> bool:
        read = self._reads.get(name)
        return read is not None and read.ended

    async def _from_store(self, tail: int | None) -> None:
        try:
            namespace, uid = self._job
            async for piece in self._shelf.read(uid, self._index):
                if piece.run.namespace == namespace and not self._known_whole((piece.pod, piece.container)):
                    read = self._read(piece.pod, piece.container, piece.run.index, piece.run.attempt)
                    await self._take(read, remarked(piece.text, piece.left_out), read.since, tail)
                    read.ended = True
        except StoreUnavailable as error:
            raise Unavailable(f"the results store did not answer: {error}") from error

    async def _from_pod(self, pod: PodLogs, container: SeenContainer, tail: int | None) -> bool:
        """False: the pod is gone."""
        read = self._read(pod.name, container.name, pod.index, pod.attempt)
        since = read.since
        query = {} if since is None else {"sinceTime": instant(since)}
        if tail is not None:
            query["tailLines"] = str(tail)
        try:
            async with self._slots:
                found = await read_log(self._kube, pod, container, query)
        except ApiError as error:
            raise undecided(error) from error
        if found is None:
            return False
        await self._take(read, remarked(found.text, 0 if query else found.left_out), since, tail)
        read.ended = container.ended
        return True

    def _read(self, pod: str, container: str, index: int, attempt: int) -> _Read:
        return self._reads.setdefault((pod, container), _Read(index, attempt, container != ADAPTER_CONTAINER))

    @staticmethod
    async def _take(read: _Read, text: str, since: int | None, tail: int | None) -> None:
        """A long one is read beside the event loop."""
        first, *_ = (*parse(text[: text.find("\n") + 1]), None)
        if read.first is None and first is not None:
            read.first = first.at
        if tail is not None:
            text = "\n".join(text.rstrip("\n").rsplit("\n", tail)[-tail:])
        lines = await asyncio.to_thread(parse, text) if len(text) > _LONG else parse(text)
        read.take([line for line in lines if since is None or line.at // SECOND >= since], since)
