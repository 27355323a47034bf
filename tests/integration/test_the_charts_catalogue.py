"""The chart's providers and collections, as helm renders them, are taken by a real API server."""

import json
import subprocess
from typing import Any

import pytest
import yaml

from referee.api.crd import files
from tests.testbed.binaries import NODE, find_or_build
from tests.testbed.cluster import ROOT, Cluster

TEMPLATE = "templates/provider.yaml"


def _name(document: dict[str, Any]) -> str:
    return str(document["metadata"]["name"])


def rendered(*values: str, chart: str = "referee", only: str | None = TEMPLATE) -> list[dict[str, Any]]:
    settings = [part for value in values for part in ("--set", value)]
    command = [str(find_or_build(NODE)["helm"]), "template", "referee", str(ROOT / "charts" / chart), *settings]
    command += ["--show-only", only] if only else []
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [document for document in yaml.safe_load_all(done.stdout) if document]


def test_the_chart_of_the_crds_renders_to_the_crds() -> None:
    # what a chart holds is a template: two braces in a description are one too
    documents = rendered(chart="referee-crds", only=None)

    crds = [document for document in documents if document["kind"] == "CustomResourceDefinition"]
    assert sorted(crds, key=_name) == sorted((yaml.safe_load(text) for text in files().values()), key=_name)


@pytest.mark.parametrize("clusterwide", ["true", "false"])
def test_the_chart_renders_as_a_whole(clusterwide: str) -> None:
    documents = rendered(
        f"scope.clusterWide={clusterwide}", "scope.catalogueNamespace=shared", "aggregateRoles=true", only=None
    )

    assert {document["metadata"]["name"] for document in documents if document["kind"] == "Deployment"} == {
        "referee-operator",
        "referee-gateway",
    }


def test_code_runs_only_where_the_values_say_so() -> None:
    def allowed(*values: str) -> Any:
        (provider,) = [one for one in rendered(*values) if one["spec"]["id"] == "referee_evaluators"]
        return provider["spec"]["adapter"].get("allowCode", False)

    assert not allowed()
    assert allowed("providers.evaluators.allowCode=true")


def test_all_of_it_is_accepted(cluster: Cluster, namespace: str) -> None:
    documents = rendered()

    for document in documents:
        kinds = f"{document['kind'].lower()}s"
        path = f"/apis/referee.dev/v1alpha1/namespaces/{namespace}/{kinds}/{document['metadata']['name']}"
        cluster.api.apply(path, json.dumps(document))
    assert {(document["kind"], document["spec"]["id"]) for document in documents} == {
        ("Provider", "lm_evaluation_harness"),
        ("Provider", "referee_evaluators"),
        ("Provider", "lighteval"),
        ("Provider", "garak"),
        ("Provider", "guidellm"),
        ("Collection", "healthcare_safety_v1"),
    }


def test_an_image_installs_a_provider_and_leaves_the_others_alone() -> None:
    documents = rendered("providers.catalogue.images.garak=registry.example/garak:1")

    adapters = {document["spec"]["id"]: document["spec"].get("adapter", {}) for document in documents}
    assert adapters["garak"]["image"] == "registry.example/garak:1"
    assert adapters["garak"]["contract"] == "evalhub-v1"
    assert "image" not in adapters["lighteval"]


@pytest.mark.parametrize(
    ("values", "left"),
    [
        (
            ["providers.catalogue.enabled=false"],
            ["healthcare_safety_v1", "lm_evaluation_harness", "referee_evaluators"],
        ),
        (
            ["collections.enabled=false"],
            ["garak", "guidellm", "lighteval", "lm_evaluation_harness", "referee_evaluators"],
        ),
        (
            ["collections.enabled=false", "providers.catalogue.enabled=false"],
            ["lm_evaluation_harness", "referee_evaluators"],
        ),
        (
            [
                "collections.enabled=false",
                "providers.catalogue.enabled=false",
                "providers.lmEvaluationHarness.enabled=false",
            ],
            ["referee_evaluators"],
        ),
        (
            ["providers.evaluators.enabled=false", "providers.catalogue.enabled=false"],
            ["healthcare_safety_v1", "lm_evaluation_harness"],
        ),
    ],
)
def test_each_part_can_be_left_out(values: list[str], left: list[str]) -> None:
    assert sorted(document["spec"]["id"] for document in rendered(*values)) == left


def test_a_provider_that_the_chart_does_not_know_is_refused() -> None:
    with pytest.raises(subprocess.CalledProcessError):
        rendered("providers.catalogue.images.ragas=registry.example/ragas:1")
