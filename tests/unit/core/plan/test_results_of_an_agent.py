"""A result that the agent beside an adapter could not deliver: taken from its last message, once, and only then."""

import json
from dataclasses import replace
from typing import Any

import pytest

from referee.core.pods import Agent, Pod
from tests.unit.core.world import GOOD, World, a_job

RESULT: dict[str, Any] = {
    "status": "Completed",
    "metrics": [{"name": "acc", "value": 0.5}],
    "samples": {},
    "undelivered": True,
}


def pod(exit_code: int | None = 0, *, agent: Agent | None = None, message: str = "") -> Pod:
    phase = "Running" if exit_code is None or agent is None or not agent.ended else "Succeeded"
    return Pod(
        "p",
        phase,
        started=True,
        exit_code=exit_code,
        termination_message=message,
        agent=agent or Agent(),
        sdk=True,
    )


def left(**fields: Any) -> Agent:
    return Agent(ended=True, message=json.dumps(RESULT | fields))


def running(backoff_limit: int = 0) -> World:
    world = World(job=a_job(backoffLimit=backoff_limit))
    world.look()
    world.runs()
    world.look()
    return world


def test_a_pod_whose_agent_still_delivers_is_not_over() -> None:
    world = running()
    world.change(world.child().name, pods=(pod(),))
    world.settle()
    assert world.benchmark_phase() == "Running"


def test_what_the_agent_left_counts_once_the_job_has_ended() -> None:
    world = running()
    world.change(world.child().name, pods=(pod(agent=left()),))
    world.settle()
    assert world.benchmark_phase() == "Running"  # the result may stand on the Job, which is watched apart
    world.change(world.child().name, ended="Complete", active=False, ended_at=world.now)
    world.settle()
    found = world.benchmark()
    assert (found.phase, found.reason, found.truncated) == ("Completed", "ResultTruncated", True)
    assert found.primary is not None
    assert found.primary.value == 0.5
    assert found.result_digest is None


def test_a_result_on_the_job_goes_before_what_the_agent_left() -> None:
    world = running()
    world.change(
        world.child().name,
        pods=(pod(agent=left()),),
        ended="Complete",
        active=False,
        ended_at=world.now,
        result=replace(GOOD, digest="d1"),
    )
    world.settle()
    found = world.benchmark()
    assert (found.phase, found.reason, found.truncated, found.result_digest) == ("Completed", None, None, "d1")


def test_what_an_adapter_printed_last_is_never_taken_for_a_result() -> None:
    world = running()
    printed = json.dumps(RESULT)
    world.change(
        world.child().name,
        pods=(pod(1, agent=Agent(ended=True), message=printed),),
        ended="Failed",
        active=False,
        ended_at=world.now,
    )
    world.settle()
    assert world.benchmark().reason == "AdapterFailed"


@pytest.mark.parametrize(
    ("ended", "exit_code", "reason", "said"),
    [
        ("Complete", 0, "ResultsMissing", "NaN"),
        ("Failed", 3, "AdapterFailed", "/ ValueError: no such model"),
    ],
)
def test_an_end_without_a_result_says_what_is_known_of_it(ended: Any, exit_code: int, reason: str, said: str) -> None:
    world = running()
    log = "Traceback (most recent call last):\n  File x\nValueError: no such model" if exit_code else ""
    pods = (pod(exit_code, agent=Agent(ended=True), message=log),)
    world.change(world.child().name, pods=pods, ended=ended, active=False, ended_at=world.now)
    world.settle()
    found = world.benchmark()
    assert (found.phase, found.reason) == ("Failed", reason)
    assert found.message is not None
    assert said in found.message


def test_a_disrupted_pods_result_counts_although_another_pod_has_taken_its_place() -> None:
    world = running()
    gone = replace(pod(143, agent=left()), name="gone")
    world.change(world.child().name, pods=(gone, Pod("new", "Running", started=True, agent=Agent(), sdk=True)))
    world.settle()
    assert world.benchmark_phase() == "Completed"
