"""Objects that an API server takes and Python does not read by itself: the operator lives, and says so of each."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.operator.running import OperatorProcess, operator_process
from tests.integration.operator.team import Team
from tests.integration.operator.test_datasets_and_evaluators_say_how_they_are import ROWS, edit, message, put, ready

LEVELS = 5_000
SAID = "spec: is nested more than 100 deep: make it flatter"


@pytest.fixture(autouse=True)
def _deep_answers() -> Iterator[None]:
    """The test reads them too."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(3 * LEVELS)
    yield
    sys.setrecursionlimit(before)


@pytest.fixture
def operator(team: Team, tmp_path: Path) -> Iterator[OperatorProcess]:
    with operator_process(team.cluster, team.namespace, tmp_path) as process:
        yield process


def deep() -> Any:
    inner: Any = {}
    for level in range(LEVELS):
        inner = [inner] if level % 2 else {"a": inner}
    return inner


async def lives_with_them(team: Team, operator: OperatorProcess, name: str) -> None:
    """Another object gets its status, and a job its child."""
    path = await put(team, "Dataset", name, inline=ROWS)
    await ready(team, path, "True", "Ready")
    await team.apply(name, benchmarks=1)
    await team.wait(team.path("evaluationjobs", name), lambda job: job.get("status", {}).get("plan"))
    assert operator.running


async def test_the_operator_lives_with_deep_objects_before_while_and_after_they_come(
    team: Team, operator: OperatorProcess
) -> None:
    dataset = await put(team, "Dataset", "deep", inline=[{"input": deep(), "target": "x"}])
    operator.start()
    assert message(await ready(team, dataset, "False", "InvalidSpec")) == SAID
    await lives_with_them(team, operator, "first")

    late = await put(team, "Dataset", "late", inline=[{"input": deep(), "target": "x"}])
    evaluator = {"type": "Grader", "grader": {"jsonSchema": {"schema": {"const": deep()}}}}
    assert message(await ready(team, late, "False", "InvalidSpec")) == SAID
    schema = await put(team, "Evaluator", "deep", **evaluator)
    assert message(await ready(team, schema, "False", "InvalidSpec")) == SAID
    await team.apply("deep", each={"parameters": {"a": deep()}})
    await lives_with_them(team, operator, "second")

    operator.kill()
    operator.start()
    await lives_with_them(team, operator, "third")
    events = f"/api/v1/namespaces/{team.namespace}/events?fieldSelector=involvedObject.name=deep"
    told = await team.wait(events, lambda listed: listed["items"])
    assert {event["message"] for event in told["items"]} == {SAID}

    await edit(team, dataset, inline=ROWS)
    await ready(team, dataset, "True", "Ready")
    assert operator.running
