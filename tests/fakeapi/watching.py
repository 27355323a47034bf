"""Open watches: what they send by themselves, and what a test makes them send."""

import asyncio
import json
from dataclasses import dataclass

from aiohttp import web

from tests.fakeapi.collection import Collection, Object
from tests.fakeapi.reading import watch_line
from tests.fakeapi.status import ApiFailureError
from tests.fakeapi.store import Store


@dataclass(frozen=True, eq=False)
class _OpenWatch:
    where: Collection
    lines: asyncio.Queue[bytes | None]
    """None ends the watch."""


class Watches:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._open: set[_OpenWatch] = set()

    def __len__(self) -> int:
        return len(self._open)

    def cut(self) -> None:
        """End all watches, as a restart of the API server does."""
        for watch in list(self._open):
            watch.lines.put_nowait(None)

    def tell(self, kind: str, obj: Object) -> None:
        """Send a line on all watches: an ERROR, mostly."""
        for watch in self._open:
            watch.lines.put_nowait(_line(kind, obj))

    def bookmark(self) -> None:
        """Say on all watches how far they are."""
        for watch in self._open:
            mark = {"kind": watch.where.kind, "metadata": {"resourceVersion": str(self._store.revision)}}
            watch.lines.put_nowait(_line("BOOKMARK", mark))

    async def serve(self, request: web.Request, where: Collection, namespace: str) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        watch = _OpenWatch(where, asyncio.Queue())
        self._open.add(watch)
        follower = asyncio.create_task(self._follow(watch, namespace, request))
        try:
            while (line := await watch.lines.get()) is not None:
                await response.write(line)
        except ConnectionError:
            pass
        finally:
            self._open.discard(watch)
            follower.cancel()
        return response

    async def _follow(self, watch: _OpenWatch, namespace: str, request: web.Request) -> None:
        revision = int(request.query["resourceVersion"])
        seconds = float(request.query.get("timeoutSeconds", 3600))
        end = asyncio.get_running_loop().call_later(seconds, watch.lines.put_nowait, None)
        try:
            while True:
                changed = self._store.changed
                for change in self._store.since(watch.where, revision):
                    revision = change.revision
                    if (line := watch_line(change, namespace, request.query)) is not None:
                        watch.lines.put_nowait(line)
                await changed.wait()
        except ApiFailureError as failure:
            watch.lines.put_nowait(_line("ERROR", failure.status))
            watch.lines.put_nowait(None)
        finally:
            end.cancel()


def _line(kind: str, obj: Object) -> bytes:
    return json.dumps({"type": kind, "object": obj}).encode() + b"\n"
