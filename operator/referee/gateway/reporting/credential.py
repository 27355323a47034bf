"""Whose credential came with an adapter's request, and whether it is good for the job that the address names."""

from fastapi import Request

from referee.gateway.bearer import bearer_in
from referee.gateway.errors import NotPermitted, Unauthenticated, Unknown
from referee.gateway.reporting.children import Caller, Children


async def bearer(request: Request) -> str:
    """The bearer token of a request, empty if there is none; a dependency of FastAPI's."""
    return bearer_in(request.headers)


async def caller_for(children: Children, credential: str, job: str) -> Caller:
    """Say who calls about this job.

    Raises:
        Unauthenticated: nobody that we know.
        NotPermitted: somebody else's adapter.
        Unknown: there is no such job.
    """
    if not credential:
        raise Unauthenticated("no bearer token: an adapter sends the one from its ServiceAccount directory")
    caller = await children.identify(credential)
    if caller.job == job:
        return caller
    if await children.knows(caller, job):
        raise NotPermitted(f"this credential is for evaluation job {caller.job!r}, not for {job!r}")
    raise Unknown(f"there is no evaluation job {job!r}")
