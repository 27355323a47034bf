"""Two hundred jobs at once, the operator killed three times on the way: each ends Complete with exactly one child."""

import asyncio
from collections import Counter
from pathlib import Path

from tests.integration.operator.running import OperatorProcess, operator_process
from tests.integration.operator.team import Team
from tests.testbed.api_client import Json
from tests.testbed.kubelet_double import KubeletDouble, NotThereError

JOBS = 200
DEATHS = (40, 100, 160)


async def test_all_end_complete_with_one_child_each(team: Team, tmp_path: Path) -> None:
    with operator_process(team.cluster, team.namespace, tmp_path) as operator:
        operator.start()
        await asyncio.gather(*(team.apply(f"j{number}") for number in range(JOBS)))
        await play(team, operator)
        async with asyncio.timeout(120):
            while not all_complete(await team.call("GET", team.path("evaluationjobs"))):
                operator.keep()
                await asyncio.sleep(0.5)

    jobs = (await team.call("GET", team.path("evaluationjobs")))["items"]
    assert all(job["status"]["benchmarks"][0]["primary"]["value"] == 0.75 for job in jobs)
    assert all(job["status"]["benchmarks"][0]["attempt"] == 1 for job in jobs)
    owners = Counter(
        job["metadata"]["ownerReferences"][0]["name"] for job in (await team.call("GET", team.jobs()))["items"]
    )
    assert owners == Counter({f"j{number}": 1 for number in range(JOBS)})


async def play(team: Team, operator: OperatorProcess) -> None:
    """Be kubelet and gateway for every child; kill the operator on the way, and let results come while it is dead."""
    done: set[str] = set()
    deaths = list(DEATHS)
    pods = f"/api/v1/namespaces/{team.namespace}/pods"
    while len(done) < JOBS:
        waiting = [pod for pod in (await team.call("GET", pods))["items"] if pod["metadata"]["name"] not in done]
        for pod in waiting:
            await one(team.kubelet, team, pod)
            done.add(pod["metadata"]["name"])
            if deaths and len(done) >= deaths[0]:
                deaths.pop(0)
                if operator.running:
                    await asyncio.to_thread(operator.kill)
                for other in [p for p in waiting if p["metadata"]["name"] not in done][:5]:
                    await one(team.kubelet, team, other)
                    done.add(other["metadata"]["name"])
                operator.start()
                break
        operator.keep()
        await asyncio.sleep(0.05)


async def one(kubelet: KubeletDouble, team: Team, pod: Json) -> None:
    child = pod["metadata"]["labels"]["batch.kubernetes.io/job-name"]
    await kubelet.run(pod)
    name = pod["metadata"]["labels"]["referee.dev/evaluationjob"]
    await team.reports(name=name)
    try:
        await kubelet.succeed(pod)
    except NotThereError as error:
        raise AssertionError(f"the pod of {child} went away") from error


def all_complete(listed: Json) -> bool:
    phases = [job.get("status", {}).get("phase") for job in listed["items"]]
    assert not {"Failed", "PartiallyFailed", "Cancelled"} & set(phases)
    return phases == ["Completed"] * JOBS
