"""Evaluations spread over pods, or over runs: nothing is done twice, and the figures are the same.

All that need nothing of another are applied at once; each test looks at its own.
"""

import json
import os
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from referee.api.names import ANNOTATION_RECEIPT, ANNOTATION_RESULT
from referee_evaluators.loop.shard import Shard
from tests.contract.lm_eval.stub import Asked, Stub, serving
from tests.e2e.evaluations import PATIENCE, adapter_process, an_evaluation, answer, measured
from tests.e2e.people import People
from tests.e2e.team import Team, benchmark_of
from tests.testbed.api_client import Json
from tests.testbed.node import Node
from tests.testbed.waiting import wait_for

pytestmark = pytest.mark.node

SAMPLES, IN_FLIGHT, SHARDS = 60, 4, 3
ANSWERED = 5
"""Calls of the share whose pod is killed, before they hang."""
VICTIM = Shard(1, SHARDS)
AGAIN = {
    "again": ("NonInferiority", 0.05, "Pass"),
    "again-by-the-point": ("Point", 0.02, "Pass"),
    # of sixty samples that are all the same nobody can tell so little
    "again-closely": ("NonInferiority", 0.02, "Unknown"),
}


class Endpoint:
    """It counts what is asked, and lets the calls of one share of one job hang until it is let go."""

    def __init__(self, stub: Stub) -> None:
        self.url = stub.url
        self.asked: Counter[str] = Counter()
        self.hanging: set[str] = set()
        self._answered = 0
        self._holds = True
        self._changed = threading.Condition()
        stub.answer = answer
        stub.gate = self._gate

    def of(self, name: str) -> Counter[str]:
        """How often each sample of a job was asked."""
        with self._changed:
            return Counter({text: count for text, count in self.asked.items() if text.startswith(f"{name}:")})

    def wait_until_held(self) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.hanging) == IN_FLIGHT, PATIENCE), self.asked

    def let_go(self) -> None:
        with self._changed:
            self._holds = False
            self._changed.notify_all()

    def _gate(self, asked: Asked) -> None:
        name, _, question = asked.text.partition(": ")
        with self._changed:
            self.asked[asked.text] += 1
            if not self._holds or name != "bereft" or not VICTIM.has(f"s{question.split()[0]}"):
                return
            if self._answered < ANSWERED:
                self._answered += 1
                return
            self.hanging.add(asked.text)
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._holds, PATIENCE)


@pytest.fixture(scope="module")
def endpoint(node: Node) -> Iterator[Endpoint]:
    with serving(node.host_address) as stub:
        made = Endpoint(stub)
        yield made
        made.let_go()


@pytest.fixture(scope="module")
def people(team: Team) -> Iterator[People]:
    made = People.of(team)
    yield made
    made.client.close()


@pytest.fixture(scope="module")
def apply(team: Team, endpoint: Endpoint) -> Callable[..., None]:
    def one(name: str, count: int, *, spec: Json | None = None, **block: Any) -> None:
        whole = {"backoffLimit": 1, **(spec or {})}
        job = an_evaluation(name, team.namespace, endpoint.url, count, spec=whole, **block)
        job["spec"] = {key: value for key, value in job["spec"].items() if value is not None}
        team.cluster.api.post(team.path("").rstrip("/"), job, fieldValidation="Strict")

    return one


@pytest.fixture(scope="module", autouse=True)
def _applied(apply: Callable[..., None]) -> None:
    for name, shards in (("bereft", SHARDS), ("spread", SHARDS), ("whole", 1)):
        apply(name, SAMPLES, spec={"execution": {"batchSize": IN_FLIGHT, "shards": shards}})


