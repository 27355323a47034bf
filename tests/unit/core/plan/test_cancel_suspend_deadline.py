"""Ends that come from outside: cancel, suspend, the active deadline."""

from tests.unit.core.world import GOOD, World, a_job, a_plan


def running(**spec: object) -> World:
    world = World(job=a_job(**spec), resolved=a_plan(3))
    world.job = world.job.model_copy(
        update={
            "spec": world.job.spec.model_copy(
                update={"execution": world.job.spec.execution.model_copy(update={"parallelism": 2})}
            )
        }
    )
    world.look()
    world.runs(0)
    world.runs(1)
    world.look()
    return world


def test_cancel_tells_children_to_end_and_keeps_what_they_had() -> None:
    world = running()
    world.edit(cancel=True)
    decision = world.look()
    assert len(decision.stop) == 2
    assert world.phase() == "Cancelling"
    assert world.benchmark_phase(2) == "Cancelled"

    world.change(world.child(0).name, partial=GOOD)
    world.reports(index=1)
    world.ends(0, exit_code=143)
    world.settle()
    assert world.phase() == "Cancelled"
    assert world.benchmark_phase(0) == "Cancelled"
    assert world.benchmark(0).partial
    assert world.benchmark(0).primary is not None
    assert world.benchmark_phase(1) == "Completed"
    assert world.condition("Passed")[0] == "Unknown"


def test_cancel_leaves_no_cancelled_child() -> None:
    world = running()
    world.edit(cancel=True)
    world.look()
    world.ends(0, exit_code=143)
    world.ends(1, exit_code=143)
    world.settle()
    assert not world.children


def test_a_child_that_never_had_a_pod_is_deleted_at_once() -> None:
    world = World()
    world.look()
    world.edit(cancel=True)
    world.settle()
    assert not world.children
    assert world.phase() == "Cancelled"


def test_a_cancelled_child_is_deleted_only_after_its_end_stands_in_status() -> None:
    world = running()
    world.edit(cancel=True)
    world.look()
    world.ends(0, exit_code=143)
    decision = world.look()
    assert world.benchmark_phase(0) == "Cancelled"
    assert not decision.delete
    assert [c.index for c in world.look().delete] == [0]


def test_suspend_ends_children_and_resume_starts_the_attempt_anew() -> None:
    world = running()
    world.edit(suspend=True)
    decision = world.look()
    assert len(decision.stop) == 2
    assert world.phase() == "Suspended"
    assert world.condition("Suspended") == ("True", "Suspended")
    world.ends(0, exit_code=143)
    world.reports(index=1)
    world.settle()
    assert world.benchmark_phase(0) == "Suspended"
    assert world.benchmark_phase(1) == "Completed"
    assert [c.index for c in world.children.values()] == [1]

    world.edit(suspend=False)
    world.settle()
    assert world.benchmark(0).attempt == 2
    assert world.benchmark(0).retries == 0
    assert {c.index for c in world.children.values()} == {0, 1, 2}


def test_resumed_while_it_is_still_ending_it_waits_for_the_end() -> None:
    world = running()
    world.edit(suspend=True)
    world.look()
    world.edit(suspend=False)
    world.settle()
    assert world.benchmark(0).attempt == 1
    world.ends(0, exit_code=143)
    world.settle()
    assert world.benchmark(0).attempt == 2


def test_suspended_from_the_start_nothing_runs() -> None:
    world = World(job=a_job(suspend=True))
    world.settle()
    assert not world.children
    assert world.phase() == "Suspended"
    world.edit(suspend=False)
    world.look()
    assert world.child().attempt == 1


def test_the_active_deadline_ends_everything_with_its_reason() -> None:
    world = running(activeDeadlineSeconds=100)
    world.reports(index=1)
    world.pass_time(100)
    world.look()
    world.ends(0, exit_code=143)
    world.settle()
    assert world.benchmark(0).reason == "DeadlineExceeded"
    assert world.benchmark(2).reason == "DeadlineExceeded"
    assert world.benchmark_phase(1) == "Completed"
    assert world.phase() == "PartiallyFailed"
    assert world.condition("Finished") == ("True", "DeadlineExceeded")


def test_a_suspended_job_uses_no_active_time() -> None:
    world = running(activeDeadlineSeconds=100)
    world.pass_time(50)
    world.edit(suspend=True)
    world.look()
    world.ends(0, exit_code=143)
    world.ends(1, exit_code=143)
    world.settle()
    world.pass_time(10_000)
    world.settle()
    world.edit(suspend=False)
    decision = world.look()
    assert world.phase() in ("Pending", "Running")
    assert decision.wake is not None
    world.pass_time(49)
    world.settle()
    assert world.status.completion_time is None
    world.pass_time(1)
    for index in (0, 1):
        world.runs(index)
    world.look()
    world.ends(0, exit_code=143)
    world.ends(1, exit_code=143)
    world.settle()
    assert world.condition("Finished") == ("True", "DeadlineExceeded")


def test_a_partial_result_never_gates() -> None:
    world = World(job=a_job(backoffLimit=0), resolved=a_plan(passCriteria={"threshold": 0.1}))
    world.look()
    world.runs()
    world.look()
    world.change(world.child().name, partial=GOOD)
    world.ends(exit_code=1)
    world.settle()
    assert world.benchmark().partial
    assert world.condition("Passed")[0] == "Unknown"
