"""A job spec is read whole, with defaults where a host knows nothing of Referee, and errors that name the field."""

from pathlib import Path
from typing import Any

import pytest

from referee_adapter import SpecError
from referee_adapter.spec import read_spec
from tests.unit.adapter.receiver import job, write_job

FULL = job(
    "http://gateway/secret/",
    num_examples=100,
    primary_score={"metric": "acc", "lower_is_better": False},
    parameters={"num_fewshot": 5},
    referee={
        "namespace": "team-a",
        "attempt": 3,
        "task": "mmlu_anatomy",
        "confidence": 0.95,
        "model": {"api": "Completions", "headers": {"X-Team": "a"}, "timeoutSeconds": 30, "parameters": {"seed": 7}},
        "execution": {
            "batchSize": 8,
            "requestsPerMinute": 60,
            "retry": {
                "maxRetries": 1,
                "initialDelaySeconds": 0.5,
                "maxDelaySeconds": 2,
                "backoffFactor": 3,
                "jitter": False,
            },
        },
        "sampling": {"method": "Random", "seed": 11},
        "metrics": [{"name": "acc", "type": "Boolean", "lowerIsBetter": False, "range": [0, 1]}],
    },
)


def test_everything_that_is_given_is_taken(tmp_path: Path) -> None:
    spec = read_spec(write_job(tmp_path, FULL))

    assert (spec.id, spec.benchmark_index, spec.attempt, spec.task) == ("nightly", 2, 3, "mmlu_anatomy")
    assert spec.callback_url == "http://gateway/secret"
    assert (spec.model.url, spec.model.api, spec.model.timeout_seconds) == ("http://model:8000/v1", "Completions", 30)
    assert (spec.model.headers, spec.model.parameters) == ({"X-Team": "a"}, {"seed": 7})
    assert (spec.num_examples, spec.primary_metric) == (100, "acc")
    assert (spec.execution.batch_size, spec.execution.requests_per_minute) == (8, 60)
    assert (spec.execution.retry.max_retries, spec.execution.retry.jitter) == (1, False)
    assert (spec.sampling.method, spec.sampling.seed) == ("Random", 11)
    assert [(metric.name, metric.type) for metric in spec.metrics] == [("acc", "Boolean")]


def test_a_host_that_knows_nothing_of_referee_is_served_with_defaults(tmp_path: Path) -> None:
    spec = read_spec(write_job(tmp_path, job()))

    assert (spec.attempt, spec.task, spec.num_examples, spec.primary_metric) == (1, None, None, None)
    assert (spec.model.api, spec.model.timeout_seconds, spec.execution.batch_size) == ("Chat", 120, 5)
    assert spec.execution.retry.max_retries == 3
    assert spec.sampling.method == "First"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"id": None}, "job.json.id must be a string; it is missing"),
        ({"benchmark_id": " "}, "job.json.benchmark_id must be a string that is not blank; it is str ' '"),
        ({"benchmark_index": "two"}, "job.json.benchmark_index must be a whole number of at least 0; it is str 'two'"),
        ({"benchmark_index": True}, "job.json.benchmark_index must be a whole number of at least 0; it is bool True"),
        ({"num_examples": 0}, "job.json.num_examples must be a whole number of at least 1; it is int 0"),
        ({"parameters": []}, "job.json.parameters must be an object; it is list []"),
        ({"model": {"name": "m"}}, "job.json.model.url must be a string; it is missing"),
        ({"callback_url": None}, "job.json.callback_url must be a string; it is missing"),
        (
            {"referee": {"model": {"api": "Telepathy"}}},
            "job.json.referee.model.api must be one of Chat, Completions, HTTP; it is str 'Telepathy'",
        ),
        (
            {"referee": {"model": {"api": "HTTP", "http": {"method": "DELETE"}}}},
            "job.json.referee.model.http.method must be one of POST, PUT, GET; it is str 'DELETE'",
        ),
        (
            {"referee": {"execution": {"retry": {"backoffFactor": float("nan")}}}},
            "job.json.referee.execution.retry.backoffFactor must be a number of at least 0; it is float nan",
        ),
        (
            {"referee": {"metrics": [{"name": "acc"}, {"type": "Boolean"}]}},
            "job.json.referee.metrics[1].name must be a string; it is missing",
        ),
        (
            {"referee": {"model": {"headers": {"X-Depth": 3}}}},
            "job.json.referee.model.headers.X-Depth must be a string; it is int 3",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_error_names_the_field_and_what_stands_there(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    with pytest.raises(SpecError) as caught:
        read_spec(write_job(tmp_path, job() | change))

    assert str(caught.value) == message


def test_a_whole_number_may_be_written_as_a_float(tmp_path: Path) -> None:
    assert read_spec(write_job(tmp_path, job(num_examples=40.0))).num_examples == 40


@pytest.mark.parametrize("content", ["{", "[]", "\xff"], ids=["cut off", "a list", "not UTF-8"])
def test_a_file_that_is_no_json_object_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "job.json"
    path.write_bytes(content.encode("latin-1"))

    with pytest.raises(SpecError, match=r"job\.json"):
        read_spec(path)


def test_a_missing_file_says_what_to_set(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="EVALHUB_JOB_SPEC_PATH"):
        read_spec(tmp_path / "nowhere.json")
