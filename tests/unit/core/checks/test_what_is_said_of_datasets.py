from typing import Any

import pytest

from referee.api.conditions import Reason
from referee.api.dataset import Dataset
from referee.api.evaluationjob import EvaluationJob
from referee.api.status import EvaluationJobStatus, Provenance
from referee.core.checks.standing import READY, Around, Standing, standing
from tests.unit.core.shelf import Shelf, an_evaluation, planned

ROWS = [{"question": "x", "answer": "1"}, {"id": "b", "input": "y"}]
ELSEWHERE = {"http": {"url": "http://files/capitals.jsonl"}}
DIGEST = "sha256:" + "5" * 64


def dataset(**spec: Any) -> Dataset:
    return Dataset.model_validate({"metadata": {"name": "capitals", "namespace": "team-a"}, "spec": spec})


def said(*runs: EvaluationJob, **spec: Any) -> Standing:
    return standing(dataset(**spec), Around(provider=lambda _: None, runs=lambda _: runs))


def run_over(spec: dict[str, Any], digest: str = DIGEST) -> EvaluationJob:
    """A run that read the dataset as it was then."""
    job = an_evaluation(dataset={"ref": "capitals"})
    plan = planned(job, Shelf(datasets=[dataset(**spec)]))
    status = EvaluationJobStatus(plan=plan.wire(), provenance=Provenance(dataset_digest=digest, dataset_count=7))
    return job.model_copy(update={"status": status})


def test_rows_in_the_manifest_are_counted_and_digested() -> None:
    found = said(inline=ROWS)
    assert found.claim == READY
    assert found.known["count"] == 2
    same = [{"target": "1", "input": "x"}, {"id": "b", "prompt": "y"}]
    assert said(inline=same).known == found.known
    assert said(inline=ROWS[:1]).known["digest"] != found.known["digest"]


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "two names": (
        {"inline": [*ROWS, {"input": "x", "prompt": "y"}]},
        "spec.inline[2].input: columns 'input' and 'prompt'",
    ),
    "one id": (
        {"inline": [{"id": 1, "input": "x"}, {"id": "1", "input": "y"}]},
        "spec.inline[1].id: '1' is also the id",
    ),
    "nothing asked": ({"inline": [{"id": "a"}]}, "spec.inline[0].input: a datapoint needs input, messages or output"),
    "a column that is not there": (
        {"inline": ROWS, "file": {"mapping": {"target": "answr"}}},
        "spec.inline[0].target: mapped to column 'answr', which this row lacks",
    ),
    "a mapping to no field": (
        {**ELSEWHERE, "file": {"mapping": {"answer": "a"}}},
        "spec.file.mapping.answer: is no field",
    ),
    "too much": ({"inline": [{"input": "x" * 140_000}]}, "spec.inline: the datapoints have 140014 bytes, 131072 fit"),
}


@pytest.mark.parametrize(("spec", "message"), BAD.values(), ids=BAD)
def test_it_says_which_row_and_field_is_wrong(spec: dict[str, Any], message: str) -> None:
    found = said(**spec)
    assert (found.claim.status, found.claim.reason) == ("False", Reason.INVALID_DATA)
    assert found.claim.message.startswith(message)
    assert found.known == {}


def test_of_data_elsewhere_nothing_is_known_until_a_run_has_read_it() -> None:
    found = said(**ELSEWHERE)
    assert found.claim == READY
    assert found.known == {"digest": None, "count": None}
    assert said(run_over(ELSEWHERE), **ELSEWHERE).known == {"digest": DIGEST, "count": 7}


@pytest.mark.parametrize(
    "other", [{"http": {"url": "http://files/others.jsonl"}}, {**ELSEWHERE, "file": {"mapping": {"input": "q"}}}]
)
def test_a_run_that_read_something_else_says_nothing(other: dict[str, Any]) -> None:
    assert said(run_over(other), **ELSEWHERE).known["digest"] is None
