"""One job through real processes: each way an adapter can end, and what stands in status and on disk then."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from referee.api.conditions import Reason
from referee.local.resource import document
from referee.local.run import LocalRun
from tests.unit.local.world import a_job, a_provider, keyed, run

GATE: dict[str, Any] = {"passCriteria": {"threshold": 0.5}}


async def test_a_result_is_scored_gated_and_kept(tmp_path: Path) -> None:
    ran = await run(tmp_path, [a_provider(), a_job([["samples", 3], ["complete", 0.7]], every=GATE)])

    primary = ran.benchmark().primary
    assert primary is not None
    assert (primary.name, primary.value, primary.n, primary.method) == ("acc", 0.7, 40, "Wilson")
    assert ran.job.status.phase == "Completed"
    assert ran.job.status.verdict is not None
    assert ran.job.status.verdict.result == "Pass"
    assert json.loads(ran.file("0-1", "result.json").read_text())["metrics"][0]["value"] == 0.7
    assert len(ran.file("0-1", "data/samples.jsonl").read_text().splitlines()) == 3
    assert yaml.safe_load((ran.directory / "evaluationjob.yaml").read_text()) == yaml.safe_load(
        json.dumps(document(ran.job))
    )


@pytest.mark.parametrize(
    ("steps", "reason", "message"),
    [
        pytest.param([["exit", 3]], Reason.ADAPTER_FAILED, "exit code 3", id="it crashes"),
        pytest.param([["exit", 0]], Reason.RESULTS_MISSING, "no result", id="it ends well and says nothing"),
        pytest.param([["kill", 9]], Reason.ADAPTER_FAILED, "exit code 137", id="it is killed"),
        pytest.param([["fail", ["NoData", False]]], "NoData", "as it", id="it says why it failed"),
        pytest.param([["leave", "{}"], ["exit", 0]], Reason.RESULTS_MISSING, "no result", id="it leaves no result"),
    ],
)
async def test_an_adapter_without_a_result_fails_its_benchmark(
    tmp_path: Path, steps: list[Any], reason: str, message: str
) -> None:
    ran = await run(tmp_path, [a_provider(), a_job(steps, backoffLimit=0)])

    assert ran.job.status.phase == "Failed"
    assert ran.benchmark().reason == reason
    assert message in (ran.benchmark().message or "")


async def test_a_termination_message_is_the_second_way_home(tmp_path: Path) -> None:
    left = json.dumps({"status": "Completed", "metrics": [{"name": "acc", "value": 0.25, "n": 8}]})

    ran = await run(tmp_path, [a_provider(), a_job([["leave", left], ["exit", 1]])])

    primary = ran.benchmark().primary
    assert ran.job.status.phase == "Completed"
    assert primary is not None
    assert primary.value == 0.25


async def test_a_failed_attempt_is_followed_by_another_in_a_directory_of_its_own(tmp_path: Path) -> None:
    ran = await run(tmp_path, [a_provider(), a_job([["say", "so far"], ["exit", 3]], backoffLimit=2)])

    assert (ran.benchmark().attempt, ran.benchmark().retries) == (3, 2)
    assert all(ran.file(f"0-{n}", "log.txt").read_text() == "so far\n" for n in (1, 2, 3))
    assert not ran.file("0-4", ".").exists()


async def test_a_failure_that_another_attempt_cannot_mend_is_not_tried_again(tmp_path: Path) -> None:
    ran = await run(tmp_path, [a_provider(), a_job([["fail", ["BadParameters", False]]], backoffLimit=3)])

    assert (ran.benchmark().attempt, ran.job.status.phase) == (1, "Failed")


async def test_what_ran_counts_although_another_benchmark_could_not(tmp_path: Path) -> None:
    ran = await run(tmp_path, [a_provider(2), a_job([["complete", 0.9]], [["exit", 1]], backoffLimit=0)])

    assert ran.job.status.phase == "PartiallyFailed"
    assert [b.phase for b in ran.job.status.benchmarks] == ["Completed", "Failed"]


async def test_the_active_deadline_ends_a_run_and_keeps_what_it_had(tmp_path: Path) -> None:
    # long enough for an adapter to start on a busy machine: it waits for the deadline in any case
    ran = await run(tmp_path, [a_provider(), a_job([["partial", 0.4], "wait"], activeDeadlineSeconds=5)])

    primary = ran.benchmark().primary
    assert (ran.benchmark().phase, ran.benchmark().reason) == ("Failed", Reason.DEADLINE_EXCEEDED)
    assert ran.benchmark().partial
    assert primary is not None
    assert primary.value == 0.4
    assert ran.file("0-1", "partial.json").exists()


async def test_an_adapter_that_does_not_end_in_its_grace_is_killed(tmp_path: Path) -> None:
    job = a_job(["deaf"], activeDeadlineSeconds=1, pod={"terminationGracePeriodSeconds": 1})

    ran = await run(tmp_path, [a_provider(), job])

    assert ran.benchmark().reason == Reason.DEADLINE_EXCEEDED


async def test_test_data_and_environment_come_from_the_given_objects(tmp_path: Path) -> None:
    every = {"testData": {"configMap": {"name": "items"}}}
    provider = a_provider(2)
    provider["spec"]["adapter"]["env"].append(
        {"name": "SCORE", "valueFrom": {"secretKeyRef": {"name": "keys", "key": "score"}}}
    )
    job = a_job([["test_data", "score.txt"]], [["environment", "SCORE"]], every=every)
    objects = [
        keyed("ConfigMap", "items", data={"score.txt": "0.5"}),
        keyed("Secret", "keys", stringData={"score": "0.25"}),
    ]

    ran = await run(tmp_path, [provider, job, *objects])

    assert [b.primary.value for b in ran.job.status.benchmarks if b.primary] == [0.5, 0.25]


async def test_a_claim_is_the_directory_that_its_manifest_names(tmp_path: Path) -> None:
    (tmp_path / "data" / "sub").mkdir(parents=True)
    (tmp_path / "data" / "sub" / "score.txt").write_text("0.5")
    claim = keyed("PersistentVolumeClaim", "items", spec={"accessModes": ["ReadOnlyMany"]})
    claim["metadata"]["annotations"] = {"referee.dev/local-path": "./data"}
    every = {"testData": {"pvc": {"claimName": "items", "subPath": "sub"}}}

    ran = await run(tmp_path, [a_provider(), a_job([["test_data", "score.txt"]], every=every), claim])

    (benchmark,) = ran.job.status.benchmarks
    assert benchmark.primary is not None
    assert benchmark.primary.value == 0.5


async def test_the_model_is_called_where_the_command_says(tmp_path: Path) -> None:
    ran = await run(tmp_path, [a_provider(), a_job([["complete", 1]])], model_url="http://127.0.0.1:7/v1")

    assert json.loads(ran.file("0-1", "meta/job.json").read_text())["model"]["url"] == "http://127.0.0.1:7/v1"
    assert ran.job.metadata.annotations == {"referee.dev/model-url": "http://127.0.0.1:7/v1"}
    assert ran.job.spec.model_url == "http://127.0.0.1:9/v1"


async def test_progress_is_seen_in_status(tmp_path: Path) -> None:
    go = tmp_path / "go"
    job = a_job([["progress", [10, 40, 1]], ["await", str(go)], ["complete", 1]])

    def release_when_seen(run: LocalRun) -> None:
        if any(b.percent == 25 for b in run.job.status.benchmarks):
            go.touch()

    ran = await run(tmp_path, [a_provider(), job], watch=release_when_seen)

    seen = [(b.samples, b.errors, b.percent) for status in ran.seen for b in status.benchmarks if b.percent == 25]
    assert seen[0] == (40, 1, 25)


async def test_a_child_that_is_no_longer_kept_leaves_its_files(tmp_path: Path) -> None:
    job = a_job(
        [["complete", 0.5]], [["complete", 0.6]], execution={"parallelism": 1}, childRetentionSeconds={"success": 0}
    )

    ran = await run(tmp_path, [a_provider(2), job])

    assert ran.job.status.phase == "Completed"
    assert ran.file("0-1", "result.json").exists()


async def test_an_endpoint_that_cannot_answer_ends_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("referee.gateway.app.create_app", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        await run(tmp_path, [a_provider(), a_job(["wait"])])