def test_samples_are_spread_over_pods_and_put_together_by_one(team: Team, people: People, endpoint: Endpoint) -> None:
    spread, whole = (team.phase("Completed", name, PATIENCE) for name in ("spread", "whole"))

    assert set(endpoint.of("spread").values()) == {1}
    assert len(endpoint.of("spread")) == SAMPLES
    first, second = team.children("spread")
    assert (first["spec"]["completions"], second["spec"].get("completions", 1)) == (SHARDS, 1)
    receipts = receipts_of(first)
    assert sorted(receipts) == list(range(SHARDS))
    assert sum(receipt["receipt"]["samples"] for receipt in receipts.values()) == SAMPLES
    assert (benchmark_of(spread)["attempt"], benchmark_of(spread)["retries"]) == (2, 0)
    assert measured(spread) == measured(whole)
    assert figures(people.results("spread")) == figures(people.results("whole"))


def test_what_a_killed_pod_of_several_left_undone_is_done_by_the_next_attempt(team: Team, endpoint: Endpoint) -> None:
    endpoint.wait_until_held()
    child = team.children("bereft")[0]["metadata"]["name"]
    others = set(range(SHARDS)) - {VICTIM.index}
    job = team.cluster.api.wait(f"{team.jobs}/{child}", lambda job: set(receipts_of(job)) == others, PATIENCE)
    before, hanging = endpoint.of("bereft"), set(endpoint.hanging)
    (pod,) = (pod for pod in team.pods("bereft") if index_of(pod) == VICTIM.index)

    os.kill(adapter_process(pod["metadata"]["uid"]), signal.SIGKILL)
    wait_for(lambda: len(team.children("bereft")) == 2, "the second attempt", PATIENCE)
    endpoint.let_go()

    status = team.phase("Completed", "bereft", PATIENCE)
    after = endpoint.of("bereft")
    assert len(after) == SAMPLES
    assert {text for text, count in after.items() if count > 1} <= hanging
    assert all(after[text] == 1 for text in before.keys() - hanging)
    assert ANNOTATION_RESULT not in job["metadata"]["annotations"]
    assert measured(status) == measured(team.phase("Completed", "whole", PATIENCE))


def test_outputs_of_another_run_are_scored_again_without_the_model_and_compared_with_it(
    team: Team, endpoint: Endpoint, apply: Callable[..., None]
) -> None:
    whole = team.phase("Completed", "whole", PATIENCE)
    asked = sum(endpoint.of("whole").values())
    recorded = {"generation": "Recorded", "dataset": {"outputsOf": {"jobRef": "whole"}}}
    for name, (test, margin, _) in AGAIN.items():
        baseline = {"jobRef": "whole", "test": test, "maxRegression": margin}
        apply(name, SAMPLES, **recorded, spec={"model": None, "baseline": baseline})

    for name, (_, _, result) in AGAIN.items():
        status = team.phase("Completed", name, PATIENCE)
        assert status["evaluators"] == whole["evaluators"]
        assert (status["score"], status["scoreStderr"]) == (whole["score"], whole["scoreStderr"])
        comparison = status["comparison"]
        assert (comparison["baseline"], comparison["matched"], comparison["unmatched"]) == ("whole/1", SAMPLES, 0)
        score = next(metric for metric in comparison["metrics"] if metric["name"] == "score")
        assert (score["delta"], score["result"], status["verdict"]["result"]) == (0, result, result), score
        assert not endpoint.of(name)
    assert score["nNeeded"] > SAMPLES
    assert sum(endpoint.of("whole").values()) == asked


def receipts_of(child: Json) -> dict[int, Json]:
    """What the pods of a child left, by their index."""
    found = {
        int(name.removeprefix(ANNOTATION_RECEIPT)): text
        for name, text in child["metadata"]["annotations"].items()
        if name.startswith(ANNOTATION_RECEIPT)
    }
    assert all(len(text) <= 1024 for text in found.values())
    return {index: json.loads(text) for index, text in found.items()}


def index_of(pod: Json) -> int:
    """Which of several pods it is."""
    return int(pod["metadata"]["annotations"]["batch.kubernetes.io/job-completion-index"])


def figures(results: Json) -> Json:
    """The slices and evaluators of a result document."""
    (benchmark,) = results["items"]
    document = benchmark["result"]
    return {name: document[name] for name in ("slices", "evaluators", "score")}
