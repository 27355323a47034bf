"""The surfaces for people that read: logs, results, samples; in this process, over a real API server and store."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from referee.api.names import ADAPTER_AUDIENCE
from referee.gateway.answers import install
from referee.gateway.logs.collector import LogCollector
from referee.gateway.logs.router import logs_router
from referee.gateway.objects import Objects
from referee.gateway.people import People
from referee.gateway.posting.announcing import Announcer
from referee.gateway.posting.counting import Counting
from referee.gateway.posting.router import posting_router
from referee.gateway.reporting.events import EventLimits, events_router
from referee.gateway.reporting.jobs import JobChildren
from referee.gateway.reporting.journal import journal_router
from referee.gateway.reporting.journals import StoreJournals
from referee.gateway.reporting.samples import sample_uploads_router
from referee.gateway.reporting.tokens import TokenChecker
from referee.gateway.results.router import results_router
from referee.gateway.services import Services
from referee.gateway.settings import GatewaySettings
from referee.gateway.watched import Watched
from referee.runtime.kube import Kube, Object
from referee.runtime.paths import EVALUATION_JOBS
from referee.runtime.transport import Transport
from referee.store import Store
from tests.contract.children.contract import JOB
from tests.integration.gateway.house import RealHouse
from tests.testbed.cluster import Cluster

GROUP = "referee.dev"
READER: list[dict[str, Any]] = [
    {"apiGroups": [GROUP], "resources": ["evaluationjobs", "evaluationjobs/results"], "verbs": ["get"]},
    {"apiGroups": [""], "resources": ["pods/log"], "verbs": ["get"]},
    {"apiGroups": [GROUP], "resources": ["evaluationjobs/results", "evaluationjobs/labels"], "verbs": ["create"]},
]
"""What somebody needs who reads everything about a job here."""


@dataclass(frozen=True)
class Reading:
    """A gateway, its house, and a person with these rights."""

    house: RealHouse
    store: Store
    client: httpx.AsyncClient
    headers: dict[str, str]

    async def get(self, path: str, *, job: str = JOB, **query: Any) -> httpx.Response:
        """As the person."""
        address = f"/api/v1/evaluations/jobs/{job}/{path}"
        return await self.client.get(address, params={k: str(v) for k, v in query.items()}, headers=self.headers)

    async def status(self, job: str = JOB, **changes: Any) -> Object:
        """Change the job's status, as the operator does."""
        return await self.house.kube.merge_patch(
            EVALUATION_JOBS.one(self.house.namespace, job, "status"), {"status": changes}
        )


@asynccontextmanager
async def reading(house: RealHouse, cluster: Cluster, directory: Path) -> AsyncIterator[Reading]:
    """The surfaces, with the house's own port for events."""
    transport = Transport(cluster.credentials)
    kube = Kube(transport)
    watched = Watched(kube, [house.namespace])
    store = await Store.open(f"sqlite:///{directory}/referee.db")
    collector = LogCollector(kube, watched, store.logs)
    tasks = [asyncio.create_task(run()) for run in (*watched.tasks, collector.collect)]
    await watched.primed()
    children = JobChildren(kube, watched, TokenChecker(kube, ADAPTER_AUDIENCE), store.results)
    house.children = children
    journals = StoreJournals(store.journal)
    people = People(kube, watched.serves)
    announcer = Announcer(Counting(kube, watched, store))
    watched.on_evaluations = announcer.hear
    services = Services(kube, people, Objects(watched), store, children, GatewaySettings(), collector, announcer)
    app = FastAPI()
    install(app)
    for router in (
        events_router(children, EventLimits()),
        sample_uploads_router(children, journals),
        journal_router(children, journals),
        logs_router(services),
        results_router(services),
        posting_router(services),
    ):
        app.include_router(router)
    token = await asyncio.to_thread(cluster.service_account, house.namespace, "reader", READER)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url="http://gateway", timeout=60
    ) as client:
        yield Reading(house, store, client, {"Authorization": f"Bearer {token}"})
    await announcer.close()
    await children.close()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await store.close()
    await transport.close()
