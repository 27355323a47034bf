"""From an event to what is kept: our own documents, and those made of what the eval-hub-sdk tells."""

from typing import Any

import httpx
import pytest

from referee.core.children import Progress
from referee.core.result import from_document
from tests.unit.gateway.memory import MemoryChildren
from tests.unit.gateway.posting import PATH, RESULT, event

Client = httpx.AsyncClient


async def test_a_result_of_ours_is_kept_as_it_is(client: Client, children: MemoryChildren) -> None:
    answer = await client.post(PATH, json=event("completed", metrics={"acc": 0.35}, referee={"result": RESULT}))

    assert (answer.status_code, answer.content) == (204, b"")
    assert children.result == RESULT


async def test_fields_that_nobody_knows_are_left_out(client: Client, children: MemoryChildren) -> None:
    strange = {**RESULT, "logs": "x" * 50_000}

    answer = await client.post(PATH, json=event("completed", referee={"result": strange}, mood="good"))

    assert answer.status_code == 204
    assert children.result == RESULT


async def test_metrics_of_the_sdk_become_a_result(client: Client, children: MemoryChildren) -> None:
    metrics = {"acc": 0.5, "acc_stderr": 0.01, "count": 7, "exact": True}
    body = event(
        "completed",
        metrics=metrics,
        completed_at="2026-01-02T03:04:05.678901+00:00",
        overall_score=0.5,
        metrics_schema=[{"name": "acc", "type": "numeric"}],
        artifacts={"evalhub.env_card": {"python_version": "3.11"}},
    )

    assert (await client.post(PATH, json=body)).status_code == 204
    assert children.result == {
        "status": "Completed",
        "metrics": [{"name": name, "value": float(value)} for name, value in metrics.items()],
        "metricsSchema": [{"name": name, "type": "numeric"} for name in metrics],
        "completedAt": "2026-01-02T03:04:05.678901+00:00",
        "overallScore": 0.5,
        "artifacts": {"evalhub.env_card": {"python_version": "3.11"}},
    }


async def test_everything_that_the_sdk_tells_is_kept(client: Client, children: MemoryChildren) -> None:
    body = event(
        "completed",
        phase="completed",
        metrics={"b": 1, "a": 2, "order": [1, 2]},
        metrics_schema=[{"name": "order", "type": "array_ordered"}],
        warning_message={"message": "slow", "message_code": "w1"},
        artifacts={"oci_digest": "sha256:1"},
        additional_info={"seed": 7},
        mlflow_run_id="run-1",
        logs_path="/logs",
        started_at="2026-01-02T03:04:05Z",
        completed_at="2026-01-02T03:05:05Z",
    )

    assert (await client.post(PATH, json=body)).status_code == 204
    assert children.result is not None
    assert children.result == {
        "status": "Completed",
        "phase": "completed",
        "metrics": [{"name": "b", "value": 1.0}, {"name": "a", "value": 2.0}],
        "otherMetrics": {"order": [1, 2]},
        "message": "not among the metrics, since they are no numbers: order",
        "metricsSchema": [
            {"name": "b", "type": "numeric"},
            {"name": "a", "type": "numeric"},
            {"name": "order", "type": "array_ordered"},
        ],
        "warning": {"message": "slow", "messageCode": "w1", "messageOrigin": "runtime"},
        "artifacts": {"oci_digest": "sha256:1"},
        "additionalInfo": {"seed": 7},
        "mlflowRunId": "run-1",
        "logsPath": "/logs",
        "startedAt": "2026-01-02T03:04:05Z",
        "completedAt": "2026-01-02T03:05:05Z",
    }


@pytest.mark.parametrize("score", [True, "0.5", None, [0.5]], ids=repr)
async def test_an_overall_score_that_is_no_number_is_left_out(
    client: Client, children: MemoryChildren, score: object
) -> None:
    answer = await client.post(PATH, json=event("completed", metrics={"acc": 0.5}, overall_score=score))

    assert answer.status_code == 204
    assert children.result is not None
    assert "overallScore" not in children.result


