"""What one benchmark costs the API server in writes, operator and gateway together, as its own audit log has it.

Both run as the ServiceAccounts of the chart; the adapter's posts carry the token of its pod.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from referee.gateway.reporting.throttle import SHORTEST
from tests.integration.gateway.kubeconfigs import kubeconfig_for
from tests.integration.gateway.process import RULES, Process, gateway_process
from tests.integration.operator.team import RESULT, Team

WRITES = {"create", "update", "patch", "delete"}
CHARGED = {"evaluationjobs", "jobs"}
POSTS, SECONDS = 1000, 10.0

pytestmark = pytest.mark.usefixtures("operator")

Bill = Counter[tuple[str, str, str]]


def bill(team: Team) -> Bill:
    """(who, verb, what) of each write to EvaluationJobs and Jobs of the team that is not a test's own."""
    charged: Bill = Counter()
    for user, event in team.cluster.audited():
        about = event.get("objectRef", {})
        ours = user.startswith(f"system:serviceaccount:{team.namespace}:")
        if ours and about.get("resource") in CHARGED and event["verb"] in WRITES:
            what = "/".join(filter(None, [about["resource"], about.get("subresource")]))
            charged[user.rpartition(":")[2], event["verb"], what] += 1
    return charged


async def billed(team: Team, wanted: Bill) -> None:
    """The audit log is written a moment after the answer."""
    for _ in range(100):
        if bill(team) == wanted:
            return
        await asyncio.sleep(0.05)
    assert bill(team) == wanted


async def post(gateway: Process, token: str, **content: Any) -> int:
    event = {"provider_id": "p", "id": "b0", "benchmark_index": 0, **content}
    answer = await gateway.client.post(
        "/api/v1/evaluations/jobs/run/events",
        json={"benchmark_status_event": event},
        headers={"Authorization": f"Bearer {token}"},
    )
    return answer.status_code


@asynccontextmanager
async def running(team: Team, directory: Path) -> AsyncIterator[tuple[Process, str, Any]]:
    """A gateway with the chart's rights, and a benchmark that runs: the adapter's token, and its pod."""
    account = await asyncio.to_thread(team.cluster.service_account, team.namespace, "gateway", RULES)
    kubeconfig = kubeconfig_for(team.cluster, directory / "gateway.kubeconfig", account, team.namespace)
    async with gateway_process(kubeconfig, [team.namespace]) as gateway:
        await team.apply()
        pod = await team.starts()
        await team.phase("Running")
        mint = partial(team.cluster.mint_token, team.namespace, "default", ["referee-adapter"], pod=pod)
        yield gateway, await asyncio.to_thread(mint), pod


async def test_a_benchmark_costs_five_writes(team: Team, tmp_path: Path) -> None:
    async with running(team, tmp_path) as (gateway, token, pod):
        assert await post(gateway, token, status="completed", referee={"result": RESULT}) == 204
        await team.phase("Completed")
        await team.kubelet.succeed(pod)
    await billed(
        team,
        Counter(
            {
                ("operator", "create", "jobs"): 1,
                ("operator", "patch", "evaluationjobs/status"): 3,  # accepted, running, end
                ("gateway", "patch", "jobs"): 1,  # the result
            }
        ),
    )


async def test_a_thousand_posts_of_progress_cost_a_handful(team: Team, tmp_path: Path) -> None:
    async with running(team, tmp_path) as (gateway, token, _):
        started = time.monotonic()
        for number in range(POSTS):
            await asyncio.sleep(started + number * SECONDS / POSTS - time.monotonic())
            progress = {"total": POSTS, "done": number, "errors": 0}
            assert await post(gateway, token, status="running", referee={"progress": progress}) == 204
        assert await post(gateway, token, status="completed", referee={"result": RESULT}) == 204
        took = time.monotonic() - started
        await team.phase("Completed")
    p = 1 + int(took // SHORTEST)
    charged = bill(team)
    assert charged["gateway", "patch", "jobs"] <= p + 1
    assert charged["operator", "patch", "evaluationjobs/status"] <= 3 + p
    assert charged["operator", "create", "jobs"] == 1
    assert len(charged) == 3
