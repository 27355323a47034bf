"""Full results and samples for people.

    GET /api/v1/evaluations/jobs/{id}/results     one JSON document; format=jsonl, csv or junit: the samples with scores
    GET /api/v1/evaluations/jobs/{id}/samples     JSON Lines

They live in the store alone, so the right to them is one of its own: get on `evaluationjobs/results`. Both come as they
are read.
"""

import json
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from referee.gateway.errors import Malformed, Unknown
from referee.gateway.evalhub.described import Schema, answers, extra, query
from referee.gateway.evalhub.queries import query_of
from referee.gateway.finding import find_job
from referee.gateway.results import formats
from referee.gateway.results.documents import documents_of
from referee.gateway.results.rows import evaluators_of, journals_of, rows_of
from referee.gateway.services import Services
from referee.gateway.streaming import JSON_LINES, answered, begun
from referee.runtime.paths import EVALUATION_JOBS

Json = dict[str, Any]

_TEXT = {"schema": {"type": "string"}}
_BENCHMARK = query("benchmark_index", "Of this benchmark alone.", {"type": "integer", "minimum": 0})
_FORMAT = query("format", "Of what.", {"type": "string", "enum": list(formats.KINDS), "default": "json"})
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
        responses=_in_formats(answers(404, s200=ResultList)),
        openapi_extra=extra(_BENCHMARK, _FORMAT),
    )
    async def results(request: Request, job: str) -> Response:
        """Every benchmark's full result, as its adapter reported it; or the samples with their scores."""
        found = await _readable(services, request, job)
        given = query_of(request, ("benchmark_index", "format"))
        index, wanted = _index(found, given.number("benchmark_index")), given.text("format") or "json"
        if wanted not in formats.KINDS:
            known = ", ".join(formats.KINDS)
            raise Malformed(f"The parameter 'format' must be one of {known}.", code="query_parameter_invalid")
        parts = await _parts(services, found, index, wanted)
        ending = formats.ENDINGS.get(wanted)
        saved = {"Content-Disposition": f'attachment; filename="{job}.{ending}"'} if ending else None
        return await begun(parts, formats.KINDS[wanted], saved)

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
        rows = partial(rows_of, services.store, journals_of(found, index, attempt))
        return await begun(formats.as_lines(rows), JSON_LINES)

    return router


def _in_formats(described: dict[int | str, Schema]) -> dict[int | str, Schema]:
    """With what else a good answer may be."""
    others = {kind.partition(";")[0]: _TEXT for name, kind in formats.KINDS.items() if name != "json"}
    return described | {200: {**described[200], "content": others}}


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


async def _parts(services: Services, job: Json, index: int | None, wanted: str) -> AsyncIterator[bytes]:
    """The results in a format."""
    refs = journals_of(job, index)
    rows = partial(rows_of, services.store, refs)
    match wanted:
        case "jsonl":
            return formats.as_lines(rows)
        case "csv":
            return formats.as_csv(rows, await answered(evaluators_of(job, services.store, refs)))
        case "junit":
            return formats.as_junit(job, rows)
    return _document(job["metadata"]["name"], documents_of(job, services.store.results, index))


async def _document(job: str, items: AsyncIterator[Json]) -> AsyncIterator[bytes]:
    yield b'{"id":%s,"items":[' % json.dumps(job).encode()
    between = b""
    async for item in items:
        yield between + json.dumps(item, separators=(",", ":"), allow_nan=False).encode()
        between = b","
    yield b"]}\n"
