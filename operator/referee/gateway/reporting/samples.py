"""Samples from an adapter: JSON Lines, taken in while they come, durable before they are acknowledged.

    POST /api/v1/evaluations/jobs/{job}/samples      the adapter's own credential, as for events

Nothing is held whole: a batch goes into the store when it is full. So a request that breaks has left what came before
the break, and since the same sample again is an update, an adapter simply posts again. Whose samples they are comes
from the credential, never from the body.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Request, Response

from referee.gateway.body import Body
from referee.gateway.errors import Malformed, Refusal, Unavailable
from referee.gateway.evalhub.described import SECURITY, answers
from referee.gateway.reporting.children import Children
from referee.gateway.reporting.credential import bearer, caller_for
from referee.gateway.reporting.runs import run_of
from referee.gateway.reporting.sample_lines import lines_of, sample_of
from referee.store import RunRef, SampleRow, StoreUnavailable, Unstorable

PATH = "/api/v1/evaluations/jobs/{job}/samples"
_LINES = {"application/jsonl": {"schema": {"type": "string"}}}
_BODY = {"security": list(SECURITY), "requestBody": {"required": True, "content": _LINES}}


class Samples(Protocol):
    """The part of the results store that keeps samples."""

    async def put(self, run: RunRef, rows: list[SampleRow]) -> None:
        """Keep them; durable on return, and the same sample again is an update."""
        ...


@dataclass(frozen=True, slots=True)
class SampleLimits:
    """How much and how long."""

    line_bytes: int = 1024 * 1024
    """Of one sample."""
    body_bytes: int = 64 * 1024 * 1024
    """Of one request; more comes in several."""
    batch_rows: int = 500
    """At most in one transaction."""
    batch_bytes: int = 1024 * 1024
    """After which a batch is full: about what one request holds in memory."""
    seconds: float = 120.0
    """For one request."""


def sample_uploads_router(children: Children, samples: Samples, limits: SampleLimits | None = None) -> APIRouter:
    """The adapters' side."""
    router = APIRouter(tags=["adapters"])
    bounds = limits or SampleLimits()

    @router.post(PATH, status_code=204, responses=answers(404, 409, 413, s204=None), openapi_extra=_BODY)
    async def post_samples(request: Request, job: str, token: Annotated[str, Depends(bearer)]) -> Response:
        """Take the samples of the caller's own benchmark, one JSON object a line."""
        body = Body(request, bounds.body_bytes, "post the samples in several requests")
        try:
            async with asyncio.timeout(bounds.seconds):
                caller = await caller_for(children, token, job)
                await _take(body, _Batch(samples, run_of(caller), bounds))
        except TimeoutError:
            raise Unavailable("this takes too long; what came is kept, post it again in smaller requests") from None
        except Refusal:
            await body.drain()
            raise
        return Response(status_code=204)

    return router


async def _take(body: Body, batch: "_Batch") -> None:
    """Everything; of a body that breaks, what came before."""
    try:
        async for number, line in lines_of(body.chunks(), batch.limits.line_bytes):
            await batch.add(sample_of(number, line), len(line))
    except Refusal as refusal:
        if not isinstance(refusal, Unavailable):
            await batch.flush()
        raise
    await batch.flush()


@dataclass(slots=True)
class _Batch:
    samples: Samples
    run: RunRef
    limits: SampleLimits
    _rows: list[SampleRow] = field(default_factory=list)
    _size: int = 0

    async def add(self, row: SampleRow, size: int) -> None:
        self._rows.append(row)
        self._size += size
        if len(self._rows) >= self.limits.batch_rows or self._size >= self.limits.batch_bytes:
            await self.flush()

    async def flush(self) -> None:
        rows, self._rows, self._size = self._rows, [], 0
        if not rows:
            return
        try:
            await self.samples.put(self.run, rows)
        except StoreUnavailable as error:
            raise Unavailable(f"the results store did not take the samples: {error}") from error
        except Unstorable as error:
            raise Malformed(f"a sample cannot be stored: {error}") from error
