"""A child that the API server refuses for now is asked for again, and what comes of it is looked at."""

from datetime import timedelta

from referee.core.benchmark import EXPLAIN_AFTER
from referee.core.jobspec import Turn
from referee.core.plan import Start
from referee.core.podspec import PodDefaults
from referee.runtime.children import ASK_AGAIN, Children
from referee.runtime.kube import Kube
from referee.runtime.watched import Watched
from tests.fakeapi.faults import Fault
from tests.fakeapi.server import FakeApi
from tests.unit.core.world import START, a_job, a_plan


async def test_a_child_made_at_the_second_asking_is_looked_at_soon(api: FakeApi, kube: Kube) -> None:
    """Nothing else wakes for it: the echo of our own write is swallowed, and a silent pod has no news."""
    children, job, plan = Children(kube, Watched(), PodDefaults("http://gateway")), a_job(), a_plan()
    first = Start(plan.benchmarks[0], Turn(1))
    api.faults.add(Fault(503, verb="create", resource="jobs"))
    assert not await children.create(job, plan, first, START)
    assert await children.ask_again(job, plan, START) == START + ASK_AGAIN

    later = START + ASK_AGAIN
    assert await children.ask_again(job, plan, later) == later + EXPLAIN_AFTER
    assert await children.ask_again(job, plan, later + timedelta(seconds=1)) is None
