"""Status of Dataset and Evaluator, with the Role of the chart: good ones, broken ones, edits, two with one id."""

import json
from typing import Any

import pytest

from referee.api.runplan import EVALUATORS_PROVIDER
from tests.integration.operator.running import SETTINGS, in_thread
from tests.integration.operator.team import Team, condition
from tests.integration.operator.test_scopes import identity
from tests.testbed.api_client import Json
from tests.testbed.cluster import Cluster

MERGE = "application/merge-patch+json"
ROWS: list[Json] = [
    {"question": "Capital of France?", "answer": "Paris", "language": "en"},
    {"id": "de", "input": "Hauptstadt von Frankreich?", "target": "Paris", "metadata": {"language": "de"}},
]
DIGEST = "sha256:d8c24cf5fbc2b1bcc4ce8a0a85b13c1a3b40b87c0d15d36e07b7d1c4bc4b9b71"


async def put(team: Team, kind: str, name: str, **spec: Any) -> str:
    path = team.path(kind.lower() + "s")
    body = {"apiVersion": "referee.dev/v1alpha1", "kind": kind, "metadata": {"name": name}, "spec": spec}
    await team.call("POST", path, body)
    return f"{path}/{name}"


async def edit(team: Team, path: str, **spec: Any) -> None:
    await team.call("PATCH", path, {"spec": spec}, MERGE)


async def ready(team: Team, path: str, *expected: str) -> Json:
    """The status once Ready stands so, for the newest generation."""

    def so(obj: Json) -> bool:
        status = obj.get("status", {})
        return (
            status.get("observedGeneration") == obj["metadata"]["generation"]
            and bool(status.get("conditions"))
            and condition(status, "Ready") == expected
        )

    found = await team.wait(path, so)
    status: Json = found["status"]
    return status


def stalled(job: Json) -> str:
    return condition(job, "Stalled")[1] if job.get("conditions") else ""


def message(status: Json) -> str:
    said: str = status["conditions"][0]["message"]
    return said


@pytest.mark.usefixtures("operator")
async def test_a_dataset_in_its_manifest_has_digest_and_count_or_says_which_row_is_wrong(team: Team) -> None:
    path = await put(team, "Dataset", "capitals", inline=ROWS)
    status = await ready(team, path, "True", "Ready")
    assert status["count"] == 2
    first = status["digest"]

    await edit(team, path, inline=[*ROWS, {"question": "x", "input": "y"}])
    status = await ready(team, path, "False", "InvalidData")
    assert message(status).startswith("spec.inline[2].input: columns 'input' and 'question' both give it, and differ")
    assert status.keys() == {"observedGeneration", "conditions"}

    await edit(team, path, inline=[*ROWS, {"id": "de", "input": "y"}])
    status = await ready(team, path, "False", "InvalidData")
    assert message(status) == "spec.inline[2].id: 'de' is also the id of [1]: ids must differ"

    await edit(team, path, inline=ROWS, file={"mapping": {"question": "q"}})
    status = await ready(team, path, "False", "InvalidData")
    assert message(status).startswith("spec.file.mapping.question: is no field of a datapoint")

    await edit(team, path, file={"mapping": None})
    status = await ready(team, path, "True", "Ready")
    assert (status["digest"], status["count"]) == (first, 2)


@pytest.mark.usefixtures("operator")
async def test_an_evaluator_has_a_digest_or_says_where_it_is_wrong(team: Team) -> None:
    code = "import math\n\ndef evaluate(llm_input, llm_output, **kw):\n    return len(llm_output)\n"
    path = await put(team, "Evaluator", "length", type="Code", code={"source": code})
    status = await ready(team, path, "True", "Ready")
    assert status["entrypoint"] == "Evaluate"
    assert status["digest"].startswith("sha256:")

    await edit(team, path, code={"source": code + "\ndef broken(:\n    pass\n"})
    status = await ready(team, path, "False", "InvalidEvaluator")
    assert message(status).startswith("spec.code.source line 6")
    assert "entrypoint" not in status
    assert "digest" not in status


BROKEN: dict[str, tuple[Json, str]] = {
    "a pattern": ({"type": "Grader", "grader": {"regex": {"pattern": "(a"}}}, "spec.grader.regex.pattern: missing )"),
    "a schema": (
        {"type": "Grader", "grader": {"jsonSchema": {"schema": {"properties": {"a": {"type": "text"}}}}}},
        "spec.grader.jsonSchema.schema.properties.a.type: 'text' is not valid",
    ),
    "a formula": ({"type": "Composite", "composite": {"formula": "0.5 * (exact + "}}, "spec.composite.formula: "),
    "a placeholder": (
        {"type": "LLM", "llm": {"prompt": "Is {{ ouput }} right?"}},
        "spec.llm.prompt: unknown placeholder 'ouput'; did you mean 'output'?",
    ),
    "two functions": (
        {"type": "Code", "code": {"source": "def f(log):\n  return 1\ndef g(log):\n  return 2\n"}},
        "spec.code.source line 3: more than one function could be the evaluator",
    ),
    "a target that it cannot do without": (
        {"type": "Code", "arguments": "TargetFree", "code": {"source": "def f(output, target):\n  return 1\n"}},
        "spec.arguments: TargetFree, but f (code.source line 1) cannot do without a target",
    ),
}


