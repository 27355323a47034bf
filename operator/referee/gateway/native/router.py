"""The native surface, put together."""

from fastapi import APIRouter

from referee.gateway.native.catalogue import catalogue_router
from referee.gateway.native.jobs import jobs_router
from referee.gateway.services import Services


def native_router(services: Services) -> APIRouter:
    """`/api/v1/evaluationjobs`, `/api/v1/providers` and `/api/v1/collections`."""
    router = APIRouter(prefix="/api/v1")
    router.include_router(jobs_router(services))
    router.include_router(catalogue_router(services))
    return router
