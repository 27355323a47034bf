"""A run that is told to stop: what its adapter had by then is kept, and nothing runs on."""

import pytest

from tests.e2e.prompter import Prompter
from tests.e2e.team import Team, benchmark_of

pytestmark = pytest.mark.node


@pytest.fixture(scope="module", autouse=True)
def _applied(team: Team) -> None:
    team.apply("cancelled", ["partial", 0.25], "ask")
    team.apply("suspended")
    team.apply("too-long", ["partial", 0.25], "wait", activeDeadlineSeconds=6)
    team.apply("never-started", pod={"nodeSelector": {"gpu": "many"}})


def test_cancel_keeps_what_the_adapter_had(team: Team, prompter: Prompter) -> None:
    prompter.wait_until_asked("cancelled")
    prompter.tell("cancelled", "wait")

    team.edit("cancelled", cancel=True)

    status = team.phase("Cancelled", "cancelled")
    benchmark = benchmark_of(status)
    assert (benchmark["primary"]["value"], benchmark["primary"]["n"], benchmark["partial"]) == (0.25, 10, True)
    assert status["verdict"]["result"] == "Unknown"
    team.wait_until_gone("cancelled")


def test_cancel_of_a_pod_that_never_started_leaves_nothing(team: Team) -> None:
    team.status(lambda status: benchmark_of(status).get("reason") == "Unschedulable", "never-started")

    team.edit("never-started", cancel=True)

    team.phase("Cancelled", "never-started")
    team.wait_until_gone("never-started")


def test_suspend_ends_the_pod_and_resume_runs_another(team: Team, prompter: Prompter) -> None:
    prompter.wait_until_asked("suspended")
    prompter.tell("suspended", "wait")

    team.edit("suspended", suspend=True)
    team.phase("Suspended", "suspended")
    team.wait_until_gone("suspended")
    team.edit("suspended", suspend=False)
    prompter.tell("suspended", "complete", 0.5)

    benchmark = benchmark_of(team.phase("Completed", "suspended"))
    assert (benchmark["primary"]["value"], benchmark["attempt"], benchmark["retries"]) == (0.5, 2, 0)


def test_the_active_deadline_keeps_what_the_adapter_had(team: Team) -> None:
    benchmark = benchmark_of(team.phase("Failed", "too-long"))

    assert benchmark["reason"] == "DeadlineExceeded"
    assert (benchmark["primary"]["value"], benchmark["partial"]) == (0.25, True)
