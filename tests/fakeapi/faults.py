"""Faults, ordered by a test: which of the next requests fail, and how."""

import asyncio
from dataclasses import dataclass, field
from typing import Literal

from aiohttp import web

from tests.fakeapi.status import ApiFailureError

Kind = Literal["answer", "reset", "hang", "lose"]


@dataclass
class Fault:
    """What happens to the next `times` requests that match."""

    code: int = 503
    verb: str | None = None
    resource: str | None = None
    times: int = 1
    retry_after: int | None = None
    kind: Kind = "answer"
    """answer with the code; reset the connection; hang until released; do it and lose the answer."""
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def hits(self, verb: str, resource: str) -> bool:
        return self.times > 0 and self.verb in (None, verb) and self.resource in (None, resource)


class Faults:
    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        self._faults.append(fault)
        return fault

    def clear(self) -> None:
        for fault in self._faults:
            fault.released.set()
        self._faults.clear()

    def take(self, verb: str, resource: str) -> Fault | None:
        for fault in self._faults:
            if fault.hits(verb, resource):
                fault.times -= 1
                return fault
        return None


async def commit(fault: Fault, request: web.Request) -> web.Response:
    """Answer with the fault."""
    if fault.kind == "hang":
        await fault.released.wait()
    if fault.kind in {"hang", "reset"}:
        return reset(request)
    headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    if fault.code == 429:
        # A real one answers in plain text: the request never reached what makes Status objects.
        return web.Response(text="Too many requests, please try again later.", status=429, headers=headers)
    reason = {401: "Unauthorized", 403: "Forbidden"}.get(fault.code, "")
    failure = ApiFailureError(fault.code, reason, "ordered by a test")
    return web.json_response(failure.status, status=fault.code, headers=headers)


def reset(request: web.Request) -> web.Response:
    """Break the connection; the response is written to nobody."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)
