"""What happens after the end: another attempt, children that go, the job that goes."""

from referee.api.evaluationjob import Rerun
from referee.core.result import Result
from tests.unit.core.world import BAD, World, a_job, a_plan


def finished(benchmarks: int = 1, **spec: object) -> World:
    world = World(job=a_job(**spec), resolved=a_plan(benchmarks))
    world.look()
    for index in range(benchmarks):
        world.reports(index=index)
    world.look()
    assert world.status.completion_time is not None
    return world


def test_a_new_token_starts_another_attempt_and_keeps_the_record() -> None:
    world = finished()
    world.edit(rerun=Rerun(token="again"))
    world.settle()
    assert world.status.attempt == 2
    assert [a.attempt for a in world.status.attempts] == [1]
    assert world.child().attempt == 2
    world.reports()
    world.look()
    assert world.status.verdict is not None
    assert world.status.verdict.attempts_on_same_plan == 2


def test_the_same_token_starts_nothing() -> None:
    world = finished(rerun={"token": "first"})
    world.look()
    assert world.status.attempt == 1


def test_rerun_of_failed_runs_only_what_did_not_execute() -> None:
    world = World(job=a_job(backoffLimit=0), resolved=a_plan(2))
    world.look()
    world.reports(index=0)
    world.reports(BAD, index=1)
    world.look()
    kept = world.benchmark(0)
    world.edit(rerun=Rerun(token="again", scope="Failed"))
    world.settle()
    assert world.benchmark(0) == kept
    assert world.benchmark_phase(1) == "Pending"
    assert world.child(1).attempt == 2
    world.reports(index=1)
    world.look()
    assert world.phase() == "Completed"


def test_a_cancelled_job_is_not_run_again() -> None:
    world = World()
    world.look()
    world.edit(cancel=True)
    world.settle()
    world.edit(rerun=Rerun(token="again"))
    world.settle()
    assert world.status.attempt == 1


def test_children_stay_as_long_as_their_outcome_is_worth_and_then_go() -> None:
    world = finished(childRetentionSeconds={"success": 60, "failure": 600})
    decision = world.look()
    assert decision.wake is not None
    world.pass_time(59)
    world.look()
    assert world.children
    world.pass_time(1)
    world.look()
    assert not world.children
    assert world.phase() == "Completed"


def test_retention_counts_from_when_the_result_stands_in_status() -> None:
    world = World(job=a_job(childRetentionSeconds={"success": 0, "failure": 0}))
    world.look()
    world.reports()
    decision = world.look()
    assert not decision.delete
    assert world.look().delete


def test_a_job_with_a_ttl_deletes_itself() -> None:
    world = finished(ttlSecondsAfterFinished=10)
    world.look()
    assert not world.deleted_job
    world.pass_time(10)
    world.look()
    assert world.deleted_job


def test_a_result_after_the_end_is_marked_and_never_counted() -> None:
    world = World(job=a_job(backoffLimit=0))
    world.look()
    world.runs()
    world.look()
    world.ends(exit_code=1)
    world.settle()
    assert world.phase() == "Failed"
    world.reports()
    world.settle()
    assert world.benchmark().late_result
    assert world.phase() == "Failed"


def test_a_result_that_was_no_good_is_not_late() -> None:
    world = World(job=a_job(backoffLimit=0))
    world.look()
    world.reports(Result("Completed"))
    world.settle()
    assert world.benchmark().reason == "NoMetrics"
    assert not world.benchmark().late_result
