"""An attempt that is superseded, disrupted or queued again: nothing runs twice, and nothing waits for ever."""

from dataclasses import replace

from referee.api.conditions import Reason
from referee.api.evaluationjob import Rerun
from referee.core.pods import Pod
from referee.core.refusal import Refusal
from tests.unit.core.world import BAD, World, a_job, a_plan


def test_the_next_attempt_waits_until_the_last_one_is_over() -> None:
    world = World(job=a_job(backoffLimit=1))
    world.look()
    world.runs()
    world.look()
    world.reports(BAD)  # and its process hangs
    world.settle()
    first = world.child()
    assert first.attempt == 1
    assert first.stopping
    world.ends(exit_code=143)
    world.settle()
    assert world.child().attempt == 2


def test_a_rerun_waits_for_the_pod_that_an_earlier_run_left() -> None:
    world = World()
    world.look()
    world.runs()
    world.reports()
    world.look()
    world.edit(rerun=Rerun(token="again"))
    world.settle()
    assert [c.attempt for c in world.children.values()] == [1]
    world.ends(exit_code=143)
    world.settle()
    assert world.child().attempt == 2


def disrupted() -> World:
    """Its node was drained, and the Job controller made another pod, which cannot start."""
    world = World(job=a_job(pendingDeadlineSeconds=60))
    world.look()
    world.runs()
    world.look()
    child = world.child()
    gone = replace(child.pods[0], phase="Failed", exit_code=143)
    stuck = Pod("new", "Pending", waiting=("ImagePullBackOff", "no such image"))
    world.change(child.name, pods=(gone, stuck))
    return world


def test_a_replaced_pod_that_cannot_start_is_told_and_has_a_deadline_of_its_own() -> None:
    world = disrupted()
    world.pass_time(1000)
    world.settle()
    assert world.benchmark_phase() == "Pending"
    assert world.benchmark().reason == "ImagePullFailed"
    world.pass_time(60)
    world.settle()
    assert world.benchmark().reason == "PendingDeadlineExceeded"


def test_a_replaced_pod_that_starts_after_all_goes_on() -> None:
    world = disrupted()
    world.settle()
    world.change(world.child().name, pods=(Pod("new", "Running", started=True),))
    world.settle()
    assert world.benchmark_phase() == "Running"
    assert world.benchmark().reason is None
    assert world.benchmark().waiting_since is None


def test_a_child_that_a_queue_took_back_and_somebody_deleted_is_lost() -> None:
    world = World()
    world.look()
    world.runs()
    world.look()
    world.change(world.child().name, suspended=True, pods=(), active=False)
    world.settle()
    assert world.benchmark_phase() == "Queued"
    world.vanishes()
    world.settle()
    assert world.benchmark().reason == "ChildLost"


def test_numbers_of_attempts_are_never_used_twice_however_many_runs_were_refused() -> None:
    world = World(job=a_job(pendingDeadlineSeconds=1))
    world.look()
    world.reports()
    world.settle()
    world.resolved = Refusal(Reason.PROVIDER_NOT_FOUND, "gone")
    for number in range(12):
        world.edit(rerun=Rerun(token=f"t{number}"))
        world.look()
        world.pass_time(1)
        world.settle()
    world.resolved = a_plan()
    world.edit(rerun=Rerun(token="last"))
    world.settle()
    assert world.child().attempt == 2
