"""Full results and samples for people.

    GET /api/v1/evaluations/jobs/{id}/results     one JSON document
    GET /api/v1/evaluations/jobs/{id}/samples     JSON Lines

They live in the store alone, so the right to them is one of its own: get on `evaluationjobs/results`. Both come as they
are read. Once an answer has begun there is no status left to say that the store fell silent: the connection breaks off,
which no client takes for the end.
"""

import json
from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from referee.gateway.errors import Malformed, Unavailable, Unknown
from referee.gateway.evalhub.described import answers, extra, query
from referee.gateway.evalhub.queries import query_of
from referee.gateway.finding import find_job
from referee.gateway.results.documents import documents_of
from referee.gateway.results.samples import samples_of
from referee.gateway.services import Services
from referee.runtime.paths import EVALUATION_JOBS
from referee.store import StoreUnavailable

Json = dict[str, Any]

JSON_LINES = "application/jsonl"
_PART = 64 * 1024
"""Bytes sent at once."""
_TEXT = {"schema": {"type": "string"}}
_BENCHMARK = query("benchmark_index", "Of this benchmark alone.", {"type": "integer", "minimum": 0})
_ATTEMPT = query("attempt", "Of this attempt; none: the one that counts.", {"type": "integer", "minimum": 1})


class ResultList(BaseModel):
    """Full results of a job's benchmarks, as the OpenAPI document has them."""

    id: str
    """The job."""
    items: list[dict[str, Any]]


def results_router(services: Services) -> APIRouter:
    """The endpoints."""
    router = APIRouter(tags=["results"])

    @router.get(
        "/api/v1/evaluations/jobs/{job}/results",
        response_class=Response,
        responses=answers(404, s200=ResultList),
        openapi_extra=extra(_BENCHMARK),
    )
    async def results(request: Request, job: str) -> Response:
        """Every benchmark's full result, as its adapter reported it."""
        found = await _readable(services, request, job)
        index = _index(found, query_of(request, ("benchmark_index",)).number("benchmark_index"))
        items = documents_of(found, services.store.results, index)
        return await _begun(_document(job, items), "application/json")

    @router.get(
        "/api/v1/evaluations/jobs/{job}/samples",
        response_class=Response,
        responses=answers(404) | {200: {"description": "One a line.", "content": {JSON_LINES: _TEXT}}},
        openapi_extra=extra(_BENCHMARK, _ATTEMPT),
    )
    async def samples(request: Request, job: str) -> Response:
        """The samples, one JSON object a line; without `attempt` those of the attempt that counts."""
        found = await _readable(services, request, job)
        given = query_of(request, ("benchmark_index", "attempt"))
        index, attempt = _index(found, given.number("benchmark_index")), given.number("attempt")
        if attempt == 0:
            raise Malformed("The parameter 'attempt' counts from 1.", code="query_parameter_invalid")
        return await _begun(samples_of(found, services.store.samples, index, attempt), JSON_LINES)

    return router


async def _readable(services: Services, request: Request, job: str) -> Json:
    """The job, if the caller may read it and its results."""
    person = await services.people.identify(request.headers)
    entry = await find_job(services, person, job)
    await services.people.require(person, "get", EVALUATION_JOBS, subresource="results", name=job)
    return entry.object()


def _index(job: Json, index: int | None) -> int | None:
    known = [row["index"] for row in (job.get("status") or {}).get("benchmarks") or ()]
    if index is not None and known and index not in known:
        raise Unknown(f"evaluation job {job['metadata']['name']!r} has no benchmark {index}: it has {len(known)}")
    return index


async def _document(job: str, items: AsyncIterator[Json]) -> AsyncIterator[bytes]:
    yield b'{"id":%s,"items":[' % json.dumps(job).encode()
    between = b""
    async for item in items:
        yield between + json.dumps(item, separators=(",", ":"), allow_nan=False).encode()
        between = b","
    yield b"]}\n"


async def _begun(parts: AsyncIterator[bytes], kind: str) -> Response:
    """The answer, once the store has answered for the first time: until then a refusal is still possible."""
    joined = _joined(parts)
    try:
        first = await anext(joined, b"")
    except StoreUnavailable as error:
        raise Unavailable(f"the results store did not answer: {error}") from error

    async def all_of_it() -> AsyncIterator[bytes]:
        yield first
        async for part in joined:
            yield part

    return StreamingResponse(all_of_it(), media_type=kind)


async def _joined(parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Small parts together: each that is sent costs as much as reading some dozens."""
    held: list[bytes] = []
    size = 0
    async for part in parts:
        held.append(part)
        size += len(part)
        if size >= _PART:
            yield b"".join(held)
            held, size = [], 0
    if held:
        yield b"".join(held)
