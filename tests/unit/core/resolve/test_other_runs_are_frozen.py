"""Runs that a job refers to: found, over, of the same group, and frozen with the children whose records count."""

from typing import Any

import pytest

from referee.api.conditions import Reason
from referee.api.evaluationjob import EvaluationJob
from referee.api.status import EvaluationJobStatus
from tests.unit.core.shelf import Shelf, an_evaluation, planned, refused

RECORDED: dict[str, Any] = {"dataset": {"outputsOf": {"jobRef": "before"}}, "generation": "Recorded"}


def over(name: str = "before", verdict: str = "Pass", at: str = "2026-01-01T00:00:00Z", **spec: Any) -> EvaluationJob:
    """A job that is in its third attempt, which took two children; the earlier ones took one each."""
    job = an_evaluation(name, uid=f"uid-{name}", spec=spec)
    plan = planned(job)
    third = plan.model_copy(
        update={
            "benchmarks": [plan.benchmarks[0].model_copy(update={"first_attempt": 3, "journal_first": 3})],
            "digest": plan.digest,
        }
    )
    status = EvaluationJobStatus.model_validate(
        {
            "phase": "Completed",
            "attempt": 3,
            "completionTime": at,
            "plan": third.wire(),
            "score": 0.8,
            "verdict": {"result": verdict, "reason": "AllGatesPassed"},
            "attempts": [
                {"attempt": number, "phase": "Completed", "firstChildAttempt": number, "highestChildAttempt": number}
                for number in (1, 2)
            ],
            "benchmarks": [{"index": 0, "id": "evaluation", "provider": "referee_evaluators", "attempt": 4}],
            "evaluators": [{"name": "exact", "type": "Grader", "digest": "sha256:e", "value": 0.8, "n": 10}],
        }
    )
    return job.model_copy(update={"status": status})


@pytest.mark.parametrize(("attempt", "children"), [(None, (3, 4)), (3, (3, 4)), (1, (1, 1)), (2, (2, 2))])
def test_the_children_of_the_attempt_that_is_meant_are_frozen(attempt: int | None, children: tuple[int, int]) -> None:
    block = {**RECORDED, "dataset": {"outputsOf": {"jobRef": "before", "attempt": attempt}}}
    plan = planned(an_evaluation(**block), Shelf(jobs=[over()]))

    assert plan.evaluation is not None
    found = plan.evaluation.data.outputs_of
    assert found is not None
    assert (found.job_uid, found.first_child, found.last_child) == ("uid-before", *children)


def test_an_attempt_that_never_was_is_refused_with_those_that_were() -> None:
    block = {**RECORDED, "dataset": {"outputsOf": {"jobRef": "before", "attempt": 9}}}

    refusal = refused(an_evaluation(**block), Shelf(jobs=[over()]))

    assert (refusal.reason, "name one of 1, 2, 3" in refusal.message) == (Reason.JOB_NOT_FOUND, True)


def test_an_attempt_that_ran_nothing_has_no_outputs() -> None:
    job = over()
    records = [job.status.attempts[0], job.status.attempts[1].model_copy(update={"first_child_attempt": 0})]
    job = job.model_copy(update={"status": job.status.model_copy(update={"attempts": records})})
    block = {**RECORDED, "dataset": {"outputsOf": {"jobRef": "before", "attempt": 2}}}

    refusal = refused(an_evaluation(**block), Shelf(jobs=[job]))

    assert (refusal.reason, "name one of 1, 3" in refusal.message) == (Reason.JOB_NOT_FOUND, True)


def test_a_run_that_is_not_over_is_no_source_of_outputs() -> None:
    running = an_evaluation("before", uid="uid-before")

    refusal = refused(an_evaluation(**RECORDED), Shelf(jobs=[running]))

    assert (refusal.reason, "wait until it is over" in refusal.message) == (Reason.JOB_NOT_FOUND, True)


def test_a_baseline_is_frozen_with_its_figures() -> None:
    job = an_evaluation(spec={"baseline": {"jobRef": "before", "test": "Point"}})
    frozen = planned(job, Shelf(jobs=[over()])).baseline

    assert frozen is not None
    assert (frozen.job, frozen.attempt, frozen.last_child, frozen.score) == ("before", 3, 4, 0.8)
    assert [(metric.name, metric.value, metric.digest) for metric in frozen.metrics] == [("exact", 0.8, "sha256:e")]


def test_the_latest_that_passed_is_the_newest_of_the_group_with_the_tags() -> None:
    jobs = [
        over("old", at="2026-01-01T00:00:00Z", tags=["nightly"]),
        over("new", at="2026-01-02T00:00:00Z", tags=["nightly", "x"]),
        over("failed", verdict="Fail", at="2026-01-03T00:00:00Z", tags=["nightly"]),
        over("untagged", at="2026-01-04T00:00:00Z"),
        over("elsewhere", at="2026-01-05T00:00:00Z", tags=["nightly"], group="other"),
    ]
    job = an_evaluation(spec={"baseline": {"latestPassed": {"tags": ["nightly"]}, "test": "Point"}})
    frozen = planned(job, Shelf(jobs=jobs)).baseline

    assert frozen is not None
    assert frozen.job == "new"


@pytest.mark.parametrize(
    ("baseline", "jobs", "reason"),
    [
        ({"jobRef": "gone"}, [], Reason.BASELINE_NOT_FOUND),
        ({"jobRef": "capitals"}, [an_evaluation()], Reason.BASELINE_NOT_FOUND),
        ({"jobRef": "before"}, [an_evaluation("before", uid="u2")], Reason.BASELINE_NOT_FOUND),
        ({"jobRef": "before"}, [over(group="other")], Reason.NOT_COMPARABLE),
        ({"jobRef": "before", "attempt": 1}, [over()], Reason.BASELINE_NOT_FOUND),
        ({"latestPassed": {}}, [over(verdict="Fail")], Reason.BASELINE_NOT_FOUND),
        ({"latestPassed": {"group": "other"}}, [over(group="other")], Reason.NOT_COMPARABLE),
    ],
    ids=["gone", "itself", "not over", "another group", "an earlier attempt", "none passed", "of another group"],
)
def test_what_is_no_baseline_is_refused(baseline: dict[str, Any], jobs: list[EvaluationJob], reason: Reason) -> None:
    job = an_evaluation(spec={"baseline": {**baseline, "test": "Point"}})

    assert refused(job, Shelf(jobs=jobs)).reason == reason
