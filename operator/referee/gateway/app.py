"""The HTTP application: which surfaces there are, over a port that the caller chose.

Nothing here knows Kubernetes, so a laptop's local mode serves the very same application over files.
"""

from typing import TYPE_CHECKING

from fastapi import FastAPI

from referee.gateway.answers import install
from referee.gateway.health import Probes, health_router
from referee.gateway.reporting.children import Children
from referee.gateway.reporting.events import EventLimits, events_router

if TYPE_CHECKING:
    from referee.gateway.reporting.journals import Journals
    from referee.gateway.services import Services


def create_app(
    children: Children,
    *,
    limits: EventLimits | None = None,
    probes: Probes | None = None,
    secret_in_path: bool = False,
    journals: "Journals | None" = None,
    services: "Services | None" = None,
) -> FastAPI:
    """The application.

    Args:
        children: where results are kept, and who may report them.
        limits: of one event.
        probes: what /healthz, /readyz and /metrics tell.
        secret_in_path: credentials come as a path prefix, `/SECRET/api/v1/…`, and not as bearer tokens.
        journals: where samples and scores are kept; None: nowhere.
        services: what people's surfaces are made over; None: there are no people here.
    """
    described = "/openapi.json" if services is not None else None
    app = FastAPI(title="Referee", openapi_url=described, docs_url=None, redoc_url=None, redirect_slashes=False)
    install(app)
    app.include_router(health_router(probes or Probes()))
    app.include_router(events_router(children, limits or EventLimits(), secret_in_path=secret_in_path))
    if journals is not None:
        from referee.gateway.reporting.journal import journal_router  # noqa: PLC0415 - these two need the store
        from referee.gateway.reporting.samples import sample_uploads_router  # noqa: PLC0415

        app.include_router(sample_uploads_router(children, journals, secret_in_path=secret_in_path))
        app.include_router(journal_router(children, journals, secret_in_path=secret_in_path))
    if services is not None:
        from referee.gateway.surfaces import add_surfaces  # noqa: PLC0415 - a laptop has neither store nor API server

        add_surfaces(app, services)
    return app
