"""The journal in the results store, through the gateway: read once at the start, then written as samples finish.

Lines are committed in groups: while one request is under way the next lines gather, and go together when it is
acknowledged. So a slow store makes bigger groups and not a queue, and nobody waits for a group to fill. What is not
acknowledged is sent again until it is, since a line that comes twice is the same line: the store may be restarting. The
file of the token is read for each request, because the kubelet renews it.
"""

import asyncio
import json
import logging
import random
import ssl
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import aiohttp

from referee_adapter import Context, Failure
from referee_evaluators.journal.past import Past
from referee_evaluators.journal.port import NoJournal, Of

_log = logging.getLogger(__name__)
_REQUEST = 1024 * 1024
"""Bytes of one request, or one line more."""
_READ_AT_ONCE = 1024 * 1024
_LAST_GROUP = 10.0
"""Seconds; a pod that was told to stop has thirty in all."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long and how often a request is tried."""

    seconds: float = 300
    """Without any success; then another attempt may have more luck."""
    first_delay: float = 0.2
    longest_delay: float = 10
    request_seconds: float = 120


class GatewayJournal:
    """The journal of one benchmark; made inside the running loop."""

    def __init__(self, context: Context, patience: Patience | None = None) -> None:
        """Connect to nothing yet."""
        spec = context.spec
        self._paths = context.paths
        self._patience = patience or Patience()
        self._job = f"{spec.callback_url}/api/v1/evaluations/jobs/{spec.id}"
        secure = spec.callback_url.startswith("https:")
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=_trust(context.paths.ca) if secure else True),
            timeout=aiohttp.ClientTimeout(total=None, sock_read=self._patience.request_seconds, sock_connect=30),
        )
        self._waiting: list[bytes] = []
        self._group: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sender: asyncio.Task[None] | None = None
        self._broken: Exception | None = None

    async def read(self, of: Of) -> Past:
        """Every record, then every score; a reading that breaks off goes on behind its last line.

        Raises:
            NoJournal: nobody keeps one there.
            Failure: it cannot be read.
        """
        past = Past(self._paths.data)
        for kind in ("samples", "scores"):
            await self._persevere(_Reading(f"of={of}&kind={kind}", past, self._lines).go_on)
        past.seal()
        return past

    async def put(self, line: bytes) -> None:
        """Add a line to the next group, and wait for it."""
        if self._broken is not None:
            raise self._broken
        self._waiting.append(line)
        group = self._group
        if self._sender is None or self._sender.done():
            self._sender = asyncio.ensure_future(self._send())
        await asyncio.shield(group)

    async def close(self) -> None:
        """Give the last group a little time: of a run that ends well nothing is waiting."""
        if self._sender is not None:
            await asyncio.wait([self._sender], timeout=_LAST_GROUP)
            self._sender.cancel()
        self._group.cancel()
        await self._session.close()

    async def _send(self) -> None:
        while self._waiting:
            lines, group = self._waiting, self._group
            self._waiting, self._group = [], asyncio.get_running_loop().create_future()
            try:
                for body in [] if self._broken else _requests(lines):
                    await self._persevere(lambda body=body: self._post(body))  # type: ignore[misc]
            except (Failure, NoJournal) as error:
                self._broken = error
            if self._broken is None:
                group.set_result(None)
            else:
                group.set_exception(self._broken)
                group.exception()  # nobody may be waiting any more

    async def _post(self, body: bytes) -> None:
        headers = {"Content-Type": "application/jsonl", **self._headers()}
        async with self._session.post(f"{self._job}/samples", data=body, headers=headers) as response:
            await _check(response)

    async def _lines(self, query: str, take: Callable[[bytes], None]) -> None:
        async with self._session.get(f"{self._job}/journal?{query}", headers=self._headers()) as response:
            await _check(response)
            rest = b""
            async for chunk in response.content.iter_chunked(_READ_AT_ONCE):
                *lines, rest = (rest + chunk).split(b"\n")
                for line in lines:
                    take(line + b"\n")
            if rest:
                raise aiohttp.ClientPayloadError("the last line has no end")

    async def _persevere(self, act: Callable[[], Awaitable[None]]) -> None:
        clock = asyncio.get_running_loop().time
        deadline, delay = clock() + self._patience.seconds, self._patience.first_delay
        while True:
            try:
                return await act()
            except _Refused as error:
                raise Failure("ResultsStoreRefused", f"the results store: {error}", retryable=False) from error
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                # not the address: it may hold a secret
                said = str(error) if isinstance(error, _Later) else type(error).__name__
                if clock() + delay > deadline:
                    message = f"the results store, tried for {self._patience.seconds:.0f} s: {said}"
                    raise Failure("ResultsStoreUnavailable", message, retryable=True) from error
                _log.warning("the results store: %s; trying again", said)
            await asyncio.sleep(delay * random.uniform(0.5, 1))  # noqa: S311 - jitter
            delay = min(delay * 2, self._patience.longest_delay)

    def _headers(self) -> dict[str, str]:
        token, tenant = _read(self._paths.token), _read(self._paths.namespace)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return headers | ({"X-Tenant": tenant} if tenant else {})


class _Refused(Exception):  # noqa: N818 - an answer
    """Trying again cannot help."""


class _Later(OSError):  # noqa: N818 - an answer
    """The gateway or the store behind it is not there now."""


class _Reading:
    """One reading, however often it has to be taken up again."""

    def __init__(
        self, query: str, past: Past, lines: Callable[[str, Callable[[bytes], None]], Awaitable[None]]
    ) -> None:
        self._query = query
        self._past = past
        self._lines = lines
        self._last: bytes | None = None

    async def go_on(self) -> None:
        after = f"&after={json.loads(self._last)['cursor']}" if self._last else ""
        await self._lines(self._query + after, self._take)

    def _take(self, line: bytes) -> None:
        self._past.add(line)
        self._last = line


def _requests(lines: list[bytes]) -> Iterator[bytes]:
    part: list[bytes] = []
    size = 0
    for line in lines:
        part.append(line)
        size += len(line)
        if size >= _REQUEST:
            yield b"".join(part)
            part, size = [], 0
    if part:
        yield b"".join(part)


async def _check(response: aiohttp.ClientResponse) -> None:
    if response.ok:
        return
    text = f"status {response.status}: {(await response.text())[:300]}"
    if response.status == HTTPStatus.NOT_FOUND:
        raise NoJournal(text)
    if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR or response.status == HTTPStatus.TOO_MANY_REQUESTS:
        raise _Later(text)
    raise _Refused(text)


def _trust(ca: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=ca if ca.is_file() else None)


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8").strip() or None
    except OSError:
        return None
