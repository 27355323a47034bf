"""job.json: the keys that the published SDK reads, and how ours become them."""

import warnings
from typing import Any

import pytest

from referee.core.jobspec import Host, Turn, job_spec
from tests.unit.core.others import job_of_others, plan_of_others

with warnings.catch_warnings():  # of what the SDK itself imports
    warnings.simplefilter("ignore", DeprecationWarning)
    from evalhub.adapter.models.job import JobSpec

ORDER = [
    *("id", "provider_id", "benchmark_id", "benchmark_index", "model", "num_examples", "parameters"),
    *("experiment_name", "tags", "callback_url", "exports", "primary_score", "referee"),
]


def document(adapter: dict[str, Any] | None = None, **benchmark: Any) -> dict[str, Any]:
    plan = plan_of_others(adapter, **benchmark)
    return job_spec(job_of_others(), plan, plan.benchmarks[0], Turn(1), Host("http://localhost:8080", "llm-key"))


def test_the_published_sdk_reads_it() -> None:
    spec = JobSpec.model_validate(document(numExamples=5))
    assert spec.exports is not None
    assert spec.exports.oci is not None
    assert spec.exports.oci.coordinates.oci_repository == "team-a/results"
    assert spec.tags == [{"key": "team", "value": "a"}]
    assert spec.num_examples == 5
    assert spec.model.auth is not None


def test_its_keys_stand_in_the_order_in_which_that_server_writes_them() -> None:
    assert list(document(numExamples=5)) == ORDER


@pytest.mark.parametrize(
    ("given", "parameters", "examples"),
    [
        ({"num_examples": 7, "x": 1}, {"x": 1}, 7),
        ({"num_examples": 7.9}, {}, 7),
        ({"num_examples": "many"}, {}, None),
        ({"num_examples": True}, {}, None),
        ({"x": 1}, {"x": 1}, None),
    ],
    ids=str,
)
def test_the_number_of_samples_moves_out_of_the_parameters(
    given: dict[str, Any], parameters: dict[str, Any], examples: int | None
) -> None:
    found = document(parameters=given)
    assert found["parameters"] == parameters
    assert found.get("num_examples") == examples


def test_what_the_job_says_of_the_number_of_samples_wins() -> None:
    assert document(parameters={"num_examples": 7}, numExamples=3)["num_examples"] == 3


def test_an_adapter_of_ours_gets_its_parameters_as_they_are() -> None:
    found = document(adapter={"contract": "referee-v1"}, parameters={"num_examples": 7})
    assert found["parameters"] == {"num_examples": 7}


def test_the_direction_of_the_primary_score_is_said_only_where_lower_is_better() -> None:
    assert document()["primary_score"] == {"metric": "acc"}
    lower = {"metric": "err", "lowerIsBetter": True}
    assert document(primaryScore=lower)["primary_score"] == {"metric": "err", "lower_is_better": True}


def test_the_name_of_the_registrys_secret_is_not_in_it() -> None:
    assert "push" not in str(document())
