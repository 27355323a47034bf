"""The addresses that providers and collections both have, put on a router and described."""

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from referee.gateway.evalhub.catalogue_models import FILTERS, PATCH_BODY
from referee.gateway.evalhub.described import PAGE, Schema, answers, extra
from referee.gateway.evalhub.entries import Entries
from referee.gateway.evalhub.filters import SHARED, filter_of
from referee.gateway.evalhub.pages import PAGING
from referee.gateway.evalhub.queries import query_of


@dataclass(frozen=True, slots=True)
class Described:
    """What the OpenAPI document says of a kind, and what its list is filtered by."""

    singular: str
    request: type[BaseModel]
    document: type[BaseModel]
    page: type[BaseModel]
    filters: tuple[Schema, ...]
    """Parameters of the list, beside those that both lists have."""
    exact: tuple[str, ...] = ()
    """Those of them that name a field's value."""
    among: tuple[str, ...] = ()
    """Those of them whose words must all be in a field's list."""


def catalogue_router(entries: Entries, kind: Described) -> APIRouter:
    """The addresses of one kind."""
    one, many = kind.singular, f"{kind.singular}s"
    router = APIRouter(prefix=f"/api/v1/evaluations/{many}", tags=[many])
    parameters = (*PAGING, *SHARED, *(str(parameter["name"]) for parameter in kind.filters))
    listing = extra(*PAGE, *FILTERS, *kind.filters)

    @router.get("", name=f"list_{many}", responses=answers(s200=kind.page), openapi_extra=listing)
    async def list_entries(request: Request) -> Response:
        """List them, newest first; all of them without a limit."""
        asked = query_of(request, parameters)
        return await entries.listed(request, asked, filter_of(asked, kind.exact, kind.among))

    made = answers(404, 409, 413, s201=kind.document)

    @router.post("", name=f"create_{one}", status_code=201, responses=made, openapi_extra=extra(body=kind.request))
    async def create_entry(request: Request) -> Response:
        """Make one; its id is the gateway's choice."""
        return await entries.create(request)

    @router.get("/{id}", name=f"get_{one}", responses=answers(404, s200=kind.document), openapi_extra=extra())
    async def get_entry(request: Request, id: str) -> Response:  # noqa: A002 - the parameter's name in the document
        """Show one."""
        return await entries.get(request, id)

    changed = answers(404, 409, 413, s200=kind.document)

    @router.put("/{id}", name=f"replace_{one}", responses=changed, openapi_extra=extra(body=kind.request))
    async def replace_entry(request: Request, id: str) -> Response:  # noqa: A002
        """Say one anew. What only `kubectl` can say of it stays."""
        return await entries.replace(request, id)

    @router.patch("/{id}", name=f"patch_{one}", responses=changed, openapi_extra=extra() | PATCH_BODY)
    async def patch_entry(request: Request, id: str) -> Response:  # noqa: A002
        """Change one: an object is a merge patch, an array a JSON Patch."""
        return await entries.patch(request, id)

    gone = answers(404, 409, s204=None)

    @router.delete("/{id}", name=f"delete_{one}", status_code=204, responses=gone, openapi_extra=extra())
    async def delete_entry(request: Request, id: str) -> Response:  # noqa: A002
        """Remove one; jobs that run keep what they began with."""
        return await entries.delete(request, id)

    return router
