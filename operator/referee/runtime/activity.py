"""Whether each watch is still alive: the detector of zombies, kopf's watches included.

A watch that broke off silently looks like a cluster where nothing happens. But the API server sends a bookmark each
minute, so bytes keep coming; and a watcher without a server keeps trying. Both are visible on the shared session, from
a middleware: requests as they are made, bytes by looking at how many an open response has received. kopf swallows
bookmarks, so its handlers could not tell. An API server that is down makes nobody a zombie: the tries count.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import ClientHandlerType, ClientRequest, ClientResponse

from referee.runtime.paths import describe


@dataclass(slots=True)
class _Watch:
    resource: str
    at: float
    response: ClientResponse | None = None
    received: int = 0


class WatchActivity:
    """Ages of the watches, by path; use `middleware` on the session."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._watches: dict[str, _Watch] = {}

    async def middleware(self, request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        """Note watches, and every other GET on what is watched: kopf lists again before it watches again."""
        path = request.url.path
        watching = request.url.query.get("watch") == "true"
        if request.method != "GET" or not (watching or path in self._watches):
            return await handler(request)
        if (known := self._watches.get(path)) is not None:
            known.at = self._clock()
        response = await handler(request)
        if watching and response.ok:
            resource = describe("GET", path)[1]
            self._watches[path] = _Watch(resource, self._clock(), response)
        return response

    def ages(self) -> dict[str, float]:
        """Seconds since the last sign of life, by resource; of several namespaces the worst counts."""
        now = self._clock()
        ages: dict[str, float] = {}
        for watch in self._watches.values():
            if watch.response is not None and watch.response.content.total_bytes != watch.received:
                watch.received = watch.response.content.total_bytes
                watch.at = now
            ages[watch.resource] = max(ages.get(watch.resource, 0.0), now - watch.at)
        return ages
