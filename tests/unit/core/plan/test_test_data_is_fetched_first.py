"""Test data that an init container fetches: its failure is the benchmark's, and what it came to stands in status."""

import json
from typing import Any

import pytest

from referee.core.pods import pod_from_object
from tests.unit.core.world import World, a_job


def a_pod(exit_code: int, message: str, *, running: bool = False, reason: str = "Error") -> Any:
    ended = {"exitCode": exit_code, "reason": reason, "message": message}
    return pod_from_object(
        {
            "metadata": {"name": "p"},
            "status": {
                "phase": "Running" if running else "Failed" if exit_code else "Pending",
                "initContainerStatuses": [{"name": "test-data", "state": {"terminated": ended}}],
                "containerStatuses": [
                    {
                        "name": "adapter",
                        "state": {"running": {}} if running else {"waiting": {"reason": "PodInitializing"}},
                    }
                ],
            },
        }
    )


def failed(message: str, **job: Any) -> World:
    world = World(job=a_job(**job))
    world.look()
    world.change(world.child().name, pods=(a_pod(1, message),), ended="Failed", active=False, ended_at=world.now)
    world.settle()
    return world


def test_what_the_source_came_to_is_in_status_while_the_adapter_runs() -> None:
    world = World()
    world.look()
    world.change(world.child().name, pods=(a_pod(0, '{"resolved": "abc123", "bytes": 5}', running=True),), active=True)
    world.settle()
    assert (world.benchmark().phase, world.benchmark().test_data_revision) == ("Running", "abc123")


def test_a_failure_says_why_in_the_fetchers_own_words() -> None:
    told = {"reason": "TestDataNotFound", "message": "git: no ref 'mian' at https://git.example/data"}
    found = failed(json.dumps(told), backoffLimit=0).benchmark()
    assert (found.phase, found.reason) == ("Failed", "TestDataNotFound")
    assert found.message == "testData: git: no ref 'mian' at https://git.example/data"


def test_what_cannot_be_helped_is_not_tried_again() -> None:
    told = {"reason": "TestDataForbidden", "message": "http: 10.0.0.1 is private"}
    world = failed(json.dumps(told), backoffLimit=3)
    assert (world.benchmark().phase, world.benchmark().attempt) == ("Failed", 1)


def test_what_may_pass_is_tried_again() -> None:
    world = failed('{"reason": "TestDataUnreachable", "message": "http: 503"}', backoffLimit=3)
    assert world.benchmark().attempt == 2


@pytest.mark.parametrize("message", ["", "Traceback", "[1]", "{"])
def test_a_fetcher_that_was_killed_is_told_by_its_exit_code(message: str) -> None:
    found = failed(message, backoffLimit=0).benchmark()
    assert found.reason == "TestDataFailed"
    assert found.message is not None
    assert "exit code 1 (Error)" in found.message
