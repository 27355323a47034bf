"""`/api/v1/evaluationjobs`: EvaluationJobs as kubectl sees them.

Reads come from the watch cache, after RBAC was asked; writes are the caller's own, with their token, so the API server
decides and its audit log names them.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from referee.api.status import Phase
from referee.gateway.finding import find_job, require_primed
from referee.gateway.native import described
from referee.gateway.native.documents import job_of, patch_of
from referee.gateway.native.lists import Filter, page, written
from referee.gateway.native.watches import Watch, watching
from referee.gateway.people import Person
from referee.gateway.people.refusals import answering_the_caller
from referee.gateway.services import Services
from referee.runtime.kube import Object
from referee.runtime.paths import EVALUATION_JOBS

LINES = "application/jsonl"

_Name = Annotated[str, Path(min_length=1, max_length=253, pattern=r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$")]


class WatchQuery(BaseModel):
    """The parameters of a read."""

    model_config = ConfigDict(extra="forbid")

    watch: bool = False
    """Follow: a JSON line for each change, beginning with what there is."""
    seconds: Annotated[int, Field(alias="timeoutSeconds", ge=1, le=3600)] = 300
    """How long a watch goes on."""


class ListQuery(WatchQuery):
    """The parameters of a list."""

    limit: Annotated[int, Field(ge=0, le=10_000)] = 0
    """Jobs in a page; 0: all."""
    after: Annotated[str | None, Field(alias="continue", max_length=1024)] = None
    """metadata.continue of the page before."""
    phase: Phase | None = None
    group: Annotated[str | None, Field(max_length=128)] = None
    tag: Annotated[str | None, Field(max_length=128)] = None


class _Jobs:
    """The operations."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._people = services.people
        self._objects = services.objects

    async def list_jobs(self, request: Request, query: Annotated[ListQuery, Query()]) -> Response:
        """List or watch the EvaluationJobs of the tenant."""
        person = await self._people.identify(request.headers)
        await self._people.require(person, "list", EVALUATION_JOBS)
        require_primed(self._objects)
        wanted = Filter(query.phase, query.group, query.tag)
        if query.watch:
            return self._stream(person, Watch(person.tenant, wanted, seconds=query.seconds))
        entries, following = page(self._objects.jobs(person.tenant), wanted, query.limit, query.after)
        documents = (entry.object() for entry in entries)
        return StreamingResponse(written(EVALUATION_JOBS.kind, documents, following), media_type="application/json")

    async def create_job(self, request: Request) -> Response:
        """Create an EvaluationJob in the tenant."""
        person = await self._people.identify(request.headers)
        document = await job_of(request, person)
        with answering_the_caller():
            created = await self._people.kube(person).create(EVALUATION_JOBS.all(person.tenant), document)
        return self._written(created, 201)

    async def get_job(self, request: Request, name: _Name, query: Annotated[WatchQuery, Query()]) -> Response:
        """Read or watch one EvaluationJob."""
        person = await self._people.identify(request.headers)
        entry = await find_job(self._services, person, name)
        if query.watch:
            return self._stream(person, Watch(person.tenant, Filter(), name, query.seconds))
        return JSONResponse(entry.object())

    async def patch_job(self, request: Request, name: _Name) -> Response:
        """Merge a patch into an EvaluationJob, as RFC 7396 has it."""
        person = await self._people.identify(request.headers)
        patch = await patch_of(request, person, name)
        with answering_the_caller():
            patched = await self._people.kube(person).merge_patch(EVALUATION_JOBS.one(person.tenant, name), patch)
        return self._written(patched)

    async def delete_job(self, request: Request, name: _Name) -> Response:
        """Delete an EvaluationJob and its children; to end it and keep it, set `spec.cancel`."""
        person = await self._people.identify(request.headers)
        entry = self._objects.job(person.tenant, name)  # before: afterwards another one may have its name
        with answering_the_caller():
            await self._people.kube(person).delete(EVALUATION_JOBS.one(person.tenant, name))
        if entry is not None and not (gone := entry.object())["metadata"].get("finalizers"):
            self._objects.forget(gone)
        return Response(status_code=204)

    def _written(self, document: Object, status: int = 200) -> Response:
        self._objects.remember(document)
        document["metadata"].pop("managedFields", None)
        return JSONResponse(document, status)

    def _stream(self, person: Person, watch: Watch) -> Response:
        return StreamingResponse(watching(self._objects, watch, self._permitted(person, watch)), media_type=LINES)

    def _permitted(self, person: Person, watch: Watch) -> Callable[[], Awaitable[bool]]:
        async def permitted() -> bool:
            verb = "list" if watch.name is None else "get"
            return await self._people.still_may(person, verb, EVALUATION_JOBS, name=watch.name or "")

        return permitted


def jobs_router(services: Services) -> APIRouter:
    """The routes, over these ports."""
    jobs = _Jobs(services)
    router = APIRouter(prefix="/evaluationjobs", tags=["custom resources"])
    document = described.EvaluationJobDocument
    listed = described.answers(described.ListOf[described.EvaluationJobDocument], streams=True)
    router.add_api_route("", jobs.list_jobs, methods=["GET"], responses=listed)
    router.add_api_route(
        "",
        jobs.create_job,
        methods=["POST"],
        status_code=201,
        responses=described.answers(document, 404, 409, 413, status=201),
        openapi_extra=described.body(described.JOB_SCHEMA, "application/json"),
    )
    router.add_api_route(
        "/{name}", jobs.get_job, methods=["GET"], responses=described.answers(document, 404, streams=True)
    )
    router.add_api_route(
        "/{name}",
        jobs.patch_job,
        methods=["PATCH"],
        responses=described.answers(document, 404, 409, 413),
        openapi_extra=described.body({"type": "object"}, "application/merge-patch+json", "application/json"),
    )
    router.add_api_route(
        "/{name}", jobs.delete_job, methods=["DELETE"], status_code=204, responses=described.refusals(404, 409)
    )
    return router
