"""What an agent and a fetching init container leave in their pod's status becomes the benchmark's, on the real API."""

import json

import pytest

from tests.integration.operator.team import RESULT, Team, condition

pytestmark = pytest.mark.usefixtures("operator")

ADAPTER = {"image": "others:1", "contract": "evalhub-v1"}


async def test_a_result_that_no_gateway_took_is_read_from_the_agents_last_words(team: Team) -> None:
    await team.provide("others", adapter=ADAPTER)
    await team.apply(provider="others")
    pod = await team.starts()

    await team.kubelet.succeed(pod, sidecar=json.dumps(RESULT | {"undelivered": True}))

    (found,) = (await team.phase("Completed"))["benchmarks"]
    assert (found["reason"], found["truncated"], found["primary"]["value"]) == ("ResultTruncated", True, 0.75)
    assert "resultDigest" not in found


async def test_an_annotation_names_the_result_that_counts(team: Team) -> None:
    await team.provide("others", adapter=ADAPTER)
    await team.apply(provider="others")
    await team.starts()

    await team.reports(result=RESULT | {"digest": "d" * 64})

    (found,) = (await team.phase("Completed"))["benchmarks"]
    assert found["resultDigest"] == "d" * 64


async def test_test_data_that_is_not_there_ends_the_benchmark_at_once(team: Team) -> None:
    data = {"testData": {"git": {"url": "https://git.example/x", "ref": "main"}}}
    await team.apply(each=data, backoffLimit=3)
    pod = await team.pod(await team.child())

    await team.kubelet.fail_before(pod, '{"reason": "TestDataNotFound", "message": "no ref main"}')

    (found,) = (await team.phase("Failed"))["benchmarks"]
    assert (found["reason"], found["message"], found["attempt"]) == ("TestDataNotFound", "testData: no ref main", 1)


async def test_an_experiment_where_the_operator_knows_no_tracker_is_refused(team: Team) -> None:
    await team.apply(exports={"mlflow": {"experimentName": "nightly"}})

    status = await team.status(lambda s: s.get("conditions"))

    assert condition(status, "Stalled") == ("True", "MLflowNotConfigured")
    assert await team.children() == []
