"""Watches: a JSON line for each change, from how things stand on.

A watch begins with what there is, as ADDED, so that whoever opens it anew has missed nothing; there is no version to
resume from. It tells what stands now and skips what was in between. Its heartbeats keep proxies from closing it and
let both sides notice the other's end. As often the rights are asked again, also while there is always something to
tell.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from dataclasses import dataclass

from referee.api.names import API_VERSION
from referee.gateway.native.lists import Filter
from referee.gateway.objects import JobEntry, Objects
from referee.runtime.kube import Object
from referee.runtime.paths import EVALUATION_JOBS

HEARTBEAT = 15.0
"""Seconds; proxies close what is silent for a minute, some after half of one."""


@dataclass(frozen=True, slots=True)
class Watch:
    """What somebody wants to hear of."""

    namespace: str
    wanted: Filter
    name: str | None = None
    """One job alone; the watch ends with it."""
    seconds: float = 300.0

    def holds(self, entry: JobEntry | None) -> bool:
        """Whether the job is one of those."""
        return entry is not None and self.name in (None, entry.name) and self.wanted.matches(entry)


async def watching(
    objects: Objects, watch: Watch, permitted: Callable[[], Awaitable[bool]]
) -> AsyncGenerator[bytes, None]:
    """The lines, until the time is over, the server stops, or the rights are gone."""
    told: dict[str, tuple[str, str]] = {}
    loop = asyncio.get_running_loop()
    end = loop.time() + watch.seconds
    asked = loop.time()
    with objects.changes(watch.namespace) as listener:
        first = objects.jobs(watch.namespace) if watch.name is None else [objects.job(watch.namespace, watch.name)]
        for entry in list(first):
            for line in _news(watch, entry.name if entry else "", entry, told):
                yield line
        while (told or watch.name is None) and (left := end - loop.time()) > 0:
            names = await listener.take(min(HEARTBEAT, left))
            if names is None:
                return
            if not names or loop.time() - asked >= HEARTBEAT:
                if not await permitted():
                    return
                asked = loop.time()
            if not names:
                yield _line("BOOKMARK", _named({}))
            for name in sorted(names):
                for line in _news(watch, name, objects.job(watch.namespace, name), told):
                    yield line


def _news(watch: Watch, name: str, entry: JobEntry | None, told: dict[str, tuple[str, str]]) -> Iterator[bytes]:
    """What has to be said of one job, given what was."""
    before = told.get(name)
    now = (entry.uid, entry.resource_version) if entry is not None and watch.holds(entry) else None
    if before is not None and (now is None or now[0] != before[0]):
        del told[name]
        yield _line("DELETED", _named({"name": name, "namespace": watch.namespace, "uid": before[0]}))
        before = None
    if entry is not None and now is not None and now != before:
        told[name] = now
        yield _line("ADDED" if before is None else "MODIFIED", entry.object())


def _named(metadata: Object) -> Object:
    return {"apiVersion": API_VERSION, "kind": EVALUATION_JOBS.kind, "metadata": metadata}


def _line(type_: str, obj: Object) -> bytes:
    return json.dumps({"type": type_, "object": obj}).encode() + b"\n"
