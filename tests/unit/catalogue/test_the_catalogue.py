"""What Referee knows besides what it can run: ids that people's scripts name, each resolvable, none a promise."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from evalhub.models.api import Collection as SdkCollection
from evalhub.models.api import Provider as SdkProvider

from referee.api.evaluationjob import EvaluationJob
from referee.api.provider import Provider
from referee.api.runplan import RunPlan
from referee.core.refusal import Refusal
from referee.core.resolve import Allowed, resolve
from referee.gateway.evalhub.wire.collections import collection_document
from referee.gateway.evalhub.wire.providers import provider_document
from referee.local.catalogue import LocalCatalogue, built_in_collections, built_in_providers
from tests.unit.local.world import bundle

ROOT = Path(__file__).parents[3]
KNOWN = ("garak", "guidellm", "lighteval")
RESOURCE = {"id": "x", "created_at": "2026-01-01T00:00:00Z"}


@pytest.fixture
def catalogue(tmp_path: Path) -> LocalCatalogue:
    return LocalCatalogue(bundle(tmp_path, job_of(benchmarks=[{"provider": "garak", "id": "quick"}])), "default")


def job_of(**asked: Any) -> dict[str, Any]:
    return {
        "apiVersion": "referee.dev/v1alpha1",
        "kind": "EvaluationJob",
        "metadata": {"name": "asked"},
        "spec": {"model": {"url": "http://model.example/v1", "name": "m", "api": "Completions"}, **asked},
    }


def resolved(catalogue: LocalCatalogue, *, in_pods: bool = True, **asked: Any) -> RunPlan | Refusal:
    return resolve(EvaluationJob.model_validate(job_of(**asked)), catalogue, Allowed(in_pods=in_pods))


@pytest.mark.parametrize(
    ("provider", "benchmarks"),
    [
        (
            "lm_evaluation_harness",
            ["mmlu", "hellaswag", "truthfulqa", "gsm8k", "arc_easy", "arc_challenge", "winogrande"],
        ),
        ("lighteval", ["hellaswag", "mmlu", "gsm8k", "truthfulqa:gen", "knowledge", "math"]),
        (
            "garak",
            ["toxicity", "prompt_injection", "pii_leakage", "bias_detection", "owasp_llm_top10", "quick", "avid"],
        ),
        ("guidellm", ["sweep", "throughput", "concurrent", "constant", "poisson", "performance_test"]),
    ],
)
def test_ids_that_scripts_name_exist(catalogue: LocalCatalogue, provider: str, benchmarks: list[str]) -> None:
    found = catalogue.provider(provider)
    assert found is not None
    assert set(benchmarks) <= {benchmark.id for benchmark in found.spec.benchmarks}


def test_there_is_mathematics() -> None:
    found = [b.id for p in built_in_providers() for b in p.spec.benchmarks if b.category == "math"]
    assert {"gsm8k", "hendrycks_math", "aime24"} <= set(found)


@pytest.mark.parametrize("provider", built_in_providers(), ids=lambda provider: provider.id)
def test_agents_are_told_when_to_choose_a_provider_and_how_to_read_it(provider: Provider) -> None:
    agent = provider.spec.agent
    assert agent is not None
    said = (agent.evaluates, agent.recommended_when, agent.summary, agent.complements, agent.hints)
    assert all(said)
    assert agent.result_interpretation
    assert any("data needed" in hint for hint in agent.hints)
    assert set(agent.complements) <= {other.id for other in built_in_providers()} - {provider.id}


@pytest.mark.parametrize("id_", KNOWN)
@pytest.mark.parametrize("in_pods", [True, False], ids=["in a cluster", "on this machine"])
def test_what_is_known_and_not_installed_says_so_in_one_sentence(
    catalogue: LocalCatalogue, id_: str, in_pods: bool
) -> None:
    provider = catalogue.provider(id_)
    assert provider is not None
    first = provider.spec.benchmarks[0].id

    refusal = resolved(catalogue, in_pods=in_pods, benchmarks=[{"provider": id_, "id": first}])

    assert isinstance(refusal, Refusal)
    assert refusal.reason == "AdapterNotInstalled"
    assert f"Provider '{id_}' is known here but not installed" in refusal.message


@pytest.mark.parametrize("id_", KNOWN)
def test_with_an_image_it_is_installed(tmp_path: Path, catalogue: LocalCatalogue, id_: str) -> None:
    provider = catalogue.provider(id_)
    assert provider is not None
    assert provider.spec.adapter is not None
    adapter = provider.spec.adapter.model_copy(update={"image": "registry.example/x:1"})
    own = provider.model_copy(update={"spec": provider.spec.model_copy(update={"adapter": adapter})})
    installed = LocalCatalogue(bundle(tmp_path, own.wire()), "default")

    for benchmark in provider.spec.benchmarks:
        plan = resolved(installed, benchmarks=[{"provider": id_, "id": benchmark.id}])
        assert isinstance(plan, RunPlan), plan
        assert plan.adapters[id_].contract == "evalhub-v1"


@pytest.mark.parametrize("collection", built_in_collections(), ids=lambda collection: collection.id)
def test_every_reference_of_a_collection_resolves(catalogue: LocalCatalogue, collection: Any) -> None:
    plan = resolved(catalogue, collection={"id": collection.id})

    assert isinstance(plan, RunPlan), plan
    assert len(plan.benchmarks) == len(collection.spec.benchmarks)


def test_the_collection_of_the_sdks_pages_is_there() -> None:
    assert [collection.id for collection in built_in_collections()] == ["healthcare_safety_v1"]


def test_the_sdk_reads_all_of_it() -> None:
    for provider in built_in_providers():
        SdkProvider(resource=RESOURCE, **provider_document(provider.spec.wire(), provider.id))
    for collection in built_in_collections():
        SdkCollection(resource=RESOURCE, **collection_document(collection.spec.wire(), collection.id))


def test_the_chart_can_install_each_provider() -> None:
    values = yaml.safe_load((ROOT / "charts" / "referee" / "values.yaml").read_text())
    assert sorted(values["providers"]["catalogue"]["images"]) == list(KNOWN)
