"""Reading a WATCH: lines of JSON until the server ends it, with its ERROR lines turned into exceptions.

Lines are split here: aiohttp's own line reader gives up above 128 KiB, and an EvaluationJob of 64 benchmarks is longer.
"""

import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from referee.runtime.errors import error_for
from referee.runtime.transport import Call, Transport, unreachable

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WatchEvent:
    """One line of a watch."""

    type: str
    """ADDED, MODIFIED, DELETED or BOOKMARK."""
    object: dict[str, Any]

    @property
    def resource_version(self) -> str:
        """Where a next watch may resume."""
        return str(self.object["metadata"]["resourceVersion"])


@asynccontextmanager
async def open_watch(transport: Transport, call: Call) -> AsyncIterator[AsyncIterator[WatchEvent]]:
    """Open the watch, which may be refused, and give its events until the server ends it; both raise ApiError."""
    response = await transport.stream(call)
    try:
        yield _events(response, call)
    finally:
        response.close()


async def _events(response: aiohttp.ClientResponse, call: Call) -> AsyncIterator[WatchEvent]:
    try:
        async for line in _lines(response.content):
            try:
                event = json.loads(line)
            except RecursionError:
                # no fault of the connection: another watch from the same version would bring the same line for ever
                log.warning("left out: what a watch told of one object is nested too deep", extra={"path": call.path})
                continue
            body = event["object"]
            if event["type"] == "ERROR":
                raise error_for(f"WATCH {call.path}", int(body.get("code") or 500), body)
            yield WatchEvent(event["type"], body)
    except (aiohttp.ClientError, TimeoutError, OSError, RuntimeError, ValueError) as error:
        # ValueError: the connection broke in the middle of a line. RuntimeError: aiohttp's word for reading from a
        # connection that is closed already.
        raise unreachable(call, error) from error


async def _lines(content: aiohttp.StreamReader) -> AsyncIterator[bytes]:
    rest = bytearray()
    async for chunk in content.iter_any():
        rest += chunk
        if b"\n" not in chunk:
            continue
        *whole, tail = bytes(rest).split(b"\n")
        rest = bytearray(tail)
        for line in whole:
            if line:
                yield line
