import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from referee.runtime.errors import NotFound, NotLeader
from referee.runtime.kube import Kube
from referee.runtime.lease import Elector, LeaseSettings
from referee.runtime.paths import LEASES, PROVIDERS
from referee.runtime.transport import Transport
from tests.fakeapi.server import FakeApi
from tests.unit.runtime.virtual_time import until

Clock = Callable[[], float]
PATH = LEASES.one("ns", "referee")


@dataclass
class Replica:
    """A process with an elector, and what its callbacks heard when."""

    elector: Elector
    heard: list[tuple[str, float]] = field(default_factory=list)
    task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self.task = asyncio.create_task(self.elector.run())

    async def kill(self) -> None:
        assert self.task is not None
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


def replica(kube: Kube, name: str, clock: Clock) -> Replica:
    heard: list[tuple[str, float]] = []
    elector = Elector(
        kube,
        LeaseSettings("ns", "referee", name),
        on_started=lambda: heard.append(("started", clock())),
        on_lost=lambda: heard.append(("lost", clock())),
        clock=clock,
    )
    return Replica(elector, heard)


async def lease_spec(kube: Kube) -> dict[str, Any]:
    spec: dict[str, Any] = (await kube.get(PATH))["spec"]
    return spec


async def test_the_first_to_come_leads_and_keeps_leading(kube: Kube, clock: Clock) -> None:
    first, second = replica(kube, "first", clock), replica(kube, "second", clock)
    first.start()
    await until(first.elector.held)
    second.start()
    await asyncio.sleep(100)

    assert first.elector.held()
    assert not second.elector.held()
    assert (await lease_spec(kube))["holderIdentity"] == "first"
    assert (await lease_spec(kube))["leaseTransitions"] == 0
    await first.kill()
    await second.kill()


async def test_leading_costs_half_a_request_a_second(api: FakeApi, kube: Kube, clock: Clock) -> None:
    only = replica(kube, "only", clock)
    only.start()
    await until(only.elector.held)
    api.calls.clear()
    await asyncio.sleep(100)

    assert api.counted() == {("update", "leases"): 50}
    await only.kill()


async def test_a_dead_leader_is_succeeded_after_the_duration(kube: Kube, clock: Clock) -> None:
    first, second = replica(kube, "first", clock), replica(kube, "second", clock)
    first.start()
    await until(first.elector.held)
    second.start()
    await asyncio.sleep(5)
    await first.kill()
    died = clock()
    await until(second.elector.held)

    assert 13 <= clock() - died <= 20, "15 s after the last renewal, plus a retry period"
    assert (await lease_spec(kube))["leaseTransitions"] == 1
    await second.kill()


async def test_a_leader_that_stops_is_succeeded_at_once(kube: Kube, clock: Clock) -> None:
    first, second = replica(kube, "first", clock), replica(kube, "second", clock)
    first.start()
    await until(first.elector.held)
    second.start()
    await asyncio.sleep(5)
    await first.kill()
    await first.elector.release()
    stopped = clock()

    assert not first.elector.held()
    await until(second.elector.held)
    assert clock() - stopped < 2.5
    await second.kill()


async def test_two_never_lead_at_once_when_the_api_server_is_away(api: FakeApi, kube: Kube, clock: Clock) -> None:
    other_kube = Kube(Transport(api.credentials))
    first, second = replica(kube, "first", clock), replica(other_kube, "second", clock)
    first.start()
    await until(first.elector.held)
    second.start()
    await asyncio.sleep(5)
    api.fail(503, resource="leases", times=10_000)
    cut = clock()
    await until(lambda: bool(first.heard[1:]))

    assert first.heard[1][0] == "lost"
    assert 8 <= clock() - cut <= 10, "believes for the renew deadline, counted from its last renewal"
    assert not first.elector.held()
    assert not second.elector.held()
    api.faults.clear()
    await until(second.elector.held)
    await second.kill()
    await other_kube.transport.close()


