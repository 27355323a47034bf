"""EvalHub's surface, put together."""

from fastapi import APIRouter

from referee.gateway.evalhub.collections import collections_router
from referee.gateway.evalhub.jobs import jobs_router
from referee.gateway.evalhub.providers import providers_router
from referee.gateway.evalhub.reading import Reading
from referee.gateway.services import Services


def evalhub_router(services: Services, reading: Reading) -> APIRouter:
    """Everything under `/api/v1/evaluations` that people ask."""
    router = APIRouter()
    router.include_router(jobs_router(services, reading))
    router.include_router(providers_router(services))
    router.include_router(collections_router(services))
    return router
