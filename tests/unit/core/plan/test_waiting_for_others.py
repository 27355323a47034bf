"""A benchmark whose outputs or scores others post waits without a child, and ends whatever happens."""

from typing import Any

import pytest

from tests.unit.core.plan.posting import HALF, PEOPLE, WHOLE, an_attempt, post
from tests.unit.core.shelf import EXACT, an_evaluation, planned
from tests.unit.core.world import START, World


def a_world(*, external: dict[str, Any] | None = None, **block: Any) -> World:
    spec = {"externalResults": external} if external else {}
    job = an_evaluation(evaluators=[EXACT, PEOPLE], spec=spec, **block)
    return World(job=job, resolved=planned(job))


def test_scores_that_are_missing_are_waited_for_without_a_child() -> None:
    world = a_world()
    an_attempt(world, HALF)

    assert (world.phase(), world.benchmark_phase()) == ("AwaitingResults", "AwaitingResults")
    assert world.benchmark().pending == 2
    assert world.condition("ResultsPending") == ("True", "AwaitingResults")
    assert world.condition("Finished")[0] == "False"
    assert len(world.children) == 1


def test_the_child_that_did_its_part_goes_while_others_take_their_time() -> None:
    world = a_world()
    an_attempt(world, HALF)

    world.pass_time(3601)
    world.settle()

    assert not world.children
    assert world.phase() == "AwaitingResults"


def test_the_last_score_starts_one_more_attempt_that_ends_the_run() -> None:
    world = a_world()
    an_attempt(world, HALF)
    post(world, scores=1, pending=1)
    world.settle()
    assert len(world.children) == 1

    post(world, scores=2, pending=0)
    world.settle()
    assert world.child().attempt == 2
    assert (world.benchmark().retries, world.benchmark().stage) == (0, "Closing")

    an_attempt(world, WHOLE)
    assert world.phase() == "Completed"
    assert world.condition("ResultsPending") == ("False", "ResultsComplete")


def test_what_a_closing_attempt_still_misses_never_comes() -> None:
    world = a_world()
    an_attempt(world, HALF)
    post(world, scores=2, pending=0)

    an_attempt(world, HALF)

    assert world.phase() == "Completed"


def test_scores_that_came_before_the_attempt_ended_are_not_waited_for() -> None:
    world = a_world()
    world.settle()
    post(world, scores=2, pending=0)

    an_attempt(world, WHOLE)

    assert world.phase() == "Completed"


def test_the_deadline_counts_from_when_it_began_to_wait() -> None:
    world = a_world(external={"deadlineSeconds": 100})
    an_attempt(world, HALF)

    world.pass_time(99)
    world.settle()
    assert len(world.children) == 1
    world.pass_time(1)
    world.settle()

    assert (world.child().attempt, world.benchmark().stage) == (2, "Closing")


def test_a_wait_wakes_at_its_deadline_by_itself() -> None:
    world = a_world(external={"deadlineSeconds": 100})
    an_attempt(world, HALF)

    assert world.benchmark().awaiting_since == START
    assert world.decide().wake is not None


def test_told_that_this_is_all_it_waits_no_more() -> None:
    world = a_world(external={"completion": "Explicit"})
    an_attempt(world, HALF)
    post(world, scores=2, pending=0, told=False)
    world.settle()
    assert len(world.children) == 1

    post(world, scores=2, pending=0, told=True)
    world.settle()

    assert world.child().attempt == 2


def test_silence_ends_a_wait_that_ends_by_silence() -> None:
    world = a_world(external={"completion": "Idle", "idleSeconds": 10})
    an_attempt(world, HALF)
    post(world, scores=1, pending=1)
    world.settle()
    assert len(world.children) == 1

    world.pass_time(10)
    world.settle()

    assert world.child().attempt == 2


@pytest.mark.parametrize("change", [{"cancel": True}], ids=["cancelled"])
def test_a_wait_ends_at_once_when_the_job_does(change: dict[str, Any]) -> None:
    world = a_world()
    an_attempt(world, HALF)

    world.edit(**change)
    world.settle()

    assert world.phase() == "Cancelled"


def test_suspended_it_goes_on_waiting_and_starts_nothing() -> None:
    world = a_world()
    an_attempt(world, HALF)
    world.edit(suspend=True)
    post(world, scores=2, pending=0)
    world.settle()
    assert len(world.children) == 1

    world.edit(suspend=False)
    world.settle()

    assert world.child().attempt == 2


def test_time_spent_waiting_is_not_time_of_the_run() -> None:
    world = a_world()
    world.edit(active_deadline_seconds=60)
    an_attempt(world, HALF)
    world.pass_time(3600)
    world.settle()

    assert world.phase() == "AwaitingResults"


class TestOutputsThatArePosted:
    def test_nothing_runs_before_they_are_there(self) -> None:
        world = a_world(generation="External")
        world.settle()

        assert world.phase() == "AwaitingResults"
        assert not world.children

    def test_never_a_child_a_post_but_one_when_they_are_complete(self) -> None:
        world = a_world(generation="External")
        world.settle()
        post(world, outputs=1)
        world.settle()
        assert not world.children

        post(world, outputs=2, pending=2)
        world.settle()

        assert (world.child().attempt, world.benchmark().stage) == (1, "Whole")

    def test_scores_are_waited_for_after_the_outputs(self) -> None:
        world = a_world(generation="External")
        world.settle()
        post(world, outputs=2, pending=2)
        an_attempt(world, HALF)
        assert world.phase() == "AwaitingResults"

        post(world, outputs=2, scores=2, pending=0)
        an_attempt(world, WHOLE)

        assert world.phase() == "Completed"
        assert world.benchmark().attempt == 2

    def test_scores_posted_before_the_outputs_are_found_by_the_first_attempt(self) -> None:
        world = a_world(generation="External")
        world.settle()
        post(world, outputs=2, scores=2, pending=0)
        an_attempt(world, WHOLE)

        assert world.phase() == "Completed"
        assert world.benchmark().attempt == 1
