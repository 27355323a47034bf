"""From a pod's status to what is shown of it, and from a job's to what may still come."""

from typing import Any

import pytest

from referee.gateway.logs.containers import SeenContainer, containers_of, logs_of
from referee.gateway.logs.facts import facts_of

RUNNING: dict[str, Any] = {"running": {"startedAt": "2026-01-02T03:04:05Z"}}
WAITING = {"waiting": {"reason": "PodInitializing"}}


def ended(code: int) -> dict[str, Any]:
    return {"terminated": {"exitCode": code}}


def pod(adapter: Any = None, **inits: Any) -> dict[str, Any]:
    return {
        "metadata": {"name": "p", "uid": "u", "namespace": "ns", "labels": {}},
        "status": {
            "initContainerStatuses": [
                {"name": name.replace("_", "-"), "state": state} for name, state in inits.items()
            ],
            "containerStatuses": [{"name": "adapter", "state": adapter}, {"name": "mesh", "state": RUNNING}],
        },
    }


CASES = {
    "not started": (pod(WAITING), []),
    "running": (pod(RUNNING), [("adapter", False)]),
    "ended": (pod(ended(1), test_data=ended(0)), [("adapter", True)]),
    "beside an agent that runs": (pod(RUNNING, agent=RUNNING), [("adapter", False)]),
    "beside one that ended well": (pod(ended(0), agent=ended(0)), [("adapter", True)]),
    "beside one that failed": (pod(ended(0), agent=ended(3)), [("adapter", True), ("agent", True)]),
    "without its data": (pod(WAITING, test_data=ended(1)), [("test-data", True)]),
    "without any status": ({"metadata": {}, "status": {}}, []),
    "without a state": (pod(None, agent=None), []),
}


@pytest.mark.parametrize(("seen", "shown"), CASES.values(), ids=CASES)
def test_the_adapters_log_is_shown_and_of_others_where_they_failed(
    seen: dict[str, Any], shown: list[tuple[str, bool]]
) -> None:
    assert containers_of(seen) == tuple(SeenContainer(name, over) for name, over in shown)


def test_a_pod_of_no_run_has_none() -> None:
    assert logs_of(pod(RUNNING)) is None


def test_before_the_plan_the_spec_says_which_benchmarks_there_are() -> None:
    facts = facts_of({"spec": {"benchmarks": [{"id": "a", "provider": "p"}, {"id": "b", "provider": "p"}]}})

    assert facts.benchmarks == {0: "a", 1: "b"}
    assert facts.writing == {0, 1}
    assert not facts.over


def test_what_is_decided_writes_no_more() -> None:
    status = {
        "phase": "Running",
        "plan": {"benchmarks": [{"index": 0, "id": "a", "firstAttempt": 3}, {"index": 1, "id": "b"}]},
        "benchmarks": [
            {"index": 0, "id": "a", "phase": "Failed", "attempt": 4},
            {"index": 1, "id": "b", "phase": "Running", "attempt": 1},
        ],
    }

    facts = facts_of({"status": status})

    assert facts.writing == {1}
    assert [facts.wants(0, attempt, previous=False) for attempt in (2, 3, 4)] == [False, True, True]
    assert [facts.wants(0, attempt, previous=True) for attempt in (2, 3, 4)] == [False, True, False]
    assert facts_of({"status": {**status, "phase": "Cancelled"}}).writing == frozenset()
