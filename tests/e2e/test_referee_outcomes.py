"""How a pod ends becomes the benchmark's outcome, whichever way its result came home."""

from typing import Any

import pytest

from tests.e2e.prompter import Prompter
from tests.e2e.team import Team, benchmark_of
from tests.testbed.api_client import Json

pytestmark = pytest.mark.node

HUNGRY = {"resources": {"limits": {"memory": "64Mi"}}}
LONG = [f"{number:0100}" for number in range(400)]

JOBS: dict[str, tuple[list[Any], Json]] = {
    "completes": ([["complete", 0.75]], {}),
    "is-silent": ([["exit", 0]], {"backoffLimit": 0}),
    "crashes": ([["exit", 3]], {"backoffLimit": 1}),
    "recovers": (["ask"], {"backoffLimit": 1}),
    "eats-memory": (["eat"], {"backoffLimit": 0, "pod": HUNGRY}),
    "gives-up": ([["fail", "ModelUnauthorized", False]], {"backoffLimit": 3}),
    "reads-a-long-spec": ([["check length", "long", 400]], {}),
}


@pytest.fixture(scope="module", autouse=True)
def _applied(team: Team) -> None:
    """All at once, so that pods start while earlier tests wait for theirs."""
    for name, (do, spec) in JOBS.items():
        parameters = {"do": do, **({"long": LONG} if name == "reads-a-long-spec" else {})}
        team.apply(name, benchmark={"parameters": parameters}, **spec)


def test_a_result_comes_home(team: Team) -> None:
    status = team.phase("Completed", "completes")
    (child,) = team.children("completes")

    assert benchmark_of(status)["primary"]["value"] == 0.75
    assert "referee.dev/result" in child["metadata"]["annotations"]


def test_exit_0_without_a_result_is_a_failure(team: Team) -> None:
    benchmark = benchmark_of(team.phase("Failed", "is-silent"))

    assert benchmark["reason"] == "ResultsMissing"


def test_a_crash_is_tried_again_and_then_a_failure(team: Team) -> None:
    benchmark = benchmark_of(team.phase("Failed", "crashes"))

    assert (benchmark["reason"], benchmark["attempt"], benchmark["retries"]) == ("AdapterFailed", 2, 1)
    assert "exit code 3" in benchmark["message"]
    assert len(team.children("crashes")) == 2


def test_a_second_attempt_may_succeed(team: Team, prompter: Prompter) -> None:
    prompter.tell("recovers", "exit", 3)
    prompter.tell("recovers", "complete", 0.5)

    benchmark = benchmark_of(team.phase("Completed", "recovers"))

    assert (benchmark["primary"]["value"], benchmark["attempt"], benchmark["retries"]) == (0.5, 2, 1)


def test_a_pod_over_its_memory_limit_says_so(team: Team) -> None:
    benchmark = benchmark_of(team.phase("Failed", "eats-memory"))

    assert benchmark["reason"] == "OOMKilled"


def test_a_failure_that_another_attempt_cannot_help_is_final(team: Team) -> None:
    benchmark = benchmark_of(team.phase("Failed", "gives-up"))

    assert (benchmark["reason"], benchmark["attempt"]) == ("ModelUnauthorized", 1)
    assert benchmark["message"] == "as it was told"


def test_a_job_spec_above_32_kib_reaches_the_pod_whole(team: Team) -> None:
    benchmark = benchmark_of(team.phase("Completed", "reads-a-long-spec"))

    assert benchmark["primary"]["value"] == 1
