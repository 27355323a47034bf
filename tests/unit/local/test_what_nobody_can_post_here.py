"""Without a cluster nobody posts outputs or scores: the first is refused, the second is not waited for."""

import pytest

from referee.local import differences
from referee.local.errors import LocalError
from tests.unit.core.plan.posting import HALF, PEOPLE
from tests.unit.core.shelf import EXACT, an_evaluation, planned
from tests.unit.core.world import World


def test_outputs_that_are_to_be_posted_are_refused_with_the_remedy() -> None:
    with pytest.raises(LocalError, match="nobody can post outputs here; put them into the dataset, as Recorded"):
        differences.refuse_what_cannot_be_done([an_evaluation(generation="External")])


def test_scores_of_people_are_said_to_be_missing() -> None:
    (note,) = differences.notes(an_evaluation(evaluators=[EXACT, PEOPLE]), None)

    assert note == "nobody can post scores here: those of people are missing (onDeadline: Unknown)"


def test_what_people_would_score_is_closed_at_once_and_not_after_a_day() -> None:
    job = an_evaluation(evaluators=[EXACT, PEOPLE])
    world = World(job=differences.without_waiting(job), resolved=planned(job))
    world.settle()
    world.runs()
    world.settle()
    world.reports(HALF)
    world.ends()
    world.settle()

    assert (world.child().attempt, world.benchmark().stage) == (2, "Closing")
