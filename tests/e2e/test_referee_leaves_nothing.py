"""With an EvaluationJob go its Jobs, its pods and whatever was made for them, whether it runs or is over."""

import pytest

from tests.e2e.prompter import Prompter
from tests.e2e.team import Team
from tests.testbed.cluster import Cluster

pytestmark = pytest.mark.node

LONG = ["x" * 1000] * 40
"""Makes the job spec so large that it travels in a ConfigMap."""


def test_deleting_a_job_takes_everything_of_it_away(team: Team, prompter: Prompter, cluster: Cluster) -> None:
    team.apply("over", benchmark={"parameters": {"do": [["complete", 1]], "long": LONG}})
    team.apply("running", benchmark={"parameters": {"do": ["ask"], "long": LONG}}, pod={"terminationGracePeriodSeconds": 2})
    team.phase("Completed", "over")
    prompter.wait_until_asked("running")
    config_maps = f"/api/v1/namespaces/{team.namespace}/configmaps?labelSelector=referee.dev/evaluationjob"
    assert len(cluster.api.get(config_maps)["items"]) == 2

    for name in ("over", "running"):
        cluster.api.delete(team.path(name))

    for name in ("over", "running"):
        team.wait_until_gone(name)
    cluster.api.wait(config_maps, lambda found: not found["items"])
    prompter.tell("running", "wait")
