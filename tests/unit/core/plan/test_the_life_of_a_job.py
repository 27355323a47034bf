"""One job from acceptance to verdict, look by look."""

from dataclasses import replace

import pytest

from referee.api.conditions import Reason
from referee.core.children import Trouble
from referee.core.refusal import Refusal
from tests.unit.core.world import BAD, GOOD, World, a_job, a_plan


def test_a_job_runs_reports_and_completes() -> None:
    world = World(job=a_job(passCriteria={"threshold": 0.5}), resolved=a_plan(passCriteria={"threshold": 0.5}))
    world.look()
    assert world.phase() == "Pending"
    assert world.status.plan is not None
    assert len(world.children) == 1

    world.runs()
    world.look()
    assert world.phase() == "Running"
    assert world.condition("Reconciling") == ("True", "Running")

    world.reports()
    world.look()
    assert world.phase() == "Completed"
    assert world.condition("Finished") == ("True", "Completed")
    assert world.condition("Complete") == ("True", "Completed")
    assert world.condition("Passed") == ("True", "AllGatesPassed")
    assert world.status.score == pytest.approx(0.75)
    assert world.benchmark().primary is not None


def test_a_model_that_fails_its_gate_is_a_complete_run() -> None:
    world = World(resolved=a_plan(passCriteria={"threshold": 0.9}))
    world.look()
    world.reports()
    world.look()
    assert world.condition("Complete")[0] == "True"
    assert world.condition("Passed") == ("False", "GateFailed")
    assert world.condition("Stalled")[0] == "False"


def test_an_enforced_gate_that_failed_is_unhealthy() -> None:
    world = World(job=a_job(enforceGate=True), resolved=a_plan(passCriteria={"threshold": 0.9}))
    world.look()
    world.reports()
    world.look()
    assert world.condition("Stalled") == ("True", "GateFailed")


def test_without_criteria_the_verdict_is_unknown() -> None:
    world = World()
    world.look()
    world.reports()
    world.look()
    assert world.condition("Passed") == ("Unknown", "NoCriteria")
    assert world.condition("Complete")[0] == "True"


def test_no_more_children_run_at_once_than_parallelism_allows() -> None:
    world = World(job=a_job(execution={"parallelism": 2}), resolved=a_plan(5))
    world.look()
    assert [c.index for c in world.children.values()] == [0, 1]
    world.reports(index=1)
    world.look()
    assert sorted(c.index for c in world.children.values()) == [0, 1, 2]
    world.edit(execution=world.job.spec.execution.model_copy(update={"parallelism": 4}))
    world.look()
    assert sorted(c.index for c in world.children.values()) == [0, 1, 2, 3, 4]


def test_a_failed_attempt_is_tried_again_and_then_given_up() -> None:
    world = World(job=a_job(backoffLimit=1))
    world.look()
    world.runs()
    world.look()
    world.ends(exit_code=3)
    world.settle()
    assert world.benchmark().attempt == 2
    assert world.benchmark().reason == "AdapterFailed"
    assert world.child().attempt == 2
    world.ends(exit_code=3)
    world.settle()
    assert world.benchmark_phase() == "Failed"
    assert world.phase() == "Failed"
    assert world.condition("Failed") == ("True", "BenchmarksFailed")
    assert world.condition("Passed")[0] == "Unknown"


def test_what_the_adapter_calls_hopeless_is_not_tried_again() -> None:
    world = World(job=a_job(backoffLimit=3))
    world.look()
    world.reports(replace(BAD, retryable=False))
    world.look()
    assert world.phase() == "Failed"
    assert world.benchmark().attempt == 1


def test_some_failed_is_partially_failed_and_undecided() -> None:
    world = World(job=a_job(backoffLimit=0), resolved=a_plan(2, passCriteria={"threshold": 0.5}))
    world.look()
    world.reports(index=0)
    world.reports(BAD, index=1)
    world.look()
    assert world.phase() == "PartiallyFailed"
    assert world.status.score is None
    assert world.condition("Passed")[0] == "Unknown"
    assert world.condition("Stalled")[0] == "True"


