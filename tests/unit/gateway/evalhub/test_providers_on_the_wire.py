"""Providers and collections in EvalHub's words, to our resources and back."""

from typing import Any

import pytest
from evalhub.models.api import Benchmark, BenchmarkReference, CollectionCreateRequest, ProviderCreateRequest

from referee.api.manifest import parse
from referee.gateway.errors import Malformed
from referee.gateway.evalhub.wire.catalogue_requests import CollectionRequest, ProviderRequest
from referee.gateway.evalhub.wire.collections import collection_document, collection_spec
from referee.gateway.evalhub.wire.providers import provider_document, provider_spec
from referee.gateway.evalhub.wire.reading import read_as

Json = dict[str, Any]
PROVIDER: Json = {
    "name": "My harness",
    "title": "Harness",
    "description": "d",
    "tags": ["nlp"],
    "runtime": {
        "k8s": {
            "image": "registry.example/h:1",
            "entrypoint": ["python", "main.py"],
            "cpu_request": "100m",
            "memory_request": "128Mi",
            "cpu_limit": "2",
            "memory_limit": "4Gi",
            "env": [{"name": "A", "value": "b"}],
        },
        "local": {"command": "python main.py --fast"},
    },
    "benchmarks": [
        {
            "id": "mmlu",
            "url": "https://example.org/mmlu",
            "name": "MMLU",
            "description": "57 subjects",
            "category": "knowledge",
            "metrics": ["acc", "acc_norm"],
            "num_few_shot": 5,
            "dataset_size": 14042,
            "tags": ["mcq"],
            "primary_score": {"metric": "ppl", "lower_is_better": True},
            "pass_criteria": {"threshold": 0.25},
            "agent": {"result_interpretation": "r", "score_ranges": [{"range": "0-1", "meaning": "m"}]},
            "domains": ["knowledge"],
        }
    ],
    "agent": {
        "evaluates": ["knowledge"],
        "recommended_when": ["always"],
        "target_type": "inference_server",
        "summary": "s",
        "complements": ["garak"],
        "hints": ["h"],
        "result_interpretation": ["higher is better"],
    },
}
COLLECTION: Json = {
    "name": "Safety first",
    "description": "d",
    "category": "safety",
    "tags": ["s"],
    "custom": {"team": "red"},
    "pass_criteria": {"threshold": 0.7},
    "benchmarks": [
        {
            "id": "b",
            "provider_id": "p",
            "weight": 2,
            "primary_score": {"metric": "acc"},
            "pass_criteria": {"threshold": 0.5},
            "parameters": {"num_fewshot": 3, "num_examples": 100},
            "test_data_ref": {"pvc": {"claim_name": "data"}},
        }
    ],
    "agent": {"summary": "s"},
    "domains": ["health"],
}


def provider(document: Json) -> Json:
    return provider_spec(read_as(ProviderRequest, document))


def collection(document: Json) -> Json:
    return collection_spec(read_as(CollectionRequest, document))


def test_a_provider_comes_back_as_it_was_given() -> None:
    assert provider_document(provider(PROVIDER), "id") == PROVIDER


def test_a_collection_comes_back_as_it_was_given() -> None:
    assert collection_document(collection(COLLECTION), "id") == COLLECTION


def test_both_are_what_the_api_server_takes() -> None:
    for kind, spec in (("Provider", provider(PROVIDER)), ("Collection", collection(COLLECTION))):
        head = {"apiVersion": "referee.dev/v1alpha1", "kind": kind, "metadata": {"name": "x"}}
        assert parse({**head, "spec": spec}).kind == kind


def test_what_was_built_with_the_sdk_is_spoken_to_as_such() -> None:
    spec = provider(PROVIDER)

    assert spec["adapter"] == {
        "image": "registry.example/h:1",
        "command": ["python", "main.py"],
        "localCommand": ["python", "main.py", "--fast"],
        "env": [{"name": "A", "value": "b"}],
        "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"cpu": "2", "memory": "4Gi"}},
        "contract": "evalhub-v1",
    }
    assert spec["displayName"] == "My harness"
    assert collection(COLLECTION)["benchmarks"][0]["numExamples"] == 100


