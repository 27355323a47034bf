"""Results through a gateway that is killed at every point of their way: nothing is lost, nothing counts twice.

Twenty results for each point, posted by the frame that our adapters are made with, four at once; with one replica over
SQLite, and with two over PostgreSQL, where the second try usually meets the other one.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from referee.core.result import digest
from referee.store import Store
from referee_adapter.events import Delivery, EventPoster, Patience
from referee_adapter.paths import locate
from referee_adapter.spec import read_spec
from tests.contract.children.contract import BENCHMARKS, PROVIDER, Json, Running
from tests.integration.gateway.house import RealHouse
from tests.integration.gateway.killed import POINTS
from tests.integration.gateway.process import gateway_process
from tests.integration.gateway.service import service
from tests.testbed.control_plane import free_port
from tests.testbed.session import postgresql_of_this_run
from tests.unit.adapter.receiver import job, write_job

RESULTS = 20
AT_ONCE = 4
PATIENCE = Patience(seconds=300, first_delay=0.1, longest_delay=1)


@pytest.fixture(scope="module")
def postgresql_url() -> Iterator[str]:
    with postgresql_of_this_run() as server:
        yield server.url()


@pytest.mark.parametrize("point", POINTS)
async def test_with_one_replica(bare: RealHouse, role_kubeconfig: Path, tmp_path: Path, point: str) -> None:
    url = f"sqlite:///{tmp_path}/referee.db"

    killed = await _twenty_results(bare, role_kubeconfig, tmp_path, point, url, ["a"])

    assert killed == RESULTS


@pytest.mark.parametrize("point", POINTS)
async def test_with_two_replicas(
    bare: RealHouse, role_kubeconfig: Path, tmp_path: Path, point: str, postgresql_url: str
) -> None:
    killed = await _twenty_results(bare, role_kubeconfig, tmp_path, point, postgresql_url, ["a", "b"])

    assert RESULTS <= killed <= 2 * RESULTS


async def _twenty_results(
    house: RealHouse, kubeconfig: Path, directory: Path, point: str, url: str, replicas: Sequence[str]
) -> int:
    """Post them all; check what is kept of each. How often a gateway was killed meanwhile."""
    marks = directory / "killed"
    marks.mkdir()
    jobs = [f"job-{number}" for number in range(RESULTS)]
    children = await asyncio.gather(*(house.start(0, job=name) for name in jobs))
    slots = asyncio.Semaphore(AT_ONCE)

    async with _gateways(kubeconfig, point, marks, url, replicas) as address:

        async def post(number: int) -> Delivery:
            poster = _poster(directory / str(number), address, jobs[number], children[number])
            content = {"metrics": _metrics(number), "artifacts": {"log": f"of {number}"}}
            async with slots:
                with contextlib.closing(poster):
                    return await asyncio.to_thread(poster.post, "completed", **content)

        deliveries = await asyncio.gather(*(post(number) for number in range(RESULTS)))

    assert deliveries == [Delivery.ACKNOWLEDGED] * RESULTS
    store = await Store.open(url)
    try:
        for number, name in enumerate(jobs):
            await _kept_once(house, store, name, children[number], number)
    finally:
        await store.close()
    return len(list(marks.iterdir()))


async def _kept_once(house: RealHouse, store: Store, job_name: str, child: Running, number: int) -> None:
    kept = (await house.kept(child)).result
    assert kept is not None
    assert kept["metrics"] == [{"name": name, "value": value} for name, value in _metrics(number).items()]
    evaluation = await house.evaluation(job_name)
    [stored] = [row async for row in store.results.of_job(evaluation.metadata.uid)]
    assert stored.run.child_uid == child.uid
    assert stored.digest == kept["digest"] == digest(dict(stored.document))
    assert stored.document["artifacts"] == {"log": f"of {number}"}


@asynccontextmanager
async def _gateways(kubeconfig: Path, point: str, marks: Path, url: str, replicas: Sequence[str]) -> AsyncIterator[str]:
    ports = [free_port("127.0.0.1") for _ in replicas]
    async with AsyncExitStack() as stack:
        for name, port in zip(replicas, ports, strict=True):
            command = ("-m", "tests.integration.gateway.killed", point, str(marks), name)
            await stack.enter_async_context(gateway_process(kubeconfig, [], store_url=url, command=command, port=port))
        yield await stack.enter_async_context(service(ports))


def _poster(directory: Path, address: str, name: str, child: Running) -> EventPoster:
    """As our frame makes it in a pod."""
    document = job(address, id=name, provider_id=PROVIDER, benchmark_id=BENCHMARKS[0], benchmark_index=0)
    paths = locate({"EVALHUB_JOB_SPEC_PATH": str(write_job(directory, document))})
    paths.token.parent.mkdir(parents=True)
    paths.token.write_text(child.credential)
    return EventPoster(read_spec(paths.spec), paths, PATIENCE)


def _metrics(number: int) -> Json:
    return {"acc": number / RESULTS, "f1": 0.5}
