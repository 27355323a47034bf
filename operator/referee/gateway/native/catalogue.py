"""`/api/v1/providers` and `/api/v1/collections`: what the tenant's jobs can name, its own and what all tenants share.

Of two with one id the tenant's own counts, as for a job; the other is not shown. What is shared stands in another
namespace, which the caller may have no rights in: whoever may read this kind in the tenant may read it. It is marked
with an annotation. To create or change them is kubectl's business, or that of EvalHub's interface.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

from referee.api.names import ANNOTATION_SHARED
from referee.gateway.finding import require_primed
from referee.gateway.native import described
from referee.gateway.native.lists import written
from referee.gateway.objects import CollectionEntry, ProviderEntry
from referee.gateway.people.refusals import unknown
from referee.gateway.services import Services
from referee.runtime.kube import Object
from referee.runtime.paths import COLLECTIONS, PROVIDERS, Resource

_Entry = ProviderEntry | CollectionEntry
_Id = Annotated[str, Path(min_length=1, max_length=253)]
_Tag = Annotated[str | None, Query(max_length=128)]


@dataclass(frozen=True)
class _Kind:
    """The operations of one kind."""

    services: Services
    resource: Resource
    every: Callable[[str], Sequence[_Entry]]
    one: Callable[[str, str], _Entry | None]

    async def list_entries(self, request: Request, tag: _Tag = None) -> Response:
        """List what the tenant's jobs can name."""
        person = await self.services.people.identify(request.headers)
        await self.services.people.require(person, "list", self.resource)
        require_primed(self.services.objects)
        found = (entry for entry in self.every(person.tenant) if tag is None or tag in entry.model.spec.tags)
        return StreamingResponse(written(self.resource.kind, map(_marked, found)), media_type="application/json")

    async def get_entry(self, request: Request, id: _Id) -> Response:  # noqa: A002 - what references name is called so
        """Read one, by what references name: spec.id, else its name."""
        person = await self.services.people.identify(request.headers)
        require_primed(self.services.objects)
        entry = self.one(person.tenant, id)
        await self.services.people.require(person, "get", self.resource, name=entry.name if entry else id)
        if entry is None:
            raise unknown(self.resource, person.tenant, id)
        return JSONResponse(_marked(entry))


def catalogue_router(services: Services) -> APIRouter:
    """The routes of both kinds."""
    router = APIRouter(tags=["custom resources"])
    objects = services.objects
    providers = _Kind(services, PROVIDERS, objects.providers, objects.provider)
    collections = _Kind(services, COLLECTIONS, objects.collections, objects.collection)
    listed = described.answers(described.ListOf[described.ProviderDocument])
    _add(router, providers, listed, described.answers(described.ProviderDocument, 404))
    listed = described.answers(described.ListOf[described.CollectionDocument])
    _add(router, collections, listed, described.answers(described.CollectionDocument, 404))
    return router


def _add(router: APIRouter, kind: _Kind, listed: described.Answers, one: described.Answers) -> None:
    plural = kind.resource.plural
    router.add_api_route(f"/{plural}", kind.list_entries, name=f"list_{plural}", methods=["GET"], responses=listed)
    router.add_api_route(f"/{plural}/{{id}}", kind.get_entry, name=f"get_{plural}", methods=["GET"], responses=one)


def _marked(entry: _Entry) -> Object:
    document = entry.object()
    if entry.system:
        metadata = document["metadata"]
        metadata["annotations"] = {**(metadata.get("annotations") or {}), ANNOTATION_SHARED: "true"}
    return document
