"""The two requests that people's programs poll with, answered without the framework: one job, and the list of them.

FastAPI takes several times as long to find an address as we to answer it. Whatever is not a plain success goes the
ordinary way, where the refusal is worded; there the same code decides again. The addresses are declared there too.
"""

import uuid
from collections.abc import Mapping
from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from referee.gateway.answers import TRANSACTION, is_transaction
from referee.gateway.evalhub.reading import Reading
from referee.gateway.people import People

LIST: Final = "/api/v1/evaluations/jobs"
_ONE: Final = f"{LIST}/"
_NAMED: Final = TRANSACTION.lower().encode()
_JSON: Final = (b"content-type", b"application/json")


class Direct:
    """In front of the application."""

    def __init__(self, app: ASGIApp, people: People, reading: Reading) -> None:
        self._app = app
        self._people = people
        self._reading = reading

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass the request on."""
        if scope["type"] != "http" or scope["method"] != "GET" or not scope["path"].startswith(LIST):
            await self._app(scope, receive, send)
            return
        # of several with one name the first counts, as for the framework
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in reversed(scope["headers"])}
        body = await self._body(scope, headers)
        if body is None:
            await self._app(scope, receive, send)
            return
        given = headers.get(TRANSACTION.lower(), "")
        trace = given if is_transaction(given) else str(uuid.uuid4())
        size = (b"content-length", b"%d" % len(body))
        start = [_JSON, size, (_NAMED, trace.encode())]
        await send({"type": "http.response.start", "status": 200, "headers": start})
        await send({"type": "http.response.body", "body": body})

    async def _body(self, scope: Scope, headers: Mapping[str, str]) -> bytes | None:
        path: str = scope["path"]
        try:
            if path == LIST:
                return await self._reading.page(await self._people.identify(headers), Request(scope))
            if path.startswith(_ONE) and "/" not in path[len(_ONE) :]:
                return await self._reading.job(await self._people.identify(headers), path[len(_ONE) :])
        except Exception:  # noqa: BLE001 - a refusal, or a fault of ours: the ordinary way words both
            return None
        return None
