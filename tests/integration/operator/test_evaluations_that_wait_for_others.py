"""Scores or outputs that others post: nothing runs meanwhile, and an operator that dies forgets nothing."""

import json
from pathlib import Path
from typing import Any

from referee.api.names import ANNOTATION_STORE_REVISION
from tests.integration.operator.running import operator_process
from tests.integration.operator.team import Team, condition
from tests.testbed.api_client import Json

POINTS = [{"id": "fr", "input": "France", "target": "Paris"}, {"id": "it", "input": "Italy", "target": "Rome"}]
EXACT = {"name": "exact", "type": "Grader", "grader": {"stringCheck": {}}, "passCriteria": {"threshold": 0.5}}
PEOPLE = {"name": "people", "type": "Human", "human": {"blind": True}, "score": {"type": "Boolean"}, "weight": 0}
ENTRY: Json = {
    "name": "exact",
    "type": "Grader",
    "scoreType": "Boolean",
    "n": 2,
    "attempted": 2,
    "unscored": 0,
    "measures": [{"measure": "Mean", "value": 1.0, "n": 2, "ifWorst": 1.0, "ifBest": 1.0}],
}


def reported(pending: int) -> Json:
    """What the built-in adapter posts."""
    return {
        "status": "Completed",
        "metrics": [{"name": "score", "value": 1.0, "stderr": 0.0, "n": 2}],
        "samples": {"total": 2, "scored": 2, "errors": 0, "unscored": 0, "pending": pending},
        "evaluators": [ENTRY],
        "score": {"value": 1.0, "n": 2, "ifWorst": 1.0, "ifBest": 1.0},
    }


async def evaluation(team: Team, *, spec: Json | None = None, **block: Any) -> None:
    await team.provide("referee-evaluators", id="referee_evaluators", benchmarks=[])
    evaluated = {"dataset": {"inline": POINTS}, "evaluators": [EXACT, PEOPLE], **block}
    await team.apply(benchmarks=0, evaluation=evaluated, **(spec or {}))


async def post(team: Team, **said: Any) -> None:
    """As the gateway says it, which has put the posts themselves into the store."""
    value = json.dumps({"revision": 1, "outputs": 0, "scores": 0, "pending": None, **said})
    patch = {"metadata": {"annotations": {ANNOTATION_STORE_REVISION: value}}}
    await team.call("PATCH", team.path("evaluationjobs", "run"), patch, "application/merge-patch+json")


async def attempt(team: Team, number: int, pending: int) -> None:
    """One attempt runs, reports and is over."""
    pod = await team.starts(attempt=number)
    await team.reports(attempt=number, result=reported(pending))
    await team.kubelet.succeed(pod)


async def test_labels_are_waited_for_across_restarts_and_then_end_the_run(team: Team, tmp_path: Path) -> None:
    with operator_process(team.cluster, team.namespace, tmp_path) as operator:
        operator.start()
        await evaluation(team)
        await attempt(team, 1, pending=2)
        waiting = await team.phase("AwaitingResults")
        assert condition(waiting, "ResultsPending") == ("True", "AwaitingResults")
        assert waiting["benchmarks"][0]["pending"] == 2

        operator.kill()
        operator.start()
        await post(team, scores=1, pending=1)
        await team.status(lambda status: status["benchmarks"][0].get("pending") == 1)
        assert len(await team.children()) == 1
        operator.kill()
        await post(team, scores=2, pending=0, told=True)
        operator.start()
        await attempt(team, 2, pending=0)

        ended = await team.phase("Completed")
    assert condition(ended, "Passed") == ("True", "AllGatesPassed")
    assert [entry["name"] for entry in ended["evaluators"]] == ["exact"]
    assert len(await team.children()) == 2


async def test_outputs_that_are_posted_start_one_child_when_they_are_complete(team: Team, tmp_path: Path) -> None:
    with operator_process(team.cluster, team.namespace, tmp_path) as operator:
        operator.start()
        await evaluation(team, generation="External", evaluators=[EXACT])
        await team.phase("AwaitingResults")
        await post(team, outputs=1, pending=0)
        operator.kill()
        await post(team, outputs=2, outputsComplete=True, told=True, pending=0)
        operator.start()
        await attempt(team, 1, pending=0)

        assert (await team.phase("Completed"))["score"] == 1.0
    assert len(await team.children()) == 1


async def test_what_is_told_to_be_all_and_lacks_scores_is_closed_with_the_policy(team: Team, tmp_path: Path) -> None:
    with operator_process(team.cluster, team.namespace, tmp_path) as operator:
        operator.start()
        await evaluation(team, spec={"externalResults": {"completion": "Explicit", "onDeadline": "Unknown"}})
        await attempt(team, 1, pending=2)
        await team.phase("AwaitingResults")
        await post(team, scores=1, pending=1, told=True)

        child = await team.child(attempt=2)
        told = json.loads(child["spec"]["template"]["metadata"]["annotations"]["referee.dev/job-spec"])
        assert told["referee"]["evaluation"]["closing"] == "Unknown"


async def test_shares_run_as_one_indexed_job_and_are_put_together_by_the_next_attempt(
    team: Team, tmp_path: Path
) -> None:
    with operator_process(team.cluster, team.namespace, tmp_path) as operator:
        operator.start()
        await evaluation(team, evaluators=[EXACT], spec={"execution": {"shards": 2}})
        child = await team.child()
        assert child["spec"]["completionMode"] == "Indexed"
        assert (child["spec"]["completions"], child["spec"]["backoffLimitPerIndex"]) == (2, 0)
        uid = child["metadata"]["uid"]
        path = f"/api/v1/namespaces/{team.namespace}/pods?labelSelector=batch.kubernetes.io/controller-uid={uid}"
        pods = (await team.wait(path, lambda listed: len(listed["items"]) == 2))["items"]
        for pod in pods:
            await team.kubelet.run({"apiVersion": "v1", "kind": "Pod", **pod})
        await team.phase("Running")
        await team.kubelet.succeed({"apiVersion": "v1", "kind": "Pod", **pods[0]})
        await team.kubelet.fail({"apiVersion": "v1", "kind": "Pod", **pods[1]})
        await attempt(team, 2, pending=0)

        ended = await team.phase("Completed")
    assert (ended["benchmarks"][0]["attempt"], ended["benchmarks"][0]["retries"]) == (2, 0)
