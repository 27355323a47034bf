"""The events endpoint: the one way from an adapter to its result.

Nothing is acknowledged before the port says that it is kept. Who is calling comes first and from the credential
alone; then the event must be about the caller's own benchmark. The body is read here and not by FastAPI, so that
its size is bounded while it comes in and nobody without a credential has it kept in memory.
"""

import asyncio
import logging
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from referee.gateway.body import Body
from referee.gateway.errors import Refusal, Unavailable
from referee.gateway.evalhub.described import SECURITY, answers, inlined
from referee.gateway.reporting.children import Caller, Children
from referee.gateway.reporting.credential import bearer, caller_for
from referee.gateway.reporting.results import Report, read_report
from referee.gateway.reporting.wire import Envelope

log = logging.getLogger(__name__)

PATH = "/api/v1/evaluations/jobs/{job}/events"
_JSON = {"application/json": {"schema": inlined(Envelope)}}
_BODY = {"security": list(SECURITY), "requestBody": {"required": True, "content": _JSON}}
_LARGE = 256 * 1024
"""Bytes, of which reading takes some milliseconds."""


@dataclass(frozen=True, slots=True)
class EventLimits:
    """How much and how long."""

    body_bytes: int = 10 * 1024 * 1024
    """Of one event; the size that EvalHub takes."""
    seconds: float = 9.0
    """For one event; the SDK waits 10 s, and our 503 says more than its time-out."""


def events_router(children: Children, limits: EventLimits, *, secret_in_path: bool = False) -> APIRouter:
    """The endpoint over this port.

    Args:
        children: where results are kept.
        limits: of one request.
        secret_in_path: take the credential from a path prefix instead of a bearer token, for adapters that were
            given no token.
    """
    router = APIRouter()
    endpoint = _Endpoint(children, limits)
    if secret_in_path:

        @router.post(f"/{{secret}}{PATH}", status_code=204)
        async def post_with_secret(request: Request, secret: str, job: str) -> Response:
            return await endpoint.take(request, secret, job)
    else:

        @router.post(PATH, status_code=204, responses=answers(404, 409, 413, s204=None), openapi_extra=_BODY)
        async def post_with_token(request: Request, job: str, token: Annotated[str, Depends(bearer)]) -> Response:
            return await endpoint.take(request, token, job)

    return router


class _Endpoint:
    """One request after another."""

    def __init__(self, children: Children, limits: EventLimits) -> None:
        self._children = children
        self._limits = limits

    async def take(self, request: Request, credential: str, job: str) -> Response:
        body = Body(request, self._limits.body_bytes)
        try:
            async with asyncio.timeout(self._limits.seconds):
                caller = await caller_for(self._children, credential, job)
                await self._keep(await _report(await body.read(), caller), caller)
        except TimeoutError:
            raise Unavailable("this takes longer than you would wait; post it again") from None
        except Refusal:
            await body.drain()
            raise
        return Response(status_code=204)

    async def _keep(self, report: Report, caller: Caller) -> None:
        """Put what the event carries where it belongs; an end that is announced without numbers carries nothing."""
        if report.partial is not None:
            await self._children.put_partial(caller, report.partial)
        elif report.final is not None:
            await self._children.put_result(caller, report.final)
            facts = {"child": caller.child.name, "job": caller.job, "status": report.final["status"]}
            log.info("result kept", extra=facts)
        elif report.progress is not None:
            await self._children.put_progress(caller, report.progress)


async def _report(raw: bytes, caller: Caller) -> Report:
    """Read the body; a large one beside the event loop, where it holds up nobody else."""
    if len(raw) > _LARGE:
        return await asyncio.to_thread(read_report, raw, caller)
    return read_report(raw, caller)
