"""The port over a gateway: its native surface for the objects, and what it keeps of logs, results and samples.

A read that finds nobody is repeated for some seconds, since a gateway is rolled now and then; a write is not, or one
that was done would be done twice. The token is read for each request, so that one in a file may be replaced meanwhile.
"""

import asyncio
import json
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from referee.api.names import ANNOTATION_SHARED
from referee.cli.remote.contexts import Context
from referee.cli.remote.port import Absent, Document, LogQuery, Lost, Offered, RemoteError, Wanted

_TIMEOUT = httpx.Timeout(30.0, connect=5.0)
_SILENCE = httpx.Timeout(60.0, connect=5.0)
"""Of a watch, whose heartbeats come every 15 s."""
_ENDLESS = httpx.Timeout(None, connect=5.0)
"""Of a log that is followed: an adapter may say nothing for an hour."""
_TRIES = 3
_PAUSE = 1.0
_MERGE_PATCH = {"Content-Type": "application/merge-patch+json"}
_RUNS = "/api/v1/evaluations/jobs"
_BUSY = (429, 502, 503, 504)


@asynccontextmanager
async def gateway_remote(context: Context) -> AsyncIterator["GatewayRemote"]:
    """Open a session of the gateway that the context names."""
    address = (context.gateway or "").rstrip("/")
    headers = {"X-Tenant": context.namespace} if context.namespace else {}
    async with httpx.AsyncClient(
        base_url=address, headers=headers, timeout=_TIMEOUT, verify=_certificates(context), auth=_Bearer(context)
    ) as client:
        yield GatewayRemote(client, address, context.namespace)


