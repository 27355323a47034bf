"""Samples from an adapter: JSON Lines, taken in while they come, durable before they are acknowledged.

    POST /api/v1/evaluations/jobs/{job}/samples      the adapter's own credential, as for events

A record may bring its scores along, and later ones can follow without it: what comes in one batch is kept in one
transaction. Nothing is held whole: a batch goes into the store when it is full. So a request that breaks has left what
came before the break, and since the same sample again is an update, an adapter simply posts again. Whose samples they
are comes from the credential, never from the body.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from referee.gateway.body import Body
from referee.gateway.errors import Malformed, Refusal, Unavailable
from referee.gateway.evalhub.described import SECURITY, answers
from referee.gateway.reporting.children import Children
from referee.gateway.reporting.credential import bearer, caller_for
from referee.gateway.reporting.journals import Journals, Shelf
from referee.gateway.reporting.runs import run_of
from referee.gateway.reporting.sample_lines import Line, line_of, lines_of
from referee.store import RunRef, SampleRow, ScoreRow, StoreUnavailable, Unstorable

PATH = "/api/v1/evaluations/jobs/{job}/samples"
_LINES = {"application/jsonl": {"schema": {"type": "string"}}}
_BODY = {"security": list(SECURITY), "requestBody": {"required": True, "content": _LINES}}


@dataclass(frozen=True, slots=True)
class SampleLimits:
    """How much and how long."""

    line_bytes: int = 8 * 1024 * 1024
    """Of one sample."""
    body_bytes: int = 64 * 1024 * 1024
    """Of one request; more comes in several."""
    batch_rows: int = 500
    """At most in one transaction."""
    batch_bytes: int = 1024 * 1024
    """After which a batch is full: about what one request holds in memory."""
    seconds: float = 120.0
    """For one request."""


def sample_uploads_router(
    children: Children, journals: Journals, limits: SampleLimits | None = None, *, secret_in_path: bool = False
) -> APIRouter:
    """The adapters' side; `secret_in_path` as of the events' router."""
    router = APIRouter(tags=["adapters"])
    bounds = limits or SampleLimits()

    async def take(request: Request, job: str, credential: str) -> Response:
        body = Body(request, bounds.body_bytes, "post the samples in several requests")
        try:
            async with asyncio.timeout(bounds.seconds):
                caller = await caller_for(children, credential, job)
                journal = await journals.find(caller, "run")
                await _take(body, _Batch(journal.shelf, run_of(caller), bounds))
        except TimeoutError:
            raise Unavailable("this takes too long; what came is kept, post it again in smaller requests") from None
        except Refusal:
            await body.drain()
            raise
        return Response(status_code=204)

    if secret_in_path:

        @router.post(f"/{{secret}}{PATH}", status_code=204)
        async def post_with_secret(request: Request, secret: str, job: str) -> Response:
            return await take(request, job, secret)
    else:

        @router.post(PATH, status_code=204, responses=answers(404, 409, 413, s204=None), openapi_extra=_BODY)
        async def post_samples(request: Request, job: str, token: Annotated[str, Depends(bearer)]) -> Response:
            """Take the samples of the caller's own benchmark, one JSON object a line."""
            return await take(request, job, token)

    return router


async def _take(body: Body, batch: "_Batch") -> None:
    """Everything; of a body that breaks, what came before."""
    try:
        async for number, line in lines_of(body.chunks(), batch.limits.line_bytes):
            await batch.add(line_of(number, line), len(line))
    except Refusal as refusal:
        if not isinstance(refusal, Unavailable):
            await batch.flush()
        raise
    await batch.flush()


@dataclass(slots=True)
class _Batch:
    shelf: Shelf
    run: RunRef
    limits: SampleLimits
    _rows: list[SampleRow] = field(default_factory=list)
    _scores: list[ScoreRow] = field(default_factory=list)
    _lines: int = 0
    _size: int = 0

    async def add(self, line: Line, size: int) -> None:
        if line.sample is not None:
            self._rows.append(line.sample)
        self._scores += line.scores
        self._lines += 1
        self._size += size
        if self._lines >= self.limits.batch_rows or self._size >= self.limits.batch_bytes:
            await self.flush()

    async def flush(self) -> None:
        rows, scores = self._rows, self._scores
        self._rows, self._scores, self._lines, self._size = [], [], 0, 0
        if not rows and not scores:
            return
        try:
            await self.shelf.put(self.run, rows, scores)
        except StoreUnavailable as error:
            raise Unavailable(f"the results store did not take the samples: {error}") from error
        except Unstorable as error:
            raise Malformed(f"a sample cannot be stored: {error}") from error
