"""The exact calls that a job costs the API server: whatever is added here is added to every job of every user.

Counted by the operator's own middleware, which sees kopf's calls too; what is on no job's account (Lease, Events, the
lists and watches of the start) is left out. The gateway's one patch per result is counted where it is made.
"""

import asyncio
from collections import Counter

from prometheus_client import CollectorRegistry

from referee.app import Operator
from tests.integration.operator.team import Team

CATALOGUE = {"providers", "collections", "evaluators", "datasets"}
APART = {"leases", "events", "other", *CATALOGUE, *(f"{kind}/status" for kind in CATALOGUE)}


def calls(registry: CollectorRegistry) -> Counter[tuple[str, str]]:
    """(verb, resource) -> how often, of what a job is charged for."""
    found: Counter[tuple[str, str]] = Counter()
    for family in registry.collect():
        for sample in family.samples:
            if sample.name == "referee_api_requests_total" and sample.labels["resource"] not in APART:
                found[sample.labels["verb"], sample.labels["resource"]] += int(sample.value)
    return found


async def at_rest(operator: Operator) -> Counter[tuple[str, str]]:
    """What was spent once kopf's watches stand, so that its first lists are on nobody's account."""
    async with asyncio.timeout(20):
        while True:
            spent = calls(operator.metrics.registry)
            if {("watch", kind) for kind in ("evaluationjobs", "jobs", "pods")} <= set(spent):
                return spent
            await asyncio.sleep(0.05)


async def spent(operator: Operator, before: Counter[tuple[str, str]], wanted: Counter[tuple[str, str]]) -> None:
    """Exactly this was spent since; a call is counted a moment after the world sees its effect."""
    since: Counter[tuple[str, str]] = Counter()
    for _ in range(100):
        since = calls(operator.metrics.registry) - before
        # a watch that the server ended is begun anew, with a list: on nobody's account either
        for kind in [kind for verb, kind in since if verb == "watch"]:
            del since["watch", kind], since["list", kind]
        if since == wanted:
            return
        await asyncio.sleep(0.05)
    assert since == wanted


async def test_one_benchmark_costs_four_writes_of_ours_and_no_read(team: Team, operator: Operator) -> None:
    before = await at_rest(operator)
    await team.apply()
    await team.starts()
    await team.phase("Running")
    await team.reports()
    await team.phase("Completed")
    await team.kubelet.succeed(await team.pod(await team.child()))
    await team.wait(team.jobs(), lambda listed: listed["items"][0]["status"].get("succeeded") == 1)
    # accepted, running, end; the child
    await spent(operator, before, Counter({("patch", "evaluationjobs/status"): 3, ("create", "jobs"): 1}))


async def test_ten_benchmarks_cost_no_more_than_two_and_three_each(team: Team, operator: Operator) -> None:
    before = await at_rest(operator)
    await team.apply(benchmarks=10, execution={"parallelism": 10})
    for index in range(10):
        await team.starts(index)
        await team.status(lambda s, i=index: s["benchmarks"][i]["phase"] == "Running")  # type: ignore[misc]
    await asyncio.gather(*(team.reports(index) for index in range(10)))
    await team.phase("Completed")
    # accepted, each benchmark first seen running, the end; the ten results are the gateway's
    await spent(operator, before, Counter({("patch", "evaluationjobs/status"): 12, ("create", "jobs"): 10}))


async def test_an_idle_running_job_costs_nothing(team: Team, operator: Operator) -> None:
    await team.apply()
    await team.starts()
    await team.phase("Running")
    before = calls(operator.metrics.registry)
    await team.edit(tags=["looked-at"])
    await team.status(lambda s: s["observedGeneration"] == 2)
    for name in ("one", "two"):  # two full looks at everything else meanwhile
        await team.apply(name)
        await team.child(name=name)
    await spent(operator, before, Counter({("patch", "evaluationjobs/status"): 3, ("create", "jobs"): 2}))


async def test_progress_is_written_at_most_once_in_five_seconds(team: Team, operator: Operator) -> None:
    await team.apply()
    await team.starts()
    await team.phase("Running")
    before = calls(operator.metrics.registry)
    for done in range(1, 41):
        await team.reports(kind="progress", result={"total": 100, "done": done})
    await team.status(lambda s: s["benchmarks"][0].get("percent") == 40)
    await team.reports()
    await team.phase("Completed")
    assert (calls(operator.metrics.registry) - before)["patch", "evaluationjobs/status"] <= 4