class GatewayRemote:
    """The EvaluationJobs of one tenant of a gateway."""

    def __init__(self, client: httpx.AsyncClient, address: str, namespace: str | None) -> None:
        self._client = client
        self._address = address
        self._namespace = namespace

    @property
    def place(self) -> str:
        """Where this is, for messages."""
        return f"namespace {self._namespace} at {self._address}" if self._namespace else self._address

    async def submit(self, document: Document) -> Document:
        """Create an EvaluationJob."""
        name = document["metadata"]["name"]
        answer = await self._send("POST", "/api/v1/evaluationjobs", name=name, json=document)
        return _document(answer)

    async def get(self, name: str) -> Document:
        """One EvaluationJob."""
        return _document(await self._read(_job(name), name=name))

    async def jobs(self, wanted: Wanted) -> list[Document]:
        """EvaluationJobs, the newest first."""
        facts = {"phase": wanted.phase, "group": wanted.group, "tag": wanted.tag, "limit": wanted.limit}
        given = {name: str(value) for name, value in facts.items() if value is not None}
        items: list[Document] = _document(await self._read("/api/v1/evaluationjobs", given))["items"]
        return items

    async def edit(self, name: str, patch: Document) -> Document:
        """Merge a patch into an EvaluationJob."""
        content = json.dumps(patch)
        return _document(await self._send("PATCH", _job(name), name=name, content=content, headers=_MERGE_PATCH))

    async def watch(self, name: str) -> AsyncGenerator[Document, None]:
        """An EvaluationJob as it stands and as it changes."""
        async with self._stream(_job(name), {"watch": "true"}, name, _SILENCE) as response:
            async for line in response.aiter_lines():
                event = json.loads(line)
                if event["type"] == "DELETED":
                    raise Absent(f"{name}: was deleted")
                if event["type"] != "BOOKMARK":
                    yield event["object"]

    async def logs(self, name: str, query: LogQuery) -> AsyncGenerator[str, None]:
        """Text of the adapters' logs, in pieces."""
        place = "" if query.benchmark is None else f"/benchmarks/{query.benchmark}"
        facts: dict[str, Any] = {
            "tail_lines": query.tail,
            "since_seconds": query.since,
            "timestamps": query.timestamps or None,
            "follow": query.follow or None,
            "previous": query.previous or None,
        }
        given = {fact: str(value).lower() for fact, value in facts.items() if value is not None}
        last = "\n"
        async with self._stream(f"{_RUNS}/{name}{place}/logs", given, name, _ENDLESS) as response:
            async for piece in response.aiter_text():
                yield piece
                last = piece or last
        if not last.endswith("\n"):
            yield "\n"

    async def results(self, name: str) -> Mapping[int, Document]:
        """The adapters' full result documents, by the benchmark's index."""
        found = _document(await self._read(f"{_RUNS}/{name}/results", name=name))["items"]
        return {item["benchmark_index"]: item["result"] for item in found if item["complete"]}

    async def samples(self, name: str) -> AsyncGenerator[bytes, None]:
        """What is kept of each sample and its scores, as JSON lines."""
        async with self._stream(f"{_RUNS}/{name}/results", {"format": "jsonl"}, name, _TIMEOUT) as response:
            async for piece in response.aiter_bytes():
                yield piece

    async def providers(self) -> Sequence[Offered]:
        """Every Provider that can be named."""
        return await self._offered("providers")

    async def collections(self) -> Sequence[Offered]:
        """Every Collection that can be named."""
        return await self._offered("collections")

    async def _offered(self, plural: str) -> list[Offered]:
        items = _document(await self._read(f"/api/v1/{plural}"))["items"]
        return [Offered(item, ANNOTATION_SHARED in (item["metadata"].get("annotations") or {})) for item in items]

    async def _read(self, path: str, query: Mapping[str, str] | None = None, name: str = "") -> httpx.Response:
        for left in reversed(range(_TRIES)):
            try:
                return await self._send("GET", path, name=name, params=dict(query or {}))
            except Lost:
                if not left:
                    raise
            await asyncio.sleep(_PAUSE)
        raise AssertionError("unreachable: the last try returns or raises")

    async def _send(self, method: str, path: str, *, name: str, **content: Any) -> httpx.Response:  # noqa: ANN401 - httpx's arguments
        try:
            response = await self._client.request(method, path, **content)
        except httpx.RequestError as error:
            raise self._lost(error, written=method != "GET", name=name) from None
        if response.is_success:
            return response
        raise self._refused(response, name)

    @asynccontextmanager
    async def _stream(
        self, path: str, query: Mapping[str, str], name: str, patience: httpx.Timeout
    ) -> AsyncIterator[httpx.Response]:
        try:
            async with self._client.stream("GET", path, params=dict(query), timeout=patience) as response:
                if not response.is_success:
                    await response.aread()
                    raise self._refused(response, name)
                yield response
        except httpx.RequestError as error:
            raise self._lost(error, written=False, name=name) from None

    def _lost(self, error: httpx.RequestError, *, written: bool, name: str) -> Lost:
        why = str(error) or type(error).__name__
        doubt = f"; whether {name} was changed is not known: look with `referee get {name}`" if written else ""
        return Lost(f"{self._address} cannot be reached: {why}{doubt}")

    def _refused(self, response: httpx.Response, name: str) -> RemoteError:
        said = _told(response, "message")
        kind: type[RemoteError] = RemoteError
        match response.status_code:
            case httpx.codes.BAD_REQUEST if _told(response, "message_code") == "missing_tenant_header":
                said = f"{self._address}: whose jobs? Name the namespace: -n NAME, or in the context"
            case httpx.codes.UNAUTHORIZED:
                said = f"{self._address}: {said}; give a token: --token-file, or `referee context set`"
            case httpx.codes.FORBIDDEN:
                said = f"not permitted in {self.place}: {said}"
            case httpx.codes.NOT_FOUND if name and _is_of_job(response, said):
                said, kind = f"{name}: there is no such EvaluationJob in {self.place}", Absent
            case httpx.codes.CONFLICT if response.request.method == "POST":
                said = f"EvaluationJob {name}: exists already in {self.place}; choose another --name"
            case status if status in _BUSY:
                said, kind = f"{self._address}: {said}", Lost
        return kind(said)


class _Bearer(httpx.Auth):
    """The token of this very moment."""

    def __init__(self, context: Context) -> None:
        self._token: Callable[[], str | None] = lambda: context.token
        if context.token_file is not None:
            file = Path(context.token_file).expanduser()
            self._token = lambda: _secret(file)

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Put it on the request."""
        if token := self._token():
            request.headers["Authorization"] = f"Bearer {token}"
        yield request


def _secret(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise RemoteError(
            f"the token file {file} cannot be read: {getattr(error, 'strerror', None) or error}"
        ) from None


def _certificates(context: Context) -> ssl.SSLContext | bool:
    if context.ca_file is None:
        return True
    try:
        return ssl.create_default_context(cafile=str(Path(context.ca_file).expanduser()))
    except (OSError, ssl.SSLError) as error:
        raise RemoteError(f"caFile {context.ca_file}: cannot be used: {error}") from None


def _job(name: str) -> str:
    return f"/api/v1/evaluationjobs/{name}"


def _is_of_job(response: httpx.Response, said: str) -> bool:
    """Whether it is the job that does not exist, and not a benchmark of it, or the whole address."""
    return said.startswith("no EvaluationJob ") or response.request.method != "GET"


def _document(response: httpx.Response) -> Document:
    try:
        document = response.json()
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise RemoteError(f"{response.url}: what answers there is no gateway of Referee's")
    return document


def _told(response: httpx.Response, field: str) -> str:
    try:
        return str(response.json()[field])
    except (ValueError, KeyError, TypeError):
        return response.text[:200].strip() or f"status {response.status_code}"