def test_an_end_without_a_result_is_looked_at_once_and_then_missing() -> None:
    world = World(job=a_job(backoffLimit=0))
    world.look()
    child = world.child()
    world.change(child.name, ended="Complete", ended_at=world.now)
    decision = world.look()
    assert [c.name for c in decision.look] == [child.name]
    world.look()
    assert world.benchmark().reason == "ResultsMissing"


def test_the_termination_message_is_the_second_way_home() -> None:
    world = World()
    world.look()
    world.ends(message='{"status":"Completed","metrics":[{"name":"acc","value":0.5,"n":10}]}')
    world.look()
    assert world.benchmark_phase() == "Completed"


def test_a_child_that_ran_and_is_gone_is_lost_and_not_run_again() -> None:
    world = World(job=a_job(backoffLimit=3))
    world.look()
    world.runs()
    world.look()
    world.vanishes()
    world.settle()
    assert world.benchmark().reason == "ChildLost"
    assert not world.children


def test_a_child_that_never_ran_and_is_gone_is_made_again() -> None:
    world = World()
    world.look()
    world.vanishes()
    world.look()
    assert world.child().attempt == 1


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (Trouble(Reason.QUOTA_EXCEEDED, "exceeded quota"), "QuotaExceeded"),
        (Trouble(Reason.MISSING_SECRET, 'secret "key" not found'), "MissingSecret"),
    ],
)
def test_why_a_child_does_not_start_is_told_and_has_a_deadline(trouble: Trouble, reason: str) -> None:
    world = World(job=a_job(pendingDeadlineSeconds=60))
    world.look()
    world.pass_time(3)
    decision = world.look()
    assert decision.look
    world.change(world.child().name, trouble=trouble)
    world.look()
    assert world.benchmark().reason == reason
    assert world.condition("Reconciling") == ("True", reason)
    world.pass_time(57)
    world.settle()
    assert world.benchmark().reason == "PendingDeadlineExceeded"
    assert reason in (world.benchmark().message or "")
    assert not world.children


def test_what_cannot_be_resolved_waits_and_is_given_up_in_the_end() -> None:
    world = World(job=a_job(pendingDeadlineSeconds=60), resolved=Refusal(Reason.PROVIDER_NOT_FOUND, "no p"))
    decision = world.look()
    assert world.condition("Stalled") == ("True", "ProviderNotFound")
    assert decision.wake is not None
    world.pass_time(60)
    world.look()
    assert world.phase() == "Failed"
    assert world.condition("Finished") == ("True", "ProviderNotFound")


def test_what_resolves_late_runs() -> None:
    world = World(resolved=Refusal(Reason.PROVIDER_NOT_FOUND, "no p"))
    world.look()
    world.resolved = a_plan()
    world.look()
    assert world.children
    assert world.condition("Stalled")[0] == "False"


def test_an_edit_after_the_end_refreshes_every_condition() -> None:
    world = World()
    world.look()
    world.reports()
    world.look()
    before = world.status.conditions
    world.edit(description="seen")
    world.look()
    assert world.status.observed_generation == 2
    assert {c.observed_generation for c in world.status.conditions} == {2}
    assert [c.last_transition_time for c in before] == [c.last_transition_time for c in world.status.conditions]


def test_a_result_without_a_metric_is_a_failure_with_a_reason() -> None:
    world = World(job=a_job(backoffLimit=0))
    world.look()
    world.reports(replace(GOOD, metrics=()))
    world.look()
    assert world.benchmark().reason == "NoMetrics"


def test_a_frozen_plan_outlives_its_provider() -> None:
    world = World(resolved=a_plan(2))
    world.look()
    world.resolved = Refusal(Reason.PROVIDER_NOT_FOUND, "deleted")
    world.reports(index=0)
    world.reports(index=1)
    world.look()
    assert world.phase() == "Completed"
