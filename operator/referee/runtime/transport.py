"""The one way out to the API server: one pool of connections, one session that is ours, fresh ones for kopf.

kopf closes the session it was given when it meets a 401, so it never gets ours: both share the connector and the
middlewares (token, counting, watch activity), and thereby the metrics see all traffic. The connector has no limit,
since each watch holds a connection for good and a limit below their number would lock up everything; our own calls
are bounded by a semaphore instead. No retries here: who calls knows whether to try again, and the queue does it best.
"""

import asyncio
import contextlib
import json
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from weakref import WeakSet

import aiohttp
from aiohttp import ClientHandlerType, ClientMiddlewareType, ClientRequest, ClientResponse
from yarl import URL

from referee.runtime.credentials import Credentials, CredentialsError
from referee.runtime.errors import ApiError, Unauthorized, Unreachable, error_for

USER_AGENT = "referee"
_BELOW_HTTP = (aiohttp.ClientError, TimeoutError, OSError, CredentialsError)


@dataclass(frozen=True, slots=True)
class TransportSettings:
    """How patient and how broad the connection to the API server is."""

    connect_timeout: float = 5.0
    """Seconds for TCP and TLS; an API server that needs longer is not there."""
    request_timeout: float = 30.0
    """Seconds for a whole call but a watch; the API server itself gives up after 60."""
    watch_silence: float = 90.0
    """Seconds without a byte after which a watch counts as dead: bookmarks come each minute."""
    parallel: int = 32
    """How many of our calls may be under way at once; watches are not counted."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request, before it is sent."""

    method: str
    path: str
    query: Mapping[str, str] | None = None
    body: object | None = None
    content_type: str = "application/json"
    accept: str = "application/json"
    token: str | None = None
    """Whose token to use instead of our own; None: ours."""

    def __str__(self) -> str:
        """Name the call as the logs and errors do."""
        return f"{self.method} {self.path}"

    @property
    def headers(self) -> dict[str, str]:
        """What is sent besides the body; our own token comes from the middleware."""
        headers = {"Accept": self.accept}
        if self.body is not None:
            headers["Content-Type"] = self.content_type
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token}"
        return headers


class Transport:
    """Sessions over one shared connector; `request` for calls, `stream` for watches."""

    def __init__(
        self,
        credentials: Credentials,
        settings: TransportSettings | None = None,
        middlewares: Sequence[ClientMiddlewareType] = (),
    ) -> None:
        """Take who we are; must be called inside the running loop. The middlewares see kopf's calls too."""
        self.credentials = credentials
        self.settings = settings or TransportSettings()
        self._server = str(URL(credentials.server)).rstrip("/")
        self._middlewares = (*middlewares, self._prepare)
        # 60 s: shorter than what any load balancer or API server keeps an idle connection, longer than our pauses.
        self._connector = aiohttp.TCPConnector(limit=0, ssl=credentials.ssl or True, keepalive_timeout=60)
        self._streams: WeakSet[asyncio.Transport] = WeakSet()
        """Connections whose answer goes on after its headers, kopf's watches included."""
        self._session = self.fresh_session()
        self._slots = asyncio.Semaphore(self.settings.parallel)

    def fresh_session(self) -> aiohttp.ClientSession:
        """Open another session on the same connections; whoever asked closes it."""
        return aiohttp.ClientSession(
            connector=self._connector,
            connector_owner=False,
            middlewares=self._middlewares,
            # The server is near: unpacking gzip costs more than it saves, and aiohttp does it in threads.
            headers={"User-Agent": USER_AGENT, "Accept-Encoding": "identity"},
            timeout=aiohttp.ClientTimeout(
                total=self.settings.request_timeout, sock_connect=self.settings.connect_timeout
            ),
        )

    async def request(self, call: Call) -> Any:  # noqa: ANN401 - whatever JSON the server answers
        """Send the call and return its JSON; raises the ApiError that fits."""
        data = None if call.body is None else json.dumps(call.body, separators=(",", ":")).encode()
        async with self._slots:
            try:
                async with self._session.request(
                    call.method,
                    self._url(call),
                    params=call.query,
                    data=data,
                    headers=call.headers,
                    ssl=self._ssl(call),
                ) as response:
                    return _answer(call, response, await response.read())
            except _BELOW_HTTP as error:
                raise unreachable(call, error) from error

    async def stream(self, call: Call) -> ClientResponse:
        """Open a watch; the caller reads lines from it and closes it."""
        timeout = aiohttp.ClientTimeout(
            total=None, sock_connect=self.settings.connect_timeout, sock_read=self.settings.watch_silence
        )
        try:
            response = await self._session.request(
                call.method,
                self._url(call),
                params=call.query,
                headers=call.headers,
                timeout=timeout,
                ssl=self._ssl(call),
            )
            if not response.ok:
                async with response:
                    _answer(call, response, await response.read())
        except _BELOW_HTTP as error:
            raise unreachable(call, error) from error
        return response

    async def close(self) -> None:
        """Close our session and, with it, every connection, also those that kopf still uses."""
        await self._session.close()
        await self._connector.close()
        # A watch that was broken off says goodbye in TLS and waits for an answer, which would outlive the event loop.
        for stream in self._streams:
            stream.abort()
        await asyncio.sleep(0)

    def _ssl(self, call: Call) -> ssl.SSLContext | Literal[True]:
        """True: the connector's. Connections are pooled by it, so another's call never goes over one of ours."""
        if call.token is not None and self.credentials.ssl_for_others is not None:
            return self.credentials.ssl_for_others
        return True

    def _url(self, call: Call) -> URL:
        """As it is: what is made of a plain text takes `..` for a way and quotes what it holds for unquoted."""
        return URL(f"{self._server}{call.path}", encoded=True)

    async def _prepare(self, request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        """Put the token of this very moment on the request: a projected token is replaced every hour."""
        if "Authorization" not in request.headers and (token := await self.credentials.token()):
            request.headers["Authorization"] = f"Bearer {token}"
        response = await handler(request)
        if response.connection is not None and response.connection.transport is not None:
            # uvloop's cannot be referred to weakly; it does not need it either, since it ends them with its loop
            with contextlib.suppress(TypeError):
                self._streams.add(response.connection.transport)
        return response


def unreachable(call: Call, error: BaseException) -> ApiError:
    """Wrap what happened below HTTP; an exception without text is named by its class."""
    kind = Unauthorized if isinstance(error, CredentialsError) else Unreachable
    return kind(str(call), 0, {"message": f"{type(error).__name__}: {error}".rstrip(": ")})


def _answer(call: Call, response: ClientResponse, raw: bytes) -> Any:  # noqa: ANN401 - see request
    try:
        body = json.loads(raw) if raw else None
    except RecursionError as error:
        raise unreachable(call, error) from error
    except ValueError:
        # A proxy in between answers in HTML or plain text.
        body = None if response.ok else {"message": raw[:500].decode(errors="replace").strip()}
    if response.ok:
        return body
    status = body if isinstance(body, dict) else {}
    raise error_for(str(call), response.status, status, response.headers.get("Retry-After"))
