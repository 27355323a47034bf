"""The built-in adapter, as it is shipped, in a real pod: the numbers of a run in a cluster are those of `referee run`.

The model is a stub that answers the same every time, so that "the same numbers" means every digit of them.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.lm_eval.stub import Asked, Stub, serving
from tests.contract.lm_eval.tasks import add, generate, lines, sums
from tests.e2e.team import Team, benchmark_of
from tests.testbed.api_client import Json
from tests.testbed.cluster import Cluster
from tests.testbed.node import Node

pytestmark = pytest.mark.node

NAME = "arithmetic"
ITEMS = 30
BROKEN = "13 + 14 ="
"""The one item at which the model fails."""
PATIENCE = 120


@pytest.fixture(scope="module")
def model(node: Node) -> Iterator[Stub]:
    def breaks_at_one_item(asked: Asked) -> tuple[int, str] | None:
        return (500, "out of order") if BROKEN in asked.text else None

    with serving(node.host_address) as stub:
        stub.answer = add
        stub.fault = breaks_at_one_item
        yield stub


@pytest.fixture(scope="module")
def manifests(team: Team, model: Stub) -> list[Json]:
    data = {"sums.yaml": generate(), "sums.jsonl": lines(sums(ITEMS))}
    benchmark = {
        "id": "custom",
        "provider": "lm_evaluation_harness",
        "parameters": {"task": "sums"},
        "testData": {"configMap": {"name": NAME}},
        "primaryScore": {"metric": "exact_match", "lowerIsBetter": False, "range": [0, 1]},
        "passCriteria": {"threshold": 0.5, "measure": "Mean", "bound": "Worst"},
    }
    spec = {
        "model": {"url": model.url, "name": "stub"},
        "benchmarks": [benchmark],
        "execution": {"retry": {"maxRetries": 0}, "maxErrorRate": 0.1},
    }
    metadata = {"name": NAME, "namespace": team.namespace}
    return [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data},
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


@pytest.fixture(scope="module")
def local(manifests: list[Json], model: Stub, tmp_path_factory: pytest.TempPathFactory) -> Json:
    """The status after `referee run` of the same manifests."""
    directory = tmp_path_factory.mktemp("local")
    file = directory / "manifests.yaml"
    file.write_text("\n---\n".join(map(json.dumps, manifests)))
    command = [str(Path(sys.executable).with_name("referee")), "run", str(file), "--model-url", model.url, "-o", "json"]
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    status: Json = json.loads(done.stdout)["status"]
    return status


def test_the_score_stands_in_status_with_its_uncertainty_and_the_verdict(in_the_cluster: Json) -> None:
    primary = benchmark_of(in_the_cluster)["primary"]

    # of 1, 3, ... 59 the multiples of 7 are wrong: 7, 21, 35, 49; the one item that broke counts nowhere
    assert (primary["value"], primary["n"]) == (25 / 29, 29)
    assert primary["stderr"] > 0
    assert primary["ciLow"] < primary["value"] < primary["ciHigh"]
    assert (benchmark_of(in_the_cluster)["samples"], benchmark_of(in_the_cluster)["errors"]) == (30, 1)
    assert in_the_cluster["verdict"]["result"] == "Pass"


def test_the_numbers_are_those_of_a_run_without_a_cluster(in_the_cluster: Json, local: Json) -> None:
    assert _numbers(in_the_cluster) == _numbers(local)


@pytest.mark.usefixtures("in_the_cluster")
def test_kubectl_shows_it_in_a_row(cluster: Cluster, team: Team) -> None:
    header, row = cluster.kubectl("get", "evaluationjobs", "-n", team.namespace, NAME).splitlines()

    shown = dict(zip(header.split(), row.split(), strict=True))
    assert {name: shown[name] for name in ("NAME", "MODEL", "PHASE", "DONE", "PASSED")} == {
        "NAME": NAME,
        "MODEL": "stub",
        "PHASE": "Completed",
        "DONE": "1/1",
        "PASSED": "True",
    }
    assert float(shown["SCORE"]) == pytest.approx(25 / 29)


def test_no_sample_leaves_the_pod(team: Team, in_the_cluster: Json) -> None:
    (child,), (pod,) = team.children(NAME), team.pods(NAME)

    told = json.dumps([in_the_cluster, child, pod])

    assert all(item["q"] not in told for item in sums(ITEMS))


def _numbers(status: Json) -> Json:
    """What was measured and decided; not when, or by which pod."""
    benchmark = benchmark_of(status)
    kept = ("metrics", "primary", "samples", "errors", "unscored", "phase")
    scores = {name: status.get(name) for name in ("score", "scoreStderr", "scoreCiLow", "scoreCiHigh", "verdict")}
    return {**scores, **{name: benchmark.get(name) for name in kept}}
