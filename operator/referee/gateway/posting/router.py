"""What people and programs post into a run that waits for it.

    POST /api/v1/evaluationjobs/{name}/outputs      JSON Lines: a sample, and what the application made of it
    POST /api/v1/evaluationjobs/{name}/scores       JSON Lines: a sample, an evaluator of the run, and its score
    POST /api/v1/evaluationjobs/{name}/complete     that was all

A body is one transaction: taken whole, durable when it is answered, or refused whole with the line that is wrong. The
same again changes nothing. It is not made with the caller's token, since it lives in our store alone: the right is
`create` on `evaluationjobs/results`, for people's labels on `evaluationjobs/labels`, for those of others on both, since
one person must not be as many as are asked for. Who did it is a line of our log. Results may come before the outputs
that they are about, as long as more outputs can come.
"""

import json
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from referee.clock import utc_now
from referee.gateway.body import Body
from referee.gateway.errors import Malformed, NotPermitted, Refusal, Standing, Unavailable
from referee.gateway.evalhub.described import answers, extra
from referee.gateway.finding import find_job, look
from referee.gateway.people import Person
from referee.gateway.posting.awaited import Awaited
from referee.gateway.posting.counting import journal_of
from referee.gateway.posting.known import Known
from referee.gateway.posting.lines import human_source, output_of, posted_score
from referee.gateway.posting.open import refuse_closed
from referee.gateway.reporting.sample_lines import lines_of
from referee.gateway.services import Services
from referee.gateway.streaming import JSON_LINES
from referee.gateway.watched import JobEntry
from referee.runtime.paths import EVALUATION_JOBS
from referee.store import Closed, SampleRow, ScoreRow, StoreUnavailable, Unstorable, posted_run

log = logging.getLogger("referee.audit")

BODY_BYTES = 32 * 1024 * 1024
LINE_BYTES = 8 * 1024 * 1024
_LINES = {"requestBody": {"required": True, "content": {JSON_LINES: {"schema": {"type": "string"}}}}}
_PATH = "/api/v1/evaluationjobs/{name}"


class Taken(BaseModel):
    """What was kept."""

    accepted: int
    """Lines."""
    revision: int
    """Of the run; it grows with each post that changes something."""


