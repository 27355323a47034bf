"""Jobs that wait for an application's outputs and people's labels: no pod does, and one goes on when all is there.

All are applied at once; each test looks at its own.
"""

from collections.abc import Iterator

import httpx
import pytest

from tests.contract.lm_eval.stub import serving
from tests.e2e.evaluations import PATIENCE, an_evaluation, answer, sums
from tests.e2e.people import People
from tests.e2e.team import Team, benchmark_of
from tests.testbed.api_client import Json
from tests.testbed.node import Node

pytestmark = pytest.mark.node

FEW = 10
RIGHT: Json = {"name": "right", "type": "Grader", "grader": {"numeric": {}}, "passCriteria": {"threshold": 0.5}}
PEOPLE: Json = {
    "name": "people",
    "type": "Human",
    "human": {"minLabels": 1},
    "score": {"type": "Numerical", "min": 1, "max": 5, "passing": 4},
    "passCriteria": {"threshold": 3},
}


@pytest.fixture(scope="module")
def people(team: Team) -> Iterator[People]:
    made = People.of(team)
    yield made
    made.client.close()


@pytest.fixture(scope="module", autouse=True)
def _applied(team: Team, node: Node) -> Iterator[None]:
    def external(name: str, evaluators: list[Json], **spec: Json) -> Json:
        job = an_evaluation(name, team.namespace, "", FEW, generation="External", evaluators=evaluators, spec=spec)
        del job["spec"]["model"]
        return job

    with serving(node.host_address) as stub:
        stub.answer = answer
        jobs = [
            an_evaluation("labelled", team.namespace, stub.url, FEW, evaluators=[RIGHT, PEOPLE]),
            external("posted", [RIGHT]),
            external("told", [RIGHT, PEOPLE], externalResults={"completion": "Explicit"}),
        ]
        for job in jobs:
            team.cluster.api.post(team.path("").rstrip("/"), job, fieldValidation="Strict")
        yield


def label(sample: str, value: float, evaluator: str = "people") -> Json:
    return {"sample_id": sample, "evaluator": evaluator, "value": value}


def outputs(name: str) -> list[Json]:
    return [{"sample_id": row["id"], "output": answer(row["input"])} for row in sums(FEW, name)]


def test_outputs_that_are_posted_before_there_is_a_pod_are_scored_by_one(team: Team, people: People) -> None:
    team.phase("AwaitingResults", "posted", PATIENCE)
    assert (team.children("posted"), team.pods("posted")) == ([], [])
    lines = outputs("posted")

    assert people.post("posted", "outputs", *lines[:6]).json()["accepted"] == 6
    assert people.post("posted", "outputs", *lines[4:]).json()["accepted"] == 6

    status = team.phase("Completed", "posted", PATIENCE)
    assert len(team.children("posted")) == 1
    (gate,) = status["verdict"]["gates"]
    assert (gate["result"], gate["value"], status["verdict"]["result"]) == ("Pass", 0.6, "Pass")
    assert people.post("posted", "outputs", *lines).status_code == httpx.codes.CONFLICT


def test_a_gate_of_people_who_did_not_say_all_is_unknown_once_somebody_says_that_this_was_all(
    team: Team, people: People
) -> None:
    team.phase("AwaitingResults", "told", PATIENCE)
    assert people.post("told", "outputs", *outputs("told")).status_code == httpx.codes.OK
    assert people.post("told", "scores", *(label(f"s{n}", 5) for n in range(7))).status_code == httpx.codes.OK
    assert team.children("told") == []

    assert people.post("told", "complete").status_code == httpx.codes.OK

    status = team.phase("Completed", "told", PATIENCE)
    assert len(team.children("told")) == 1
    gates = {gate["subject"]: gate for gate in status["verdict"]["gates"]}
    assert gates["evaluator right"]["result"] == "Pass"
    assert (gates["evaluator people"]["result"], status["verdict"]["result"]) == ("Unknown", "Unknown")
    assert (gates["evaluator people"]["reason"], gates["evaluator people"]["n"]) == ("ScoresMissing", 7)


def test_no_pod_waits_for_people_and_the_job_goes_on_when_they_have_said_all(team: Team, people: People) -> None:
    status = team.phase("AwaitingResults", "labelled", PATIENCE)
    pending = next(condition for condition in status["conditions"] if condition["type"] == "ResultsPending")
    assert (pending["status"], benchmark_of(status)["pending"]) == ("True", FEW)
    team.cluster.api.wait(
        team.jobs + f"/{benchmark_of(status)['jobName']}", lambda job: not job["status"].get("active")
    )
    assert all(pod["status"]["phase"] == "Succeeded" for pod in team.pods("labelled"))
    assert people.state("labelled") == "running"

    assert people.post("labelled", "scores", *(label(f"s{n}", 4) for n in range(6))).json()["accepted"] == 6
    strange = people.post("labelled", "scores", label("s6", 2), label("s7", 2, "others"))
    assert (strange.status_code, "'others'" in strange.text) == (httpx.codes.BAD_REQUEST, True)
    assert people.state("labelled") == "running"
    assert len(team.children("labelled")) == 1
    again = [label("s5", 4), *(label(f"s{n}", 2) for n in range(6, FEW))]
    assert people.post("labelled", "scores", *again).json()["accepted"] == 5

    status = team.phase("Completed", "labelled", PATIENCE)
    said = next(entry for entry in status["evaluators"] if entry["name"] == "people")
    assert (said["n"], said["value"], said["passRate"]) == (FEW, pytest.approx(3.2), 0.6)
    assert {gate["subject"]: gate["result"] for gate in status["verdict"]["gates"]} == {
        "evaluator right": "Pass",
        "evaluator people": "Pass",
    }
    assert benchmark_of(status)["attempt"] == 2
    assert people.post("labelled", "scores", label("s0", 1)).status_code == httpx.codes.CONFLICT
    assert people.state("labelled") == "completed"
