"""What is taken away while it runs: by a drain a pod costs no attempt, by a deletion one; no Job is run twice."""

import pytest

from tests.e2e.prompter import Prompter
from tests.e2e.team import Team, benchmark_of

pytestmark = pytest.mark.node


@pytest.fixture(scope="module", autouse=True)
def _applied(team: Team) -> None:
    team.apply("drained", backoffLimit=0)
    team.apply("deleted", backoffLimit=1)
    team.apply("lost", backoffLimit=1)


def test_an_evicted_pod_is_replaced_within_its_attempt(team: Team, prompter: Prompter) -> None:
    """An eviction is what a drain of the node makes, and the reason for a limit of no attempt more."""
    prompter.wait_until_asked("drained")
    pod = team.pod("drained")["metadata"]["name"]
    prompter.tell("drained", "wait")
    prompter.tell("drained", "complete", 0.5)

    eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": pod}}
    team.cluster.api.post(f"{team.pods_path(pod)}/eviction", eviction)

    benchmark = benchmark_of(team.phase("Completed", "drained"))
    assert (benchmark["primary"]["value"], benchmark["attempt"], benchmark["retries"]) == (0.5, 1, 0)
    assert len(team.children("drained")) == 1


def test_a_deleted_pod_is_a_failed_attempt(team: Team, prompter: Prompter) -> None:
    prompter.wait_until_asked("deleted")
    pod = team.pod("deleted")["metadata"]["name"]
    prompter.tell("deleted", "wait")
    prompter.tell("deleted", "complete", 0.5)

    team.cluster.api.delete(team.pods_path(pod))

    benchmark = benchmark_of(team.phase("Completed", "deleted"))
    assert (benchmark["primary"]["value"], benchmark["attempt"], benchmark["retries"]) == (0.5, 2, 1)
    assert len(team.children("deleted")) == 2


def test_a_deleted_child_is_lost_and_not_run_twice(team: Team, prompter: Prompter) -> None:
    prompter.wait_until_asked("lost")
    team.phase("Running", "lost")
    (child,) = team.children("lost")
    prompter.tell("lost", "wait")

    team.cluster.api.delete(f"{team.jobs}/{child['metadata']['name']}", {"propagationPolicy": "Background"})

    benchmark = benchmark_of(team.phase("Failed", "lost"))
    assert (benchmark["reason"], benchmark["attempt"]) == ("ChildLost", 1)
    team.wait_until_gone("lost")
