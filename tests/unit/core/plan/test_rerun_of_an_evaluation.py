"""Another attempt at an evaluation: what was stored for its plan is not asked for twice, and no verdict is lost."""

from dataclasses import replace

import pytest

from referee.api.evaluationjob import Rerun
from tests.unit.core.plan.posting import HALF, PEOPLE, WHOLE, an_attempt, post
from tests.unit.core.shelf import EXACT, an_evaluation, planned
from tests.unit.core.world import BAD, World

LASTING = replace(BAD, retryable=False)


def a_world() -> World:
    job = an_evaluation(evaluators=[EXACT, PEOPLE], spec={"passCriteria": {"threshold": 0.1}})
    return World(job=job, resolved=planned(job))


def test_with_nothing_that_failed_a_rerun_of_what_failed_changes_nothing() -> None:
    world = a_world()
    an_attempt(world, WHOLE)
    before = world.status

    world.edit(rerun=Rerun(token="again", scope="Failed"))
    world.settle()

    assert (world.status.verdict, world.status.attempt) == (before.verdict, before.attempt)
    assert world.status.observed_rerun == "again"
    assert len(world.children) == 1


@pytest.mark.parametrize(("scope", "journal"), [("Failed", 1), ("All", 3)])
def test_what_people_posted_counts_for_as_long_as_the_plan_is_the_same(scope: str, journal: int) -> None:
    world = a_world()
    an_attempt(world, HALF)
    post(world, scores=2, pending=0)
    an_attempt(world, LASTING)
    assert world.phase() == "Failed"

    world.edit(rerun=Rerun(token="again", scope=scope))
    world.settle()

    plan = world.status.plan
    assert plan is not None
    first = plan["benchmarks"][0]
    assert (first.get("journalFirst", 1), first["firstAttempt"]) == (journal, 3)
    assert world.child().attempt == 3
