"""The gateway is away when an adapter of the published SDK posts its one result; the agent beside it is not.

What takes minutes with the grace that pods have is scaled down with `terminationGracePeriodSeconds`, from which the
agent's own follows: 60 s of its 90 s, with what a gateway takes to start, stand for 200 s of its 300 s. The real 200 s
are a test of their own.
"""

import os
import time
from collections.abc import Iterator

import pytest

from tests.e2e import others
from tests.e2e.prompter import Prompter
from tests.e2e.team import SOON, Team
from tests.e2e.tenant import CLASS, Tenant, tenant
from tests.testbed.api_client import Json
from tests.testbed.images import AGENT
from tests.testbed.node import provide_image
from tests.testbed.waiting import wait_for

pytestmark = pytest.mark.node
LONG = pytest.mark.skipif("REFEREE_SLOW" not in os.environ, reason="takes minutes: set REFEREE_SLOW")


@pytest.fixture(scope="module")
def tenancy(team: Team, image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tenant]:
    with tenant(team, tmp_path_factory.mktemp("tenant")) as made:
        made.install(image, **{"agent.image": provide_image(team.cluster, AGENT)})
        others.provide(team)
        yield made


def ended_while_away(tenancy: Tenant, prompter: Prompter, name: str, grace: int | None) -> None:
    """A job whose adapter has posted and is gone, while no gateway was there."""
    pod = {} if grace is None else {"pod": {"terminationGracePeriodSeconds": grace}}
    others.apply(tenancy.team, name, "behaving", {"ask": True}, className=CLASS, **pod)
    prompter.wait_until_asked(name)
    tenancy.scale("gateway", 0)
    prompter.tell(name, "go on")
    wait_for(lambda: _adapter(tenancy.team, name).get("terminated"), f"the adapter of {name} to end", SOON)


def _adapter(team: Team, name: str) -> Json:
    (container,) = team.pod(name)["status"]["containerStatuses"]
    state: Json = container["state"]
    return state


@pytest.mark.parametrize(
    ("seconds", "grace"),
    [
        pytest.param(5, None, id="5 s"),
        pytest.param(40, 100, id="two thirds of the agent's grace"),
        pytest.param(200, None, id="200 s", marks=LONG),
    ],
)
def test_a_gateway_that_comes_back_in_time_gets_the_whole_result(
    tenancy: Tenant, prompter: Prompter, seconds: int, grace: int | None
) -> None:
    name = f"away-{seconds}"
    ended_while_away(tenancy, prompter, name, grace)
    time.sleep(seconds)  # that long it is away

    tenancy.scale("gateway", 1)

    found = others.ended(tenancy.team, name, SOON)
    assert (found["phase"], found.get("reason"), found["primary"]["value"]) == ("Completed", None, 0.75)
    assert found["resultDigest"]


def test_beyond_the_grace_what_fits_a_termination_message_counts_and_says_so(
    tenancy: Tenant, prompter: Prompter
) -> None:
    ended_while_away(tenancy, prompter, "away-for-good", 12)

    found = others.ended(tenancy.team, "away-for-good", SOON)

    tenancy.scale("gateway", 1)
    assert (found["phase"], found["reason"], found["truncated"]) == ("Completed", "ResultTruncated", True)
    assert found["primary"]["value"] == 0.75
    assert "resultDigest" not in found
