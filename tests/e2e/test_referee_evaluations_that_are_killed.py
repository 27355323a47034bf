"""An adapter that dies in the middle costs the model no answered call twice, and changes no digit of the scores."""

import os
import signal
import threading
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.contract.lm_eval.stub import Asked, Stub, serving
from tests.e2e.evaluations import PATIENCE, adapter_process, an_evaluation, answer, measured
from tests.e2e.team import Team, benchmark_of
from tests.testbed.api_client import Json
from tests.testbed.node import Node
from tests.testbed.waiting import wait_for

pytestmark = pytest.mark.node

SAMPLES, IN_FLIGHT = 40, 4
SHARES = (10, 50, 90)
CASES = [(how, share) for how in ("killed", "deleted") for share in SHARES]
UNDISTURBED = "undisturbed"


class Held:
    """The endpoint: it counts what each job asks, and stops answering a job at so many calls until it is let go."""

    def __init__(self, stub: Stub) -> None:
        self.stub = stub
        self.counts: Counter[str] = Counter()
        self.at = {f"{how}-{share}": SAMPLES * share // 100 for how, share in CASES}
        self._changed = threading.Condition()
        stub.answer = answer
        stub.gate = self._gate

    def _gate(self, asked: Asked) -> None:
        name = asked.text.split(":")[0]
        with self._changed:
            self.counts[name] += 1
            self._changed.notify_all()
            self._changed.wait_for(lambda: self.counts[name] <= self.at.get(name, SAMPLES * 9), PATIENCE)

    def reached(self, name: str) -> None:
        """Return when as many calls hang as may be in flight."""
        with self._changed:
            full = self.at[name] + IN_FLIGHT
            assert self._changed.wait_for(lambda: self.counts[name] >= full, PATIENCE), self.counts

    def let_go(self, name: str) -> None:
        with self._changed:
            self.at[name] = SAMPLES * 9
            self._changed.notify_all()


@pytest.fixture(scope="module")
def held(node: Node) -> Iterator[Held]:
    with serving(node.host_address) as stub:
        yield Held(stub)


@pytest.fixture(scope="module", autouse=True)
def _applied(team: Team, held: Held) -> None:
    for name in (UNDISTURBED, *(f"{how}-{share}" for how, share in CASES)):
        spec = {"execution": {"batchSize": IN_FLIGHT}, "backoffLimit": 1}
        job = an_evaluation(name, team.namespace, held.stub.url, SAMPLES, spec=spec)
        team.cluster.api.post(team.path("").rstrip("/"), job, fieldValidation="Strict")


@pytest.mark.parametrize(("how", "share"), CASES)
def test_no_answered_call_is_repeated_and_the_scores_are_those_of_an_undisturbed_run(
    team: Team, held: Held, how: str, share: int
) -> None:
    name = f"{how}-{share}"
    held.reached(name)
    pod = team.pod(name)

    if how == "killed":
        os.kill(adapter_process(pod["metadata"]["uid"]), signal.SIGKILL)
    else:
        team.cluster.api.delete(team.pods_path(pod["metadata"]["name"]))
    wait_for(lambda: len(team.children(name)) == 2, f"the second attempt of {name}", PATIENCE)
    held.let_go(name)

    status = team.phase("Completed", name, PATIENCE)
    assert benchmark_of(status)["attempt"] == 2
    assert held.counts[name] <= SAMPLES + IN_FLIGHT
    assert _figures(status) == _figures(team.phase("Completed", UNDISTURBED, PATIENCE))


def _figures(status: Json) -> Json:
    """What was measured; the datapoints name their job, so digests differ."""
    return measured(status)
