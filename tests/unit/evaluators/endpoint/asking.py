"""An endpoint of a run, for tests: its target, its ledger, its cache."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from referee_adapter import Model, Retry
from referee_evaluators.endpoint.cache import Cache
from referee_evaluators.endpoint.client import HttpEndpoint, Shared
from referee_evaluators.endpoint.ledger import Ledger
from referee_evaluators.endpoint.target import Target
from referee_evaluators.spec import Budget

QUESTION = {"messages": [{"role": "user", "content": "Capital of France?"}]}


@asynccontextmanager
async def asking(
    url: str,
    *,
    cache: Path | None = None,
    budget: Budget | None = None,
    ledger: Ledger | None = None,
    requests_per_minute: float = 0,
    retry: Retry | None = None,
    sent: Mapping[str, str] | None = None,
    **model: Any,
) -> AsyncIterator[tuple[HttpEndpoint, Ledger]]:
    books = ledger or Ledger(budget or Budget())
    kept = Cache(cache) if cache else None
    target = Target(
        whose="the endpoint",
        model=Model(url=url, name="m", **{"timeout_seconds": 5, **model}),
        headers={"Content-Type": "application/json", **(sent or {})},
        ca_file=None,
        retry=retry or Retry(max_retries=2, initial_delay_seconds=0.01, max_delay_seconds=2),
        requests_per_minute=requests_per_minute,
        tokens_per_minute=0,
        width=4,
    )
    endpoint = HttpEndpoint(target, Shared(books, kept))
    try:
        yield endpoint, books
    finally:
        await endpoint.close()
        if kept:
            kept.close()
