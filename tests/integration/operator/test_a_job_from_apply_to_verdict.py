"""One EvaluationJob on a real API server, with a real Job controller; only the kubelet is played."""

import asyncio
import json

import pytest

from tests.integration.operator.team import RESULT, Team, condition

pytestmark = pytest.mark.usefixtures("operator")


async def test_a_posted_result_becomes_score_and_verdict(team: Team) -> None:
    await team.apply(benchmarks=2, passCriteria={"threshold": 0.5})
    for index in (0, 1):
        await team.starts(index)
    running = await team.phase("Running")
    assert condition(running, "Reconciling") == ("True", "Running")
    for index in (0, 1):
        await team.reports(index)

    status = await team.phase("Completed")
    assert status["score"] == pytest.approx(0.75)
    assert status["scoreCiLow"] < 0.75 < status["scoreCiHigh"]
    assert condition(status, "Passed") == ("True", "AllGatesPassed")
    assert condition(status, "Finished") == ("True", "Completed")
    assert [b["primary"]["value"] for b in status["benchmarks"]] == [0.75, 0.75]


async def test_the_termination_message_is_the_second_way_home(team: Team) -> None:
    await team.apply()
    pod = await team.starts()
    await team.kubelet.succeed(pod, json.dumps(RESULT))
    status = await team.phase("Completed")
    assert status["benchmarks"][0]["primary"]["value"] == 0.75


async def test_kubectl_waits_and_shows_what_people_read(team: Team) -> None:
    await team.apply(passCriteria={"threshold": 0.5})
    await team.starts()
    await team.reports()
    where = ("-n", team.namespace)
    wait = ("wait", "--for=condition=Finished", "evj/run", "--timeout=20s")
    await asyncio.to_thread(team.cluster.kubectl, *where, *wait)
    table = await asyncio.to_thread(team.cluster.kubectl, *where, "get", "evaluationjobs")
    header, row = (line.split() for line in table.splitlines())
    assert header == ["NAME", "MODEL", "PHASE", "DONE", "%", "SCORE", "PASSED", "AGE"]
    assert row[:7] == ["run", "m", "Completed", "1/1", "100", "0.75", "True"]

    await team.edit(description="looked at")
    await asyncio.to_thread(team.cluster.kubectl, *where, *wait)


async def test_events_tell_the_story(team: Team) -> None:
    await team.apply()
    await team.starts()
    await team.reports()
    await team.phase("Completed")
    path = f"/api/v1/namespaces/{team.namespace}/events?fieldSelector=involvedObject.kind=EvaluationJob"
    told = await team.wait(path, lambda listed: len(listed["items"]) >= 3)
    assert {event["reason"] for event in told["items"]} == {"Accepted", "BenchmarkCompleted", "Completed"}


async def test_a_failed_attempt_is_tried_again(team: Team) -> None:
    await team.apply(backoffLimit=1)
    await team.kubelet.fail(await team.starts(), exit_code=3)
    await team.status(lambda s: s.get("benchmarks", [{}])[0].get("attempt") == 2)
    await team.starts(attempt=2)
    await team.reports(attempt=2)
    status = await team.phase("Completed")
    assert status["benchmarks"][0]["retries"] == 1


async def test_a_job_that_names_no_provider_waits_for_it(team: Team) -> None:
    await team.apply(benchmarks=0, collection={"id": "later"})
    status = await team.status(lambda s: "conditions" in s)
    assert condition(status, "Stalled") == ("True", "CollectionNotFound")
    body = {
        "apiVersion": "referee.dev/v1alpha1",
        "kind": "Collection",
        "metadata": {"name": "later"},
        "spec": {"benchmarks": [{"id": "b3", "provider": "p"}], "passCriteria": {"threshold": 0.9}},
    }
    await team.call("POST", team.path("collections"), body)
    await team.starts()
    await team.reports()
    status = await team.phase("Completed")
    assert condition(status, "Passed") == ("False", "GateFailed")


async def test_finished_children_go_when_their_time_is_over(team: Team) -> None:
    await team.apply(childRetentionSeconds={"success": 1, "failure": 1})
    await team.starts()
    await team.reports()
    await team.phase("Completed")
    await team.wait(team.jobs(), lambda listed: not listed["items"])


async def test_a_job_with_a_ttl_goes_with_everything(team: Team) -> None:
    await team.apply(ttlSecondsAfterFinished=1)
    await team.starts()
    await team.reports()
    await team.wait(team.path("evaluationjobs"), lambda listed: not listed["items"])
    # the garbage collector learns of a new kind only every 30 s
    await team.wait(team.jobs(), lambda listed: not listed["items"], seconds=90)


async def test_every_one_of_many_jobs_with_a_ttl_goes(team: Team) -> None:
    names = [f"j{number}" for number in range(20)]
    await asyncio.gather(*(team.apply(name, ttlSecondsAfterFinished=2, backoffLimit=0) for name in names))
    for name in names:
        await team.kubelet.fail(await team.pod(await team.child(name=name)), exit_code=1)
    await team.wait(team.path("evaluationjobs"), lambda listed: not listed["items"], seconds=30)


async def test_a_token_that_was_set_during_the_run_starts_the_next_one(team: Team) -> None:
    await team.apply()
    pod = await team.starts()
    await team.phase("Running")
    await team.edit(rerun={"token": "again"})
    await team.reports()
    await team.kubelet.succeed(pod)
    await team.status(lambda s: s["attempt"] == 2)
    await team.child(attempt=2)


async def test_a_new_token_runs_it_again_and_keeps_the_record(team: Team) -> None:
    await team.apply(rerun={"token": "one"})
    pod = await team.starts()
    await team.reports()
    await team.kubelet.succeed(pod)
    await team.phase("Completed")
    await team.edit(rerun={"token": "two"})
    await team.starts(attempt=2)
    await team.reports(attempt=2)
    status = await team.status(lambda s: s["attempt"] == 2 and s["phase"] == "Completed")
    assert [a["attempt"] for a in status["attempts"]] == [1]
    assert status["verdict"]["attemptsOnSamePlan"] == 2