async def test_what_is_no_number_is_named_and_left_out(client: Client, children: MemoryChildren) -> None:
    await client.post(PATH, json=event("completed", metrics={"acc": 0.5, "grade": "B", "detail": {"a": 1}}))

    assert children.result is not None
    assert [metric["name"] for metric in children.result["metrics"]] == ["acc"]
    assert children.result["message"] == "not among the metrics, since they are no numbers: grade, detail"
    assert children.result["otherMetrics"] == {"grade": "B", "detail": {"a": 1}}


async def test_the_end_without_numbers_is_not_yet_a_result(client: Client, children: MemoryChildren) -> None:
    announced = await client.post(PATH, json=event("completed", phase="completed"))
    told = await client.post(PATH, json=event("completed", metrics={"acc": 0.5}))

    assert (announced.status_code, told.status_code) == (204, 204)
    assert children.result is not None
    assert children.result["metrics"] == [{"name": "acc", "value": 0.5}]


async def test_a_failure_is_a_result_too(client: Client, children: MemoryChildren) -> None:
    error = {"message": "no such dataset", "message_code": "dataset_not_found", "message_origin": "adapter"}

    await client.post(PATH, json=event("failed", error_message=error))

    assert children.result == {
        "status": "Failed",
        "reason": "dataset_not_found",
        "message": "no such dataset",
        "messageOrigin": "adapter",
    }


@pytest.mark.parametrize(
    ("told", "kept"), [("sdk", "sdk"), ("server", "server"), (None, "runtime"), ("the moon", "runtime")], ids=repr
)
async def test_who_says_so_is_kept(client: Client, children: MemoryChildren, told: str | None, kept: str) -> None:
    error = {"message": "no such dataset", "message_code": "x", "message_origin": told}

    answer = await client.post(PATH, json=event("failed", error_message=error))

    assert answer.status_code == 204
    assert children.result is not None
    assert children.result["messageOrigin"] == kept


async def test_a_failure_without_a_word_is_said_to_be_one(client: Client, children: MemoryChildren) -> None:
    await client.post(PATH, json=event("failed"))

    assert children.result is not None
    assert from_document(children.result).message == "the adapter reported a failure without saying why"


async def test_a_failure_of_ours_keeps_its_reason(client: Client, children: MemoryChildren) -> None:
    failed = {"status": "Failed", "reason": "BadParameters", "message": "num_fewshot is negative", "retryable": False}

    await client.post(PATH, json=event("failed", error_message={"message": "bad"}, referee={"result": failed}))

    assert children.result == {**failed, "messageOrigin": "runtime"}


async def test_what_was_done_so_far_is_partial(client: Client, children: MemoryChildren) -> None:
    await client.post(PATH, json=event(referee={"partial": RESULT}))

    assert (children.result, children.partial) == (None, RESULT)


async def test_progress_is_passed_on(client: Client, children: MemoryChildren) -> None:
    await client.post(PATH, json=event(phase="running_evaluation", referee={"progress": {"total": 100, "done": 12}}))

    assert children.progress == [Progress(total=100, done=12, errors=0, phase="running_evaluation")]


@pytest.mark.parametrize(
    ("body", "progress"),
    [
        (event("pending"), Progress()),
        (event("running"), Progress()),
        (event("running", phase="loading_data"), Progress(phase="loading_data")),
        (event("pending", phase="initializing"), Progress(phase="initializing")),
    ],
)
async def test_a_status_alone_is_progress_of_its_own(
    client: Client, children: MemoryChildren, body: dict[str, Any], progress: Progress
) -> None:
    assert (await client.post(PATH, json=body)).status_code == 204
    assert children == MemoryChildren(asked=1, progress=[progress])


async def test_a_large_result_is_handed_on_whole(client: Client, children: MemoryChildren) -> None:
    many = [{"name": f"subset_{number}", "value": 0.5} for number in range(1500)]
    large = {**RESULT, "metrics": many, "slices": [{"by": "subset", "value": "math", "metrics": many[:10]}]}

    answer = await client.post(PATH, json=event("completed", referee={"result": large}))

    assert answer.status_code == 204
    assert children.result == large


async def test_the_same_event_comes_to_the_same_document(client: Client) -> None:
    body = event("completed", metrics={f"metric_{number}": number / 7 for number in range(1500)})

    answers = [await client.post(PATH, json=body) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [204, 204]
