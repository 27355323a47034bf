"""The same request to both servers: how a row of the table is said, and how each side is asked."""

import asyncio
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import httpx

from referee.api.names import ADAPTER_AUDIENCE
from tests.integration.evalhub.place import Place
from tests.integration.evalhub.shapes import Answer
from tests.integration.operator.team import Team
from tests.testbed.kubelet_logs import KubeletLogs

LINES = ("one", "two")
"""What every adapter of the comparison writes."""
_SECONDS = 30

Run = tuple[str, int, int]
"""A job's name in the table, a benchmark's index, an attempt."""
_POD = re.compile(r"pod=\S+ container=\S+")


@dataclass(frozen=True)
class Ask:
    """One row: a request, made of both."""

    id: str
    """A phrase; rows and listed differences name each other by it."""
    method: str
    path: str
    """Below /api/v1/evaluations/, or below /api/v1 with a slash; `{name}` is an id that an earlier row has kept."""
    body: Any = None
    """A JSON document, or a text as it is."""
    headers: Mapping[str, str] = field(default_factory=dict)
    nobody: bool = False
    """Without a token."""
    adapter: tuple[str, int] | None = None
    """As the adapter of this job's benchmark."""
    retried: bool = False
    """Here the adapter is started once more, and does the same again, before it counts."""
    keep: str = ""
    """Keep the id in the answer under this name."""
    until: Callable[[Any], bool] | None = None
    """Ask until this holds for the document."""


class Theirs:
    """The published server."""

    def __init__(self, client: httpx.AsyncClient, tenant: str) -> None:
        self._client = client
        self._headers = {"X-Tenant": tenant, "X-User": "me"}
        self._kept: dict[str, str] = {}

    async def ask(self, row: Ask) -> Answer:
        """Its answer."""
        return await _asked(self._client, row, self._kept, self._headers)


class Ours:
    """Our gateway; adapters have tokens of their own here, and pods."""

    def __init__(self, client: httpx.AsyncClient, place: Place, team: Team, logs: KubeletLogs) -> None:
        self._client = client
        self._place = place
        self._team = team
        self._logs = logs
        self._kept: dict[str, str] = {}
        self._tokens: dict[Run, str] = {}
        self._pods: dict[Run, Any] = {}

    async def ask(self, row: Ask) -> Answer:
        """Its answer."""
        answer = await _asked(self._client, row, self._kept, await self._headers(row))
        if not row.retried or row.adapter is None:
            return answer
        await self._team.kubelet.fail(self._pods[*row.adapter, 1])
        again = await _asked(self._client, row, self._kept, await self._headers(row, attempt=2))
        return replace(again, attempts=2)

    async def _headers(self, row: Ask, attempt: int = 1) -> dict[str, str]:
        token = self._place.token
        if row.nobody:
            return {"X-Tenant": self._place.tenant}
        if row.adapter is not None:
            run = (*row.adapter, attempt)
            token = self._tokens.get(run) or await self._begin(*run)
            self._tokens[run] = token
        return {"Authorization": f"Bearer {token}", "X-Tenant": self._place.tenant}

    async def _begin(self, job: str, index: int, attempt: int) -> str:
        """The pod of this benchmark runs; its token."""
        pod = await self._team.starts(index, attempt, self._kept[job])
        self._pods[job, index, attempt] = pod
        await self._logs.write(pod, *LINES)
        meta = pod["metadata"]
        bound = {"apiVersion": "v1", "kind": "Pod", "name": meta["name"], "uid": meta["uid"]}
        account = pod["spec"].get("serviceAccountName", "default")
        path = f"/api/v1/namespaces/{self._place.tenant}/serviceaccounts/{account}/token"
        spec = {"audiences": [ADAPTER_AUDIENCE], "boundObjectRef": bound}
        return str((await self._team.call("POST", path, {"spec": spec}))["status"]["token"])


async def _asked(client: httpx.AsyncClient, row: Ask, kept: dict[str, str], headers: dict[str, str]) -> Answer:
    path = row.path.format_map(kept)
    address = f"/api/v1{path}" if path.startswith("/") else f"/api/v1/evaluations/{path}"
    content = row.body if row.body is None or isinstance(row.body, str) else json.dumps(row.body)
    sent = {"Content-Type": "application/json", **headers, **row.headers}
    async with asyncio.timeout(_SECONDS):
        while True:
            answer = await client.request(row.method, address, content=content, headers=sent)
            read = _read(answer)
            if row.until is None or row.until(read.document):
                break
            await asyncio.sleep(0.05)
    if row.keep:
        kept[row.keep] = read.document["resource"]["id"]
    return read


def _read(answer: httpx.Response) -> Answer:
    kind = answer.headers.get("content-type", "")
    if kind.startswith("application/json") and answer.content:
        return Answer(answer.status_code, answer.headers, document=answer.json())
    return Answer(answer.status_code, answer.headers, text=_POD.sub("pod=…", answer.text))
