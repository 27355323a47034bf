"""From the body of a submit to a manifest, and back to what was asked for."""

import json
from typing import Any

import pytest

from referee.api.evaluationjob import EvaluationJob
from referee.gateway.errors import Malformed
from referee.gateway.evalhub.wire.config import configuration
from referee.gateway.evalhub.wire.manifest import to_resource
from referee.gateway.evalhub.wire.reading import read_as, read_json
from referee.gateway.evalhub.wire.requests import JobRequest

Json = dict[str, Any]

MODEL = {"url": "http://m/v1", "name": "m"}
BENCHMARK = {"id": "arc", "provider_id": "harness"}


def body(**fields: Any) -> Json:
    return {"name": "n", "model": MODEL, "benchmarks": [BENCHMARK], **fields}


def manifest(**fields: Any) -> Json:
    made = to_resource(read_as(JobRequest, body(**fields)), "id", "team", {"a": "b"})
    EvaluationJob.model_validate(made)
    return made


def refusal(raw: bytes | Json) -> Malformed:
    with pytest.raises(Malformed) as refused:
        read_as(JobRequest, read_json(raw if isinstance(raw, bytes) else json.dumps(raw).encode()))
    return refused.value


def test_the_name_is_a_display_name_and_the_id_is_the_objects() -> None:
    made = manifest(description="d", tags=["t"])

    assert made["metadata"] == {"name": "id", "namespace": "team", "annotations": {"a": "b"}}
    assert made["spec"]["displayName"] == "n"
    assert (made["spec"]["description"], made["spec"]["tags"]) == ("d", ["t"])


def test_all_benchmarks_start_at_once_as_there() -> None:
    assert manifest(benchmarks=[BENCHMARK] * 20)["spec"]["execution"] == {"parallelism": 64}


def test_nulls_are_as_good_as_absent() -> None:
    nothing: Json = dict.fromkeys(
        ("description", "tags", "experiment", "exports", "queue", "pass_criteria", "custom", "collection")
    )
    benchmark = {**BENCHMARK, **dict.fromkeys(("parameters", "primary_score", "pass_criteria", "test_data_ref"))}

    assert manifest(**nothing, benchmarks=[benchmark]) == manifest()
    assert manifest(benchmarks=[{**BENCHMARK, "parameters": {"a": None, "b": [None]}}])["spec"]["benchmarks"][0][
        "parameters"
    ] == {"b": [None]}


@pytest.mark.parametrize(("given", "kept"), [(5, 5), (5.9, 5), (1, 1)])
def test_num_examples_is_a_field_of_its_own(given: float, kept: int) -> None:
    benchmark = manifest(benchmarks=[{**BENCHMARK, "parameters": {"num_examples": given, "x": 1}}])["spec"][
        "benchmarks"
    ][0]

    assert (benchmark["numExamples"], benchmark["parameters"]) == (kept, {"x": 1})


@pytest.mark.parametrize("given", [0, -1, "5", True, [5]])
def test_a_num_examples_that_is_none_is_refused(given: Any) -> None:
    with pytest.raises(Malformed, match=r"benchmarks\[0\]\.parameters\.num_examples"):
        manifest(benchmarks=[{**BENCHMARK, "parameters": {"num_examples": given}}])


def test_what_we_have_no_field_for_comes_back() -> None:
    asked = body(
        model={**MODEL, "card_url": "http://card"},
        benchmarks=[BENCHMARK, {**BENCHMARK, "hardware_config": {"gpus": 2}}],
        custom={"mine": {"x": [1]}},
    )
    spec = to_resource(read_as(JobRequest, asked), "id", "team", {})["spec"]

    assert spec["custom"]["mine"] == {"x": [1]}
    assert configuration(spec, "id", {}) == asked


def test_the_gateways_own_part_of_custom_cannot_be_written() -> None:
    with pytest.raises(Malformed, match=r"custom\.evalhub"):
        manifest(custom={"evalhub": {}})


def test_signing_is_not_pretended() -> None:
    coordinates = {"oci_host": "h", "oci_repository": "r"}
    with pytest.raises(Malformed, match="not signed"):
        manifest(exports={"oci": {"coordinates": coordinates, "signing": {"type": "key-pair"}}})


@pytest.mark.parametrize(
    ("raw", "code", "said"),
    [
        (b"", "invalid_json_request", ""),
        (b"\xff", "invalid_json_request", ""),
        (b"[" * 100_000, "invalid_json_request", ""),
        (b'{"name": NaN}', "invalid_json_request", "NaN"),
        (b'{"name": 1e999}', "invalid_json_request", "1e999"),
        (b"[]", "invalid_json_request", ""),
        (b"null", "request_validation_failed", "name"),
        (body(name=5), "invalid_json_request", "name"),
        (body(tags="x"), "invalid_json_request", "tags"),
        (body(benchmarks=[{**BENCHMARK, "weight": True}]), "invalid_json_request", "benchmarks[0].weight"),
        (body(name=""), "request_validation_failed", "name"),
        (body(model={"url": "http://[", "name": "m"}), "request_validation_failed", "model.url"),
        (body(model={"url": "file:///x", "name": "m"}), "request_validation_failed", "model.url"),
        (body(benchmarks=[{"id": "arc"}]), "request_validation_failed", "benchmarks[0].provider_id"),
        (body(collection={"id": "set"}), "request_validation_failed", "exactly one"),
        (body(queue={"name": "q.q"}), "request_validation_failed", "queue.name"),
    ],
)
def test_what_is_wrong_is_named(raw: bytes | Json, code: str, said: str) -> None:
    refused = refusal(raw)

    assert refused.message_code == code
    assert said in refused.message