def test_the_spelling_of_evalhubs_answers_is_taken_too_and_the_files_wins() -> None:
    go = {
        "Image": "i",
        "Entrypoint": ["run"],
        "CPURequest": "1",
        "cpu_request": "2",
        "MemoryRequest": "",
        "CPULimit": "4",
        "MemoryLimit": "8Gi",
        "Env": [{"Name": "A", "Value": "b"}],
    }

    shown = provider_document(provider({"name": "n", "runtime": {"k8s": go}}), "id")["runtime"]["k8s"]

    assert shown == {
        "image": "i",
        "entrypoint": ["run"],
        "cpu_request": "2",
        "cpu_limit": "4",
        "memory_limit": "8Gi",
        "env": [{"name": "A", "value": "b"}],
    }


@pytest.mark.parametrize(
    "command", ["python main.py", "FOO=1 python main.py", "a | b", "echo 'x y'", "true", "run  twice", "run --x=1"]
)
def test_a_local_command_comes_back_as_it_was_written(command: str) -> None:
    document = {"name": "n", "runtime": {"local": {"command": command}}}

    assert provider_document(provider(document), "id")["runtime"] == {"local": {"command": command}}


def test_what_the_cli_sends_with_nulls_is_as_if_they_were_absent() -> None:
    benchmark = Benchmark(id="b", name="B", category="c")
    sent = ProviderCreateRequest(name="n", benchmarks=[benchmark]).model_dump(mode="json")
    assert None in sent.values()
    assert provider(sent) == provider({"name": "n", "benchmarks": [{"id": "b", "name": "B", "category": "c"}]}) | {
        "benchmarks": [{"id": "b", "name": "B", "category": "c", "numFewShot": 0}]
    }
    reference = BenchmarkReference(id="b", provider_id="p")
    sent = CollectionCreateRequest(name="n", category="c", benchmarks=[reference]).model_dump(mode="json")
    assert collection(sent)["benchmarks"] == [{"id": "b", "provider": "p", "weight": 1}]


def test_a_provider_without_a_name_of_its_own_is_called_by_its_id() -> None:
    assert provider_document({"benchmarks": [{"id": "b"}]}, "harness") == {
        "name": "harness",
        "title": "",
        "benchmarks": [{"id": "b", "name": "b", "category": "general", "num_few_shot": 0, "dataset_size": 0}],
    }


@pytest.mark.parametrize(
    ("document", "code", "says"),
    [
        ({}, "request_validation_failed", "name: Field required"),
        ({"name": None}, "request_validation_failed", "name: Field required"),
        ({"name": " "}, "request_validation_failed", "name: must not be blank"),
        ({"name": 5}, "invalid_json_request", "name: "),
        ({"name": "n", "tags": ["a,b"]}, "request_validation_failed", "tags[0]: a tag has"),
        ({"name": "n", "benchmarks": [{"id": ""}]}, "request_validation_failed", "benchmarks[0].id: must not be empty"),
        ({"name": "n", "agent": {"target_type": "cat"}}, "request_validation_failed", "agent.target_type: "),
        ([], "invalid_json_request", "the body: "),
    ],
)
def test_what_would_break_every_list_is_refused(document: Any, code: str, says: str) -> None:
    with pytest.raises(Malformed) as refused:
        provider(document)

    assert refused.value.message_code == code
    assert says in refused.value.message


def test_a_collection_needs_a_name_a_category_and_a_benchmark() -> None:
    with pytest.raises(Malformed, match=r"name: Field required; category: Field required; benchmarks: Field required"):
        collection({})
    with pytest.raises(Malformed, match="benchmarks: List should have at least 1 item"):
        collection({"name": "n", "category": "c", "benchmarks": []})


def test_benchmark_id_is_an_id_as_the_sdks_own_model_has_it() -> None:
    document = {"name": "n", "category": "c", "benchmarks": [{"benchmark_id": "b", "provider_id": "p"}]}

    assert collection(document)["benchmarks"] == [{"id": "b", "provider": "p"}]
