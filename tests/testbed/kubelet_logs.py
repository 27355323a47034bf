"""The logs of a made-up node: what a kubelet answers when the API server asks it for a container's log.

Beside `kubelet_double`, and only where a test wants logs: it takes a TLS server of its own, which the API server finds
through the node's status and, as on many real clusters, does not ask for a certificate that it could verify.
"""

import asyncio
import datetime as dt
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from aiohttp import web

from tests.testbed.api_client import PATCH_TYPES, Json
from tests.testbed.kubelet_double import KubeletDouble
from tests.testbed.pki import Keys

Name = tuple[str, str]
"""Pod and container."""


@dataclass
class Log:
    """What a container has written."""

    lines: list[tuple[dt.datetime, str]] = field(default_factory=list)
    ended: bool = False


class KubeletLogs:
    """Serves what `write` was given; it exists inside the context."""

    def __init__(self, kubelet: KubeletDouble, directory: Path) -> None:
        self._kubelet = kubelet
        self._keys = Keys.make(directory, ["127.0.0.1"])
        self._logs: dict[Name, Log] = {}
        self._changed = asyncio.Condition()
        self.asked: list[str] = []
        """Query strings, as they came."""

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/containerLogs/{namespace}/{pod}/{container}", self._serve)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self._keys.certificate, self._keys.key)
        site = web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=context)
        await site.start()
        port = self._runner.addresses[0][1]
        status = {
            "addresses": [{"type": "InternalIP", "address": "127.0.0.1"}],
            "daemonEndpoints": {"kubeletEndpoint": {"Port": port}},
        }
        path = f"/api/v1/nodes/{self._kubelet.node}/status"
        await self._kubelet.call("PATCH", path, {"status": status}, PATCH_TYPES["strategic"])
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()

    async def write(self, pod: Json, *texts: str, container: str = "adapter", at: dt.datetime | None = None) -> None:
        """The container writes these lines."""
        async with self._changed:
            log = self._log(pod, container)
            log.lines += [(at or dt.datetime.now(dt.UTC), text) for text in texts]
            self._changed.notify_all()

    async def end(self, pod: Json, container: str = "adapter") -> None:
        """It writes nothing more."""
        async with self._changed:
            self._log(pod, container).ended = True
            self._changed.notify_all()

    async def lose(self, pod: Json, container: str = "adapter") -> None:
        """Its file is gone with its pod."""
        async with self._changed:
            self._logs.pop((pod["metadata"]["name"], container), None)
            self._changed.notify_all()

    def _log(self, pod: Json, container: str) -> Log:
        return self._logs.setdefault((pod["metadata"]["name"], container), Log())

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.query_string)
        name = (request.match_info["pod"], request.match_info["container"])
        if name not in self._logs:
            return web.Response(status=404, text=f"container {name[1]} of pod {name[0]} is not there")
        query, log = request.query, self._logs[name]
        response = web.StreamResponse(headers={"Content-Type": "text/plain"})
        await response.prepare(request)
        lines = log.lines
        if "sinceTime" in query:
            lines = [line for line in lines if line[0] >= dt.datetime.fromisoformat(query["sinceTime"])]
        if "sinceSeconds" in query:
            earliest = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=int(query["sinceSeconds"]))
            lines = [line for line in lines if line[0] >= earliest]
        if "tailLines" in query:
            lines = lines[-int(query["tailLines"]) :]
        sent = len(log.lines)
        await response.write(_text(lines))
        while query.get("follow") == "true" and not (log.ended and sent == len(log.lines)):
            async with self._changed:
                await self._changed.wait_for(lambda: log.ended or len(log.lines) > sent)  # noqa: B023
            new, sent = log.lines[sent:], len(log.lines)
            await response.write(_text(new))
        return response


def _text(lines: list[tuple[dt.datetime, str]]) -> bytes:
    stamps = ((at.isoformat(timespec="microseconds").replace("+00:00", "000Z"), text) for at, text in lines)
    return "".join(f"{stamp} {text}\n" for stamp, text in stamps).encode()
