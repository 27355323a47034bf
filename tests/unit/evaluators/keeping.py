"""A keeper of journals on loopback, by the gateway's contract: what is acknowledged is kept, and read back."""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.unit.evaluators.running import DEADLINE

Json = dict[str, Any]
_IDENTITY = {"sample_id", "epoch"}


@dataclass
class Keeper:
    """What is kept, what was reported, and what goes wrong."""

    url: str = ""
    samples: dict[str, list[Json]] = field(default_factory=lambda: defaultdict(list))
    """By `of`."""
    scores: dict[str, list[Json]] = field(default_factory=lambda: defaultdict(list))
    known: set[str] = field(default_factory=lambda: {"run"})
    """Whose journal there is."""
    events: list[Json] = field(default_factory=list)
    attempt: int = 1
    """Whose posts come now; the same record of the same attempt is replaced."""
    places: dict[tuple[object, ...], int] = field(default_factory=dict)
    """Of records in their list, by attempt and who they are."""
    posts: int = 0
    refusals: list[int] = field(default_factory=list)
    """Statuses of the next posts of samples; then they are taken."""
    slow: float = 0
    """Seconds that a post takes."""
    break_after: int = 0
    """Lines after which the next reading breaks off."""
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def kept(self) -> int:
        """Samples that are acknowledged."""
        return len({(s["sample_id"], s["epoch"]) for s in self.samples["run"]})

    @property
    def result(self) -> Json:
        """The last final result."""
        found = [e["referee"]["result"] for e in self.events if "result" in e.get("referee", {})]
        last: Json = found[-1]
        return last

    def results(self, kind: str) -> list[Json]:
        """Every `result` or `partial`."""
        return [e["referee"][kind] for e in self.events if kind in e.get("referee", {})]

    async def wait_until_kept(self, number: int) -> None:
        """Until so many samples are kept."""
        async with asyncio.timeout(DEADLINE), self.changed:
            await self.changed.wait_for(lambda: self.kept >= number)

    async def take(self, request: web.Request) -> web.Response:
        body = await request.text()
        self.posts += 1
        if self.slow:
            await asyncio.sleep(self.slow)
        if self.refusals:
            return web.Response(status=self.refusals.pop(0))
        for line in body.splitlines():
            self.put(json.loads(line))
        async with self.changed:
            self.changed.notify_all()
        return web.Response(status=204)

    def put(self, record: Json, of: str = "run") -> None:
        """Keep one line."""
        identity = {name: record[name] for name in _IDENTITY}
        for score in record.pop("scores", []):
            self.scores[of].append({**identity, **score})
        if not record.keys() <= _IDENTITY:
            kept = self.samples[of]
            place = self.places.setdefault((id(kept), self.attempt, *identity.values()), len(kept))
            kept[place : place + 1] = [{**record, "attempt": self.attempt}]

    async def read(self, request: web.Request) -> web.StreamResponse:
        of, after = request.query["of"], int(request.query.get("after", "0"))
        if of not in self.known:
            return web.Response(status=404)
        lines = (self.samples if request.query["kind"] == "samples" else self.scores)[of]
        response = web.StreamResponse()
        await response.prepare(request)
        for number, line in enumerate(lines[after:], after + 1):
            await response.write(json.dumps({"attempt": 1, **line, "cursor": str(number)}).encode() + b"\n")
            if self.break_after and number >= self.break_after:
                self.break_after = 0
                assert request.transport is not None
                request.transport.abort()
                return response
        return response

    async def event(self, request: web.Request) -> web.Response:
        self.events.append((await request.json())["benchmark_status_event"])
        return web.Response(status=204)


@asynccontextmanager
async def keeping() -> AsyncIterator[Keeper]:
    """Serve until the block ends."""
    keeper = Keeper()
    app = web.Application(client_max_size=2**26)
    job = "/api/v1/evaluations/jobs/{job}"
    app.router.add_post(f"{job}/samples", keeper.take)
    app.router.add_get(f"{job}/journal", keeper.read)
    app.router.add_post(f"{job}/events", keeper.event)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    keeper.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield keeper
    finally:
        await runner.cleanup()
