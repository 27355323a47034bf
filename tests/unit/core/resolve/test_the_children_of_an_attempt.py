"""Which children an attempt of another run consists of, as the planner keeps records of it."""

from dataclasses import replace
from typing import Literal

from referee.api.evaluationjob import EvaluationJob, Rerun
from referee.api.status import MAX_ATTEMPTS_KEPT
from referee.core.result import Result
from tests.unit.core.plan.posting import WHOLE
from tests.unit.core.shelf import Shelf, an_evaluation, planned
from tests.unit.core.world import BAD, World

LASTING = replace(BAD, retryable=False)


def run_again(scope: Literal["All", "Failed"], *results: Result) -> EvaluationJob:
    """A job that was run once for each result."""
    world = World(job=an_evaluation())
    world.resolved = planned(world.job)
    for number, result in enumerate(results):
        if number:
            world.edit(rerun=Rerun(token=f"t{number}", scope=scope))
        world.settle()
        world.runs()
        world.reports(result)
        world.ends()
        world.settle()
    assert world.status.completion_time is not None
    return world.job


def children_of(job: EvaluationJob, attempt: int) -> tuple[int, int]:
    dataset = {"outputsOf": {"jobRef": "capitals", "attempt": attempt}}
    later = an_evaluation("later", uid="u2", dataset=dataset, generation="Recorded")
    plan = planned(later, Shelf(jobs=[job]))
    assert plan.evaluation is not None
    found = plan.evaluation.data.outputs_of
    assert found is not None
    return found.first_child, found.last_child


def test_the_oldest_record_that_is_kept_begins_where_it_began_and_not_with_the_job() -> None:
    job = run_again("All", *[WHOLE] * (MAX_ATTEMPTS_KEPT + 3))

    assert job.status.attempts[0].attempt == 3
    assert [children_of(job, number) for number in (3, 4, 13)] == [(3, 3), (4, 4), (13, 13)]


def test_a_rerun_of_what_failed_has_the_outputs_of_the_attempt_that_it_goes_on_with() -> None:
    job = run_again("Failed", LASTING, LASTING, WHOLE)

    assert [children_of(job, number) for number in (1, 2, 3)] == [(1, 1), (1, 2), (1, 3)]
