"""Every surface that needs the whole gateway, in the order in which a request is looked up."""

from fastapi import FastAPI

from referee.gateway.evalhub.direct import Direct
from referee.gateway.evalhub.reading import Reading
from referee.gateway.evalhub.router import evalhub_router
from referee.gateway.logs.router import logs_router
from referee.gateway.native.router import native_router
from referee.gateway.openapi import describe
from referee.gateway.posting.router import posting_router
from referee.gateway.results.router import results_router
from referee.gateway.services import Services


def add_surfaces(app: FastAPI, services: Services) -> None:
    """Add them to an application."""
    reading = Reading(services)
    routers = (
        evalhub_router(services, reading),
        logs_router(services),
        results_router(services),
        posting_router(services),
        native_router(services),
    )
    for router in routers:
        app.include_router(router)
    app.add_middleware(Direct, people=services.people, reading=reading)
    describe(app)