@pytest.mark.usefixtures("operator")
async def test_each_kind_of_mistake_is_told_with_its_place(team: Team) -> None:
    paths = [await put(team, "Evaluator", f"e{at}", **spec) for at, (spec, _) in enumerate(BROKEN.values())]
    for path, (_, said) in zip(paths, BROKEN.values(), strict=True):
        assert message(await ready(team, path, "False", "InvalidEvaluator")).startswith(said)


@pytest.mark.usefixtures("operator")
async def test_of_two_with_one_id_the_older_counts_until_it_goes(team: Team) -> None:
    for kind, spec in (("Dataset", {"inline": ROWS}), ("Evaluator", {"type": "Grader", "grader": {"stringCheck": {}}})):
        older = await put(team, kind, "first", id="the same", **spec)
        await ready(team, older, "True", "Ready")
        younger = await put(team, kind, "second", id="the same", **spec)
        status = await ready(team, younger, "False", "DuplicateID")
        assert message(status) == "first is older and has the same id 'the same': change one of the two"
        await team.call("DELETE", older)
        await ready(team, younger, "True", "Ready")


async def test_what_happened_while_the_operator_was_down_is_seen(team: Team, cluster: Cluster) -> None:
    path = await put(team, "Dataset", "capitals", inline=ROWS)
    with in_thread(identity(cluster, team.namespace), SETTINGS):
        await ready(team, path, "True", "Ready")
    await edit(team, path, inline=[{"id": "a"}])
    with in_thread(identity(cluster, team.namespace), SETTINGS):
        await ready(team, path, "False", "InvalidData")


@pytest.mark.usefixtures("operator")
async def test_the_digest_of_data_elsewhere_is_what_a_run_found_there(team: Team) -> None:
    await team.provide("referee-evaluators", id=EVALUATORS_PROVIDER)
    path = await put(team, "Dataset", "big", configMap={"name": "rows"})
    assert "digest" not in await ready(team, path, "True", "Ready")
    evaluator = {"name": "exact", "type": "Grader", "grader": {"stringCheck": {}}}
    await team.apply("run", benchmarks=0, evaluation={"dataset": {"ref": "big"}, "evaluators": [evaluator]})
    await team.starts()
    await team.reports(result=result(DIGEST))
    await team.phase("Completed")

    found = await team.wait(path, lambda dataset: dataset["status"].get("digest"))
    assert (found["status"]["digest"], found["status"]["count"]) == (DIGEST, 7)

    await edit(team, path, configMap={"name": "others"})
    await team.wait(path, lambda dataset: "digest" not in dataset["status"])


def result(digest: str) -> Json:
    mean = {"measure": "Mean", "value": 0.5, "stderr": 0.5, "n": 2, "method": "Wilson"}
    found = {"name": "exact", "type": "Grader", "scoreType": "Boolean", "n": 2, "measures": [mean]}
    return {
        "status": "Completed",
        "metrics": [{"name": "score", "value": 0.5, "n": 2, "type": "Numerical", "range": [0, 1]}],
        "samples": {"total": 2, "scored": 2, "errors": 0, "unscored": 0, "pending": 0},
        "evaluators": [found],
        "datasetDigest": digest,
        "datasetCount": 7,
    }


@pytest.mark.usefixtures("operator")
async def test_a_job_that_waits_for_its_evaluator_goes_on_when_it_comes(team: Team) -> None:
    await team.provide("referee-evaluators", id=EVALUATORS_PROVIDER)
    await team.apply("run", benchmarks=0, evaluation={"dataset": {"ref": "capitals"}, "evaluators": [{"ref": "exact"}]})
    await team.status(lambda s: stalled(s) == "EvaluatorNotFound")
    await put(team, "Evaluator", "exact", type="Grader", grader={"stringCheck": {}})
    await team.status(lambda s: stalled(s) == "DatasetNotFound")
    await put(team, "Dataset", "capitals", inline=ROWS)
    child = await team.child()
    spec = json.loads(child["spec"]["template"]["metadata"]["annotations"]["referee.dev/job-spec"])
    assert spec["referee"]["evaluation"]["dataset"]["inline"] == ROWS
