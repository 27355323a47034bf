"""Posting events about a benchmark of the test's job."""

from typing import Any

import httpx

from tests.contract.children.contract import BENCHMARKS, JOB, PROVIDER


async def post(
    client: httpx.AsyncClient, token: str, index: int = 0, *, job: str = JOB, status: str = "completed", **content: Any
) -> httpx.Response:
    """Post an event as the adapter that has this token."""
    event = {"provider_id": PROVIDER, "id": BENCHMARKS[index], "benchmark_index": index, "status": status, **content}
    return await client.post(
        f"/api/v1/evaluations/jobs/{job}/events",
        json={"benchmark_status_event": event},
        headers={"Authorization": f"Bearer {token}"},
    )
