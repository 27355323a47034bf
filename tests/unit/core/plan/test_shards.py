"""Shares of an evaluation run in one Job of several pods; one more attempt puts them together."""

import pytest

from referee.core.result import ReportedMetric, Result, Samples
from tests.unit.core.shelf import an_evaluation, planned
from tests.unit.core.world import World

WHOLE = Result("Completed", (ReportedMetric("score", 0.5, 0.1, 2),), Samples(total=2, scored=2, errors=0, unscored=0))


def sharded() -> World:
    job = an_evaluation(spec={"execution": {"shards": 2}})
    return World(job=job, resolved=planned(job))


@pytest.mark.parametrize("exit_code", [0, 1], ids=["all shares done", "a share failed"])
def test_when_the_shares_are_over_one_attempt_does_the_rest_and_reports(exit_code: int) -> None:
    world = sharded()
    world.settle()
    assert (world.child().pods_wanted, world.benchmark().stage) == (2, "Shards")
    world.runs()
    world.settle()
    world.ends(exit_code=exit_code)
    world.settle()

    assert (world.child().attempt, world.child().pods_wanted, world.benchmark().stage) == (2, 1, "Whole")
    assert world.benchmark().retries == 0
    world.runs()
    world.settle()
    world.reports(WHOLE)
    world.ends()
    world.settle()
    assert world.phase() == "Completed"


def test_a_receipt_of_one_pod_is_no_result_of_all() -> None:
    world = sharded()
    world.settle()
    world.runs()
    world.reports(WHOLE)
    world.settle()

    assert world.benchmark_phase() == "Running"


def test_a_failed_attempt_to_put_them_together_is_tried_again_as_a_whole() -> None:
    world = sharded()
    world.settle()
    world.runs()
    world.settle()
    world.ends()
    world.settle()
    world.runs()
    world.settle()
    world.ends(exit_code=1)
    world.settle()

    assert (world.child().attempt, world.benchmark().stage, world.benchmark().retries) == (3, "Whole", 1)


def test_shares_that_end_while_the_job_is_suspended_cost_no_attempt() -> None:
    world = sharded()
    world.edit(backoff_limit=0)
    world.settle()
    world.runs()
    world.settle()
    world.ends()
    world.edit(suspend=True)
    world.settle()
    assert (world.phase(), world.benchmark_phase()) == ("Suspended", "Suspended")

    world.edit(suspend=False)
    world.settle()

    assert (world.child().attempt, world.benchmark().stage, world.benchmark().retries) == (2, "Whole", 0)