class Posting:
    """The operations."""

    def __init__(self, services: Services, now: Callable[[], datetime] = utc_now) -> None:
        self._services = services
        self._postings = services.store.postings
        self._now = now

    async def outputs(self, request: Request, name: str) -> Response:
        """Take outputs of the samples of a run whose outputs are posted."""
        person, entry, awaited = await self._found(request, name)
        await self._require(person, name, "results")
        body = _body(request)
        try:
            if not awaited.outputs:
                said = "its outputs are not posted: evaluation.generation is not External"
                raise Standing(f"EvaluationJob {name!r}: {said}")
            await self._open(entry, awaited)
            known = Known.of(entry.object())
            rows = [output_of(number, line, known) async for number, line in lines_of(body.chunks(), LINE_BYTES)]
        except Refusal:
            await body.drain()
            raise
        return await self._kept(person, entry, awaited, rows=rows)

    async def scores(self, request: Request, name: str) -> Response:
        """Take scores of evaluators of type External and Human."""
        person, entry, awaited = await self._found(request, name)
        body = _body(request)
        try:
            await self._open(entry, awaited)
            known = Known.of(entry.object())
            made: list[ScoreRow] = []
            places: dict[tuple[str, int], int] = {}
            human = {score.evaluator for score in awaited.scores if score.human}
            others: int | None = None
            async for number, line in lines_of(body.chunks(), LINE_BYTES):
                row = posted_score(number, line, awaited, person.user)
                known.refuse_others(f"line {number}", row.sample_id, row.epoch)
                made.append(row)
                places.setdefault((row.sample_id, row.epoch), number)
                if others is None and row.evaluator in human and row.source != human_source(person.user):
                    others = number
            for right in sorted({"labels" if row.evaluator in human else "results" for row in made} or {"results"}):
                await self._require(person, name, right)
            if others is not None:
                await self._carries(person, name, others)
            await self._known(entry, awaited, places)
        except Refusal:
            await body.drain()
            raise
        return await self._kept(person, entry, awaited, made=made)

    async def complete(self, request: Request, name: str) -> Response:
        """Say that nothing more will be posted; with `{"of": "outputs"}`, no more outputs."""
        person, entry, awaited = await self._found(request, name)
        await self._require(person, name, "results")
        outputs_only = _outputs_only(await Body(request, 1024, "an object with `of`").read(), awaited)
        await self._open(entry, awaited)
        run = posted_run(entry.name, journal_of(entry, awaited))
        posting = await self._stored(lambda: self._postings.close(run, outputs_only=outputs_only))
        _audit(person, entry, "complete", outputs_only=outputs_only)
        self._services.announcer.wake((entry.namespace, entry.name))
        return JSONResponse(Taken(accepted=0, revision=posting.revision).model_dump())

    async def _found(self, request: Request, name: str) -> tuple[Person, JobEntry, Awaited]:
        """Who calls, and the run that they post into."""
        person = await self._services.people.identify(request.headers)
        entry = await find_job(self._services, person, name)
        if entry.awaited is None:
            entry = await look(self._services, person, name)
        if entry.awaited is not None:
            return person, entry, entry.awaited
        job = entry.object()
        if not (job.get("spec") or {}).get("evaluation"):
            raise Standing(f"EvaluationJob {name!r} has no evaluation: nothing is posted into it")
        if not (job.get("status") or {}).get("plan") and not entry.phase.endswith(("Failed", "Cancelled")):
            raise Unavailable(f"EvaluationJob {name!r} is not planned yet: post it again in a moment")
        raise Standing(f"EvaluationJob {name!r} waits for nothing: no evaluator of it is External or Human")

    async def _require(self, person: Person, name: str, right: str) -> None:
        await self._services.people.require(person, "create", EVALUATION_JOBS, subresource=right, name=name)

    async def _carries(self, person: Person, name: str, number: int) -> None:
        """Go on only if labels of others are taken from the person."""
        if not await self._services.people.may(person, "create", EVALUATION_JOBS, "results", name):
            raise NotPermitted(
                f"line {number}: source: is somebody else. Labels of others are for who may create"
                f" evaluationjobs/results, and user {person.user} cannot in the namespace {person.tenant}: leave source"
                " out"
            )

    async def _open(self, entry: JobEntry, awaited: Awaited) -> None:
        posting = None
        if awaited.completion == "Idle":
            run = posted_run(entry.name, journal_of(entry, awaited))
            posting = await self._stored(lambda: self._postings.get(run))
        refuse_closed(entry.name, awaited, posting, self._now())

    async def _known(self, entry: JobEntry, awaited: Awaited, places: dict[tuple[str, int], int]) -> None:
        """Refuse a sample that is none of the run, once no other can come."""
        ref = journal_of(entry, awaited)
        posting = await self._stored(lambda: self._postings.get(posted_run(entry.name, ref)))
        ended = posting is not None and posting.outputs_closed is not None
        if not ended and not awaited.waiting:
            return
        unknown = await self._stored(lambda: self._postings.unknown(ref, list(places)))
        if unknown:
            sample, epoch = min(unknown, key=places.__getitem__)
            which = f"{sample!r}" if epoch == 1 else f"{sample!r}, epoch {epoch},"
            raise Malformed(f"line {places[sample, epoch]}: sample_id: {which} is no sample of this run")

    async def _kept(
        self,
        person: Person,
        entry: JobEntry,
        awaited: Awaited,
        rows: list[SampleRow] | None = None,
        made: list[ScoreRow] | None = None,
    ) -> Response:
        count = len(rows or made or ())
        if not count:
            raise Malformed("the body has no line", code="invalid_json_request")
        run = posted_run(entry.name, journal_of(entry, awaited))
        try:
            revision = await self._stored(lambda: self._postings.put(run, rows or (), made or ()))
        except Closed as error:
            raise Standing(f"EvaluationJob {entry.name!r}: {error}") from None
        _audit(person, entry, "outputs" if rows else "scores", count=count)
        self._services.announcer.wake((entry.namespace, entry.name))
        return JSONResponse(Taken(accepted=count, revision=revision).model_dump())

    @staticmethod
    async def _stored(do: Callable[[], Awaitable[Any]]) -> Any:  # noqa: ANN401 - what `do` gives
        try:
            return await do()
        except StoreUnavailable as error:
            raise Unavailable(f"the results store did not answer: {error}") from error
        except Unstorable as error:
            raise Malformed(f"it cannot be stored: {error}") from error


def posting_router(services: Services) -> APIRouter:
    """The routes."""
    router = APIRouter(tags=["external results"])
    posting = Posting(services)
    described = answers(404, 409, 413, s200=Taken)
    router.add_api_route(
        f"{_PATH}/outputs", posting.outputs, methods=["POST"], responses=described, openapi_extra=extra() | _LINES
    )
    router.add_api_route(
        f"{_PATH}/scores", posting.scores, methods=["POST"], responses=described, openapi_extra=extra() | _LINES
    )
    router.add_api_route(
        f"{_PATH}/complete", posting.complete, methods=["POST"], responses=described, openapi_extra=extra()
    )
    return router


def _body(request: Request) -> Body:
    return Body(request, BODY_BYTES, "post it in several requests")


def _outputs_only(raw: bytes, awaited: Awaited) -> bool:
    """What the body says is complete."""
    try:
        given = json.loads(raw or b"{}")
    except (ValueError, RecursionError) as error:
        raise Malformed(f"the body is no JSON: {error}", code="invalid_json_request") from None
    if not isinstance(given, dict) or given.keys() - {"of"} or given.get("of", "all") not in ("all", "outputs"):
        raise Malformed('the body must be empty, or {"of": "outputs"}, or {"of": "all"}')
    if given.get("of") == "outputs" and not awaited.outputs:
        raise Malformed("of: the outputs of this run are not posted")
    return given.get("of") == "outputs"


def _audit(person: Person, entry: JobEntry, what: str, **facts: object) -> None:
    where = {"namespace": entry.namespace, "job": entry.name}
    log.info("posted", extra={"user": person.user, "what": what, **where, **facts})
