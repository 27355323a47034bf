"""With an EvaluationJob go its Jobs, its pods and whatever was made for them, whether it runs or is over."""

import pytest

from tests.e2e.team import SOON, Team
from tests.testbed.api_client import Json
from tests.testbed.waiting import wait_for

pytestmark = pytest.mark.node

LONG = ["x" * 1000] * 40
"""Makes the job spec so large that it travels in a ConfigMap."""


def test_deleting_a_job_takes_everything_of_it_away(team: Team) -> None:
    team.apply("over", benchmark={"parameters": {"do": [["complete", 1]], "long": LONG}})
    team.apply("running", benchmark={"parameters": {"do": [["wait"]], "long": LONG}})
    team.phase("Completed", "over")
    team.phase("Running", "running")
    assert len(_config_maps(team)) == 2

    for name in ("over", "running"):
        team.cluster.api.delete(team.path(name))

    for name in ("over", "running"):
        team.wait_until_gone(name)
    wait_for(lambda: not _config_maps(team), "the ConfigMaps to go", SOON)


def _config_maps(team: Team) -> list[Json]:
    path = f"/api/v1/namespaces/{team.namespace}/configmaps"
    found: list[Json] = team.cluster.api.get(path, labelSelector="referee.dev/evaluationjob")["items"]
    return found
