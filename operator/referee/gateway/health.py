"""Whether this process lives, is ready, and what it counts: beside the API, on its port.

On the same port, unlike the operator's: a gateway that does not answer there is of no use, and EvalHub's own health
address is part of that API anyway. No series names an object, so whoever scrapes learns nothing about jobs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from referee.runtime.health import Check


@dataclass(frozen=True, slots=True)
class Probes:
    """What is asked of the process; each check is None or a sentence."""

    live: Mapping[str, Check] = field(default_factory=dict)
    ready: Mapping[str, Check] = field(default_factory=dict)
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)


def health_router(probes: Probes) -> APIRouter:
    """The endpoints."""
    router = APIRouter()

    @router.get("/api/v1/health")
    async def health() -> dict[str, str]:
        return {"status": "healthy", "timestamp": datetime.now(UTC).isoformat().replace("+00:00", "Z")}

    @router.get("/healthz", include_in_schema=False)
    async def healthz() -> Response:
        return _verdict(probes.live)

    @router.get("/readyz", include_in_schema=False)
    async def readyz() -> Response:
        return _verdict(probes.ready)

    @router.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        return Response(generate_latest(probes.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return router


def _verdict(checks: Mapping[str, Check]) -> Response:
    answers = {name: check() for name, check in checks.items()}
    status = 503 if any(answers.values()) else 200
    return JSONResponse({name: answer or "ok" for name, answer in answers.items()}, status)
