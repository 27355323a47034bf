"""Posting events as an adapter does."""

from typing import Any

import httpx
from fastapi import FastAPI

PATH = "/api/v1/evaluations/jobs/capitals/events"
RESULT = {
    "status": "Completed",
    "metrics": [{"name": "acc", "value": 0.35, "stderr": 0.05, "n": 98, "type": "Boolean"}],
    "samples": {"total": 100, "scored": 98, "errors": 2, "unscored": 2},
    "completedAt": "2026-01-02T03:04:05.678Z",
}


def client_of(app: FastAPI) -> httpx.AsyncClient:
    """A client without a socket, with the good token."""
    transport = httpx.ASGITransport(app=app)
    return httpx.AsyncClient(transport=transport, base_url="http://gateway", headers={"Authorization": "Bearer good"})


def event(status: str = "running", **content: Any) -> dict[str, Any]:
    """The body of an event about the caller's own benchmark."""
    return {
        "benchmark_status_event": {
            "provider_id": "harness",
            "id": "arc",
            "benchmark_index": 0,
            "status": status,
            **content,
        }
    }