async def test_a_short_outage_costs_nobody_the_lease(api: FakeApi, kube: Kube, clock: Clock) -> None:
    only = replica(kube, "only", clock)
    only.start()
    await until(only.elector.held)
    for kind in ("reset", "hang", "answer"):
        api.fail(500, resource="leases", kind=kind)
        await asyncio.sleep(8)

    assert only.elector.held()
    assert [what for what, _ in only.heard] == ["started"]
    await only.kill()


async def test_a_renewal_whose_answer_was_lost_is_recognised(api: FakeApi, kube: Kube, clock: Clock) -> None:
    only = replica(kube, "only", clock)
    only.start()
    await until(only.elector.held)
    api.fail(verb="update", resource="leases", kind="lose")
    await asyncio.sleep(30)

    assert only.elector.held()
    assert [what for what, _ in only.heard] == ["started"]
    await only.kill()


async def test_a_stolen_lease_is_noticed_at_the_next_renewal(kube: Kube, clock: Clock) -> None:
    victim = replica(kube, "victim", clock)
    victim.start()
    await until(victim.elector.held)
    lease = await kube.get(PATH)
    await kube.replace(PATH, {**lease, "spec": {**lease["spec"], "holderIdentity": "thief"}})
    stolen = clock()
    await until(lambda: bool(victim.heard[1:]))

    assert victim.heard[1][0] == "lost"
    assert clock() - stolen < 2.5
    with pytest.raises(NotLeader, match="ns/referee is not held"):
        victim.elector.check()
    await victim.elector.release()
    assert (await lease_spec(kube))["holderIdentity"] == "thief"


async def test_a_lease_deleted_under_its_holder_is_made_again(kube: Kube, clock: Clock) -> None:
    only = replica(kube, "only", clock)
    only.start()
    await until(only.elector.held)
    await kube.delete(PATH)
    await asyncio.sleep(10)

    assert only.elector.held()
    assert (await lease_spec(kube))["holderIdentity"] == "only"
    assert [what for what, _ in only.heard] == ["started"]
    await only.kill()


async def test_of_candidates_that_start_together_one_leads(kube: Kube, clock: Clock) -> None:
    replicas = [replica(kube, f"r{i}", clock) for i in range(5)]
    for one in replicas:
        one.start()
    await asyncio.sleep(30)

    assert sum(one.elector.held() for one in replicas) == 1
    for one in replicas:
        await one.kill()


async def test_a_process_that_was_frozen_does_not_believe_it_leads(kube: Kube) -> None:
    frozen = 0.0

    def clock() -> float:
        return asyncio.get_running_loop().time() + frozen

    only = replica(kube, "only", clock)
    only.start()
    await until(only.elector.held)
    frozen = 11.0

    assert not only.elector.held()
    await only.kill()


async def test_without_the_lease_no_write_leaves_the_process(api: FakeApi, transport: Transport, clock: Clock) -> None:
    idle = replica(Kube(transport), "idle", clock)
    governed = Kube(transport, before_write=idle.elector.check)

    for write in (
        governed.create(PROVIDERS.all("ns"), {"metadata": {"name": "p"}}),
        governed.merge_patch(PROVIDERS.one("ns", "p"), {}),
        governed.json_patch(PROVIDERS.one("ns", "p"), []),
        governed.replace(PROVIDERS.one("ns", "p"), {}),
        governed.delete(PROVIDERS.one("ns", "p")),
    ):
        with pytest.raises(NotLeader):
            await write
    with pytest.raises(NotFound):
        await governed.get(PROVIDERS.one("ns", "p"))
    assert api.counted() == {("get", "providers"): 1}


@pytest.mark.parametrize(("duration", "deadline", "period"), [(10, 10, 2), (15, 2, 2), (15, 10, 0)])
def test_periods_under_which_two_could_write_are_refused(duration: float, deadline: float, period: float) -> None:
    with pytest.raises(ValueError, match="two replicas write at once or none does"):
        LeaseSettings("ns", "referee", "me", duration, deadline, period)
