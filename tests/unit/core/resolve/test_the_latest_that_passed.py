"""`latestPassed`: the newest run that has something to compare, and no more of them read than needed."""

from collections.abc import Iterator
from typing import Any

from referee.api.conditions import Reason
from referee.api.evaluationjob import EvaluationJob
from referee.api.figures import EvaluatorStatus
from referee.api.status import EvaluationJobStatus
from tests.unit.core.resolve.test_other_runs_are_frozen import over
from tests.unit.core.shelf import Shelf, an_evaluation, planned, refused
from tests.unit.core.world import a_job


def named(name: str, *evaluators: str, at: str) -> EvaluationJob:
    """An evaluation that passed, with these evaluators."""
    job = over(name, at=at)
    found = [EvaluatorStatus(name=evaluator, type="Grader", value=0.5, n=10) for evaluator in evaluators]
    return job.model_copy(update={"status": job.status.model_copy(update={"evaluators": found})})


def of_benchmarks(name: str, *ids: str, at: str) -> EvaluationJob:
    """A run of benchmarks that passed."""
    job = a_job(benchmarks=[{"id": id_, "provider": "p"} for id_ in ids])
    job = job.model_copy(update={"metadata": job.metadata.model_copy(update={"name": name, "uid": f"uid-{name}"})})
    status = over(name, at=at).status
    found = [{"index": place, "id": id_, "provider": "p", "attempt": 1} for place, id_ in enumerate(ids)]
    wire = {**status.wire(), "evaluators": [], "benchmarks": found}
    return job.model_copy(update={"status": EvaluationJobStatus.model_validate(wire)})


LATEST: dict[str, Any] = {"baseline": {"latestPassed": {}, "test": "Point"}}


def test_the_latest_that_passed_is_one_that_can_be_compared() -> None:
    jobs = [
        named("older", "exact", at="2026-01-01T00:00:00Z"),
        named("outputs", "other", "exact.first", at="2026-01-02T00:00:00Z"),
        named("others", "other", at="2026-01-03T00:00:00Z"),
        of_benchmarks("benchmarks", "exact", at="2026-01-04T00:00:00Z"),
    ]
    frozen = planned(an_evaluation(spec=LATEST), Shelf(jobs=jobs)).baseline

    assert frozen is not None
    assert frozen.job == "outputs"


def test_where_none_can_be_compared_the_refusal_says_what_was_looked_for() -> None:
    jobs = [named("others", "other", at="2026-01-03T00:00:00Z")]

    refusal = refused(an_evaluation(spec=LATEST), Shelf(jobs=jobs))

    assert (refusal.reason, "in common with this one (exact)" in refusal.message) == (Reason.BASELINE_NOT_FOUND, True)


def test_only_as_many_runs_are_read_as_are_needed() -> None:
    read: list[str] = []

    class Counting(Shelf):
        def passed_jobs(self, group: str) -> Iterator[EvaluationJob]:
            for job in super().passed_jobs(group):
                read.append(job.metadata.name)
                yield job

    jobs = [named(f"run-{day}", "exact", at=f"2026-01-0{day}T00:00:00Z") for day in range(1, 10)]
    assert planned(an_evaluation(spec=LATEST), Counting(jobs=jobs)).baseline is not None
    assert read == ["run-9"]
