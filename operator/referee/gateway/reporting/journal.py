"""A journal, read by an adapter: what earlier pods and attempts of its plan have stored, so that nothing is done twice.

    GET /api/v1/evaluations/jobs/{job}/journal?of=run&kind=samples&after=CURSOR     JSON Lines

`of` is `run`, `baseline` or `outputs`, `kind` is `samples` or `scores`. Each line has a `cursor`, with which a reading
that broke off goes on, and the `attempt` that it is from: a later line of the same key replaces an earlier one.
"""

import json
from collections.abc import AsyncIterator
from typing import Annotated, cast, get_args

from fastapi import APIRouter, Depends, Request, Response

from referee.gateway.errors import Malformed
from referee.gateway.evalhub.described import SECURITY, Schema, answers, query
from referee.gateway.evalhub.queries import query_of
from referee.gateway.reporting.children import Children
from referee.gateway.reporting.credential import bearer, caller_for
from referee.gateway.reporting.journals import Journals, Of, OpenJournal
from referee.gateway.streaming import JSON_LINES, begun
from referee.store import StoredScore

PATH = "/api/v1/evaluations/jobs/{job}/journal"
_OF = get_args(Of)
_KINDS = ("samples", "scores")
_PARAMETERS = [
    query("of", "Whose journal.", {"type": "string", "enum": list(_OF), "default": "run"}),
    query("kind", "What of it.", {"type": "string", "enum": list(_KINDS), "default": "samples"}),
    query("after", "The cursor after which to go on."),
]
_LINES: Schema = {"description": "One a line.", "content": {JSON_LINES: {"schema": {"type": "string"}}}}


def journal_router(children: Children, journals: Journals, *, secret_in_path: bool = False) -> APIRouter:
    """The endpoint; `secret_in_path` as of the events' router."""
    router = APIRouter(tags=["adapters"])

    async def read(request: Request, job: str, credential: str) -> Response:
        caller = await caller_for(children, credential, job)
        given = query_of(request, ("of", "kind", "after"))
        of, kind = _word(given.text("of") or "run", "of", _OF), _word(given.text("kind") or "samples", "kind", _KINDS)
        journal = await journals.find(caller, cast("Of", of))
        after = given.text("after") or None
        return await begun(_samples(journal, after) if kind == "samples" else _scores(journal, after), JSON_LINES)

    if secret_in_path:

        @router.get(f"/{{secret}}{PATH}", response_class=Response)
        async def read_with_secret(request: Request, secret: str, job: str) -> Response:
            return await read(request, job, secret)
    else:

        @router.get(
            PATH,
            response_class=Response,
            responses=answers(404) | {200: _LINES},
            openapi_extra={"security": list(SECURITY), "parameters": _PARAMETERS},
        )
        async def read_journal(request: Request, job: str, token: Annotated[str, Depends(bearer)]) -> Response:
            """Read the journal of the caller's own benchmark, or of a run that its plan names."""
            return await read(request, job, token)

    return router


async def _samples(journal: OpenJournal, after: str | None) -> AsyncIterator[bytes]:
    async for sample in journal.shelf.samples(journal.ref, after):
        yield f'{sample.text[:-1]},"attempt":{sample.attempt},"cursor":"{sample.cursor}"}}\n'.encode()


async def _scores(journal: OpenJournal, after: str | None) -> AsyncIterator[bytes]:
    async for score in journal.shelf.scores(journal.ref, after):
        yield json.dumps(_document(score), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _document(score: StoredScore) -> dict[str, object]:
    return {
        "sample_id": score.sample_id,
        "epoch": score.epoch,
        "evaluator": score.evaluator,
        "source": score.source,
        "outcome": score.outcome,
        "value": score.value,
        "label": score.label,
        "explanation": score.explanation,
        "votes": score.votes,
        "cause": score.cause,
        "error": score.error,
        "duration": score.duration,
        "attempt": score.attempt,
        "cursor": score.cursor,
    }


def _word(given: str, name: str, known: tuple[str, ...]) -> str:
    if given not in known:
        raise Malformed(f"The parameter {name!r} must be one of {', '.join(known)}.", code="query_parameter_invalid")
    return given
