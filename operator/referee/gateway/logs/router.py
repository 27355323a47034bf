"""Logs for people: of a whole job in sections, of one benchmark bare.

    GET /api/v1/evaluations/jobs/{id}/logs
    GET /api/v1/evaluations/jobs/{id}/benchmarks/{index}/logs

Who may read a pod's log in the tenant may read these, also when the pod is gone. What can be refused is refused before
the first byte; after it there is no other answer left than to end. So ends what is followed once its reader may not
read it any more, and after hours in any case: of a reader that fell silent nothing else tells.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from referee.clock import utc_now
from referee.gateway.errors import Refusal, Unknown
from referee.gateway.feed import Listener
from referee.gateway.finding import find_job, require_primed
from referee.gateway.logs.facts import JobFacts, facts_of
from referee.gateway.logs.lines import SECOND, moment_of
from referee.gateway.logs.merge import Place, Placed
from referee.gateway.logs.query import ASKED, DESCRIBED, LogQuery, index_of, log_query
from referee.gateway.logs.text import Writer, chunks, last
from referee.gateway.logs.view import View
from referee.gateway.objects import JobEntry
from referee.gateway.people import Person
from referee.gateway.services import Services
from referee.runtime.paths import EVALUATION_JOBS, PODS

log = logging.getLogger(__name__)

_TYPE = "text/plain; charset=utf-8"
_BETWEEN = 1.0
"""Seconds between two looks of an answer that goes on."""
_LAST_WORDS = 8.0
"""Seconds that an answer about a job that is over waits for its adapters to end, well below what clients wait."""
_GLANCE = 0.1
_RIGHTS = 15.0
"""Seconds after which the rights of one who follows are asked again."""
_LONGEST = 6 * 3600.0
"""Seconds that anybody follows; a job that is suspended has no end."""
_HELD_LINES = 2000
"""More than the tail that is asked of each container: the newest are held back while several benchmarks write."""


def logs_router(services: Services, now: Callable[[], datetime] = utc_now) -> APIRouter:
    """The endpoints."""
    router = APIRouter(tags=["logs"])
    logs = _Logs(services, now)

    @router.get(
        "/api/v1/evaluations/jobs/{job}/logs", response_class=Response, responses=DESCRIBED, openapi_extra=ASKED
    )
    async def job_logs(request: Request, job: str) -> Response:
        """The logs of every benchmark of a job, in sections."""
        return await logs.answer(request, job, None)

    @router.get(
        "/api/v1/evaluations/jobs/{job}/benchmarks/{index}/logs",
        response_class=Response,
        responses=DESCRIBED,
        openapi_extra=ASKED,
    )
    async def benchmark_logs(request: Request, job: str, index: str) -> Response:
        """The log of one benchmark of a job."""
        return await logs.answer(request, job, index)

    return router


@dataclass(frozen=True, slots=True)
class _Asked:
    """One request that will be answered."""

    person: Person
    job: str
    query: LogQuery
    index: int | None
    view: View
    writer: Writer


class _Logs:
    def __init__(self, services: Services, now: Callable[[], datetime]) -> None:
        self._services = services
        self._collector = services.collector
        self._now = now

    async def answer(self, request: Request, job: str, index: str | None) -> Response:
        people = self._services.people
        person = await people.identify(request.headers)
        query = log_query(request)
        place = None if index is None else index_of(index)
        entry = await find_job(self._services, person, job)
        await people.require(person, "get", PODS, subresource="log")
        require_primed(self._services.objects)
        facts = facts_of(entry.object())
        if place is not None and facts.benchmarks and place not in facts.benchmarks:
            raise Unknown(f"evaluation job {job!r} has no benchmark {place}: it has {len(facts.benchmarks)}")
        view = View(
            self._services.kube, self._services.store.logs, self._collector, (entry.namespace, entry.uid), place
        )
        names = facts.benchmarks if place is None else None
        asked = _Asked(person, job, query, place, view, Writer(names, timestamps=query.timestamps))
        if query.follow:
            await view.look(self._tail(asked))
            return StreamingResponse(self._follow(asked, entry), media_type=_TYPE)
        if facts.over:
            with self._services.objects.changes(person.tenant) as listener:
                await self._ended(listener, entry, place)
        await view.look(self._tail(asked))
        return StreamingResponse(chunks(last(self._lines(asked, facts), query.tail_lines)), media_type=_TYPE)

    def _lines(self, asked: _Asked, facts: JobFacts) -> Iterator[str]:
        """Everything that there is now."""
        now = moment_of(self._now())
        return self._written(asked, asked.view.shown(facts, now, previous=asked.query.previous), now)

    def _written(self, asked: _Asked, shown: Iterator[Placed], now: int) -> Iterator[str]:
        since = asked.query.since_seconds
        earliest = 0 if since is None else now - since * SECOND
        for placed in shown:
            if placed.line.at >= earliest:
                yield from asked.writer.lines(placed)

    async def _follow(self, asked: _Asked, entry: JobEntry) -> AsyncIterator[bytes]:
        """Everything, then what comes, until the job is over or gone."""
        with self._services.objects.changes(asked.person.tenant) as listener:
            async for part in self._parts(asked, entry, listener):
                yield part

    async def _parts(self, asked: _Asked, entry: JobEntry, listener: Listener) -> AsyncIterator[bytes]:
        shown: Place | None = None
        begun = False
        async for _ in self._looks(asked, listener):
            known = self._services.objects.job(asked.person.tenant, asked.job)
            facts = facts_of((known or entry).object())
            over = known is None or known.uid != entry.uid or facts.over
            if over:
                await self._ended(listener, entry, asked.index)
            try:
                await asked.view.look(None if begun else self._tail(asked))
            except Refusal as refusal:
                log.warning("a log that is followed has a pause: %s", refusal, extra={"job": asked.job})
            else:
                now = moment_of(self._now())
                new = asked.view.shown_after(shown, facts, now)
                shown = new[-1].place if new else shown
                lines = self._written(asked, iter(new), now)
                for part in chunks(lines if begun else last(lines, asked.query.tail_lines), begun=begun):
                    begun = True
                    yield part
                if over:
                    return

    async def _looks(self, asked: _Asked, listener: Listener) -> AsyncIterator[None]:
        """Once for each look, until the time is over, the server stops, or the rights are gone."""
        loop = asyncio.get_running_loop()
        permitted = loop.time()
        end = permitted + _LONGEST
        while loop.time() < end:
            if loop.time() - permitted >= _RIGHTS:
                if not await self._permitted(asked):
                    return
                permitted = loop.time()
            yield
            if not await listener.rest(_BETWEEN):
                return

    async def _permitted(self, asked: _Asked) -> bool:
        may = self._services.people.still_may
        return await may(asked.person, "get", EVALUATION_JOBS, name=asked.job) and await may(
            asked.person, "get", PODS, "log"
        )

    async def _ended(self, listener: Listener, entry: JobEntry, index: int | None) -> None:
        """Wait for the last words of adapters whose job is over: what is told as the end is all of it."""
        deadline = asyncio.get_running_loop().time() + _LAST_WORDS
        while asyncio.get_running_loop().time() < deadline:
            pods = [pod for pod in self._collector.pods((entry.namespace, entry.uid)) if index in (None, pod.index)]
            if not any(pod.running() for pod in pods):
                return
            if not await listener.rest(_GLANCE):
                return

    @staticmethod
    def _tail(asked: _Asked) -> int | None:
        tail = asked.query.tail_lines
        return None if tail is None else tail + (_HELD_LINES if asked.index is None else 0)
