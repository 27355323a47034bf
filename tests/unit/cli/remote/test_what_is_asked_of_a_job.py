"""Cancel and rerun as edits, and each case in which they would do nothing."""

from typing import Any

import pytest

from referee.api.evaluationjob import EvaluationJob
from referee.cli.remote import edits
from referee.cli.remote.port import RemoteError
from tests.unit.cli.jobs import finished, good


def running() -> EvaluationJob:
    job = finished([good(0.7)], [{"id": "one"}])
    return job.model_copy(
        update={"status": job.status.model_copy(update={"completion_time": None, "phase": "Running"})}
    )


def again(job: EvaluationJob, **rerun: Any) -> EvaluationJob:
    document = job.wire()
    document["spec"]["rerun"] = rerun
    return EvaluationJob.model_validate(document)


def test_a_job_that_runs_can_be_cancelled() -> None:
    assert edits.cancelled(running()) == {"spec": {"cancel": True}}


def test_one_that_is_over_cannot() -> None:
    with pytest.raises(RemoteError, match="capitals: is Completed already, there is nothing to cancel"):
        edits.cancelled(finished([good(0.7)], [{"id": "one"}]))


def test_a_job_that_is_to_run_again_is_not_over() -> None:
    done = finished([good(0.7)], [{"id": "one"}])
    assert edits.over(done)
    assert not edits.over(again(done, token="new"))


def test_each_rerun_has_a_token_of_its_own() -> None:
    done = finished([good(0.7), 3], [{"id": "one"}, {"id": "two"}])
    first, second = (edits.run_again(done, failed=failed)["spec"]["rerun"] for failed in (False, True))
    assert (first["scope"], second["scope"]) == ("All", "Failed")
    assert first["token"] != second["token"]


@pytest.mark.parametrize(
    ("job", "failed", "said"),
    [
        pytest.param(running(), False, "is Running; wait for its end", id="it runs"),
        pytest.param(
            finished([], [{"id": "one"}], cancel=True),
            False,
            "was cancelled, which is for good; submit it again under another name",
            id="it was cancelled",
        ),
        pytest.param(
            finished([good(0.7)], [{"id": "one"}]), True, "every benchmark was executed", id="nothing of it failed"
        ),
        pytest.param(
            again(finished([good(0.7)], [{"id": "one"}]), token="x"), False, "wait for its end", id="asked for already"
        ),
    ],
)
def test_a_rerun_that_would_do_nothing_is_refused(job: EvaluationJob, failed: bool, said: str) -> None:
    with pytest.raises(RemoteError, match=said):
        edits.run_again(job, failed=failed)
