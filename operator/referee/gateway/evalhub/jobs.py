"""`/api/v1/evaluations/jobs`: submit, list, get, cancel."""

import uuid

from fastapi import APIRouter, Request, Response

from referee.gateway.evalhub.cancelling import cancel, delete
from referee.gateway.evalhub.described import PAGE, answers, extra, header, query
from referee.gateway.evalhub.listing import AFTER
from referee.gateway.evalhub.models import JobDocument, JobPage
from referee.gateway.evalhub.queries import query_of
from referee.gateway.evalhub.reading import Reading
from referee.gateway.evalhub.repeats import Repeats
from referee.gateway.evalhub.submitting import Submitting
from referee.gateway.evalhub.wire.requests import JobRequest
from referee.gateway.evalhub.wire.states import STATES
from referee.gateway.finding import find_job
from referee.gateway.services import Services

JSON = "application/json"
_FILTERS = (
    query("status", "Only jobs in this state.", {"type": "string", "enum": list(STATES)}),
    query("name", "Only jobs of this name."),
    query("tags", "Only jobs with all of these tags, separated by commas."),
    query("owner", "Only jobs that this user made."),
    query("experiment_id", "Only jobs of this experiment."),
    query(AFTER, "Continue behind this job: as `next` has it."),
)
_KEY = header("Idempotency-Key", "The same key again answers with the job that it made before.")
_HARD = query("hard_delete", "Remove the job instead of ending it.", {"type": "boolean"})


def jobs_router(services: Services, reading: Reading) -> APIRouter:
    """The addresses; those that are read may be answered by `direct` before a request gets here."""
    router = APIRouter(prefix="/api/v1/evaluations/jobs", tags=["jobs"])
    surface = _Jobs(services, reading)

    @router.post(
        "",
        status_code=202,
        response_model=None,
        responses=answers(404, 409, 413, s202=JobDocument),
        openapi_extra=extra(_KEY, body=JobRequest),
    )
    async def submit_job(request: Request) -> Response:
        """Have a model evaluated."""
        return await surface.submit(request)

    @router.get("", response_model=None, responses=answers(s200=JobPage), openapi_extra=extra(*PAGE, *_FILTERS))
    async def list_jobs(request: Request) -> Response:
        """List jobs, newest first; all of them without a limit."""
        return await surface.page(request)

    @router.get("/{id}", response_model=None, responses=answers(404, s200=JobDocument), openapi_extra=extra())
    async def get_job(request: Request, id: str) -> Response:  # noqa: A002 - the parameter's name in the document
        """Show one job."""
        return await surface.get(request, id)

    @router.delete(
        "/{id}",
        status_code=204,
        response_model=None,
        responses=answers(404, 409, s204=None),
        openapi_extra=extra(_HARD),
    )
    async def cancel_job(request: Request, id: str) -> Response:  # noqa: A002
        """End a job; what was finished is kept. With hard_delete: remove it."""
        return await surface.cancel(request, id)

    return router


class _Jobs:
    """The four requests."""

    def __init__(self, services: Services, reading: Reading) -> None:
        self._services = services
        self._reading = reading
        self._submitting = Submitting(services, Repeats(services.objects, uuid.uuid4().hex[:12]))

    async def submit(self, request: Request) -> Response:
        person = await self._services.people.identify(request.headers)
        obj = await self._submitting.submit(person, request)
        return Response(await self._reading.rendering.of(obj) + b"\n", 202, media_type=JSON)

    async def get(self, request: Request, name: str) -> Response:
        person = await self._services.people.identify(request.headers)
        return Response(await self._reading.job(person, name), media_type=JSON)

    async def page(self, request: Request) -> Response:
        person = await self._services.people.identify(request.headers)
        return Response(await self._reading.page(person, request), media_type=JSON)

    async def cancel(self, request: Request, name: str) -> Response:
        person = await self._services.people.identify(request.headers)
        hard = query_of(request).flag("hard_delete")
        entry = await find_job(self._services, person, name)
        await (delete if hard else cancel)(self._services, person, entry)
        return Response(status_code=204)
