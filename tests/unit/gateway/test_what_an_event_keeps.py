"""From an event to what is kept: our own documents, and those made of what the eval-hub-sdk tells."""

from typing import Any

import httpx
import pytest

from referee.core.children import Progress
from referee.core.result import MAX_BYTES, canonical, from_document
from referee.gateway.app import create_app
from tests.unit.gateway.memory import MemoryChildren
from tests.unit.gateway.posting import PATH, RESULT, client_of, event

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
        "completedAt": "2026-01-02T03:04:05.678901+00:00",
    }


async def test_what_is_no_number_is_named_and_left_out(client: Client, children: MemoryChildren) -> None:
    await client.post(PATH, json=event("completed", metrics={"acc": 0.5, "grade": "B", "detail": {"a": 1}}))

    assert children.result is not None
    assert [metric["name"] for metric in children.result["metrics"]] == ["acc"]
    assert children.result["message"] == "left out, since they are no numbers: grade, detail"


async def test_the_end_without_numbers_is_not_yet_a_result(client: Client, children: MemoryChildren) -> None:
    announced = await client.post(PATH, json=event("completed", phase="completed"))
    told = await client.post(PATH, json=event("completed", metrics={"acc": 0.5}))

    assert (announced.status_code, told.status_code) == (204, 204)
    assert children.result is not None
    assert children.result["metrics"] == [{"name": "acc", "value": 0.5}]


async def test_a_failure_is_a_result_too(client: Client, children: MemoryChildren) -> None:
    error = {"message": "no such dataset", "message_code": "dataset_not_found", "message_origin": "adapter"}

    await client.post(PATH, json=event("failed", error_message=error))

    assert children.result == {"status": "Failed", "reason": "dataset_not_found", "message": "no such dataset"}


async def test_a_failure_without_a_word_is_said_to_be_one(client: Client, children: MemoryChildren) -> None:
    await client.post(PATH, json=event("failed"))

    assert children.result is not None
    assert from_document(children.result).message == "the adapter reported a failure without saying why"


async def test_a_failure_of_ours_keeps_its_reason(client: Client, children: MemoryChildren) -> None:
    failed = {"status": "Failed", "reason": "BadParameters", "message": "num_fewshot is negative", "retryable": False}

    await client.post(PATH, json=event("failed", error_message={"message": "bad"}, referee={"result": failed}))

    assert children.result == failed


async def test_what_was_done_so_far_is_partial(client: Client, children: MemoryChildren) -> None:
    await client.post(PATH, json=event(referee={"partial": RESULT}))

    assert (children.result, children.partial) == (None, RESULT)


async def test_progress_is_passed_on(client: Client, children: MemoryChildren) -> None:
    await client.post(PATH, json=event(phase="running_evaluation", referee={"progress": {"total": 100, "done": 12}}))

    assert children.progress == [Progress(total=100, done=12, errors=0)]


@pytest.mark.parametrize("body", [event("pending"), event("running"), event("running", phase="loading_data")])
async def test_a_status_alone_is_taken_note_of(client: Client, children: MemoryChildren, body: dict[str, Any]) -> None:
    assert (await client.post(PATH, json=body)).status_code == 204
    assert children == MemoryChildren(asked=1)


async def test_a_result_that_is_too_large_keeps_what_is_gated(client: Client, children: MemoryChildren) -> None:
    many = [{"name": f"subset_{number}", "value": 0.5} for number in range(1500)]
    gated = [{"name": "acc,none", "value": 0.35}, {"name": "acc_stderr,none", "value": 0.05}]
    large = {**RESULT, "metrics": [*many, *gated], "slices": [{"by": "subset", "value": "math", "metrics": many[:10]}]}

    answer = await client.post(PATH, json=event("completed", referee={"result": large}))

    assert answer.status_code == 204
    assert children.result is not None
    assert len(canonical(children.result)) <= MAX_BYTES
    assert children.result["truncated"] is True
    assert children.result["metrics"][-2:] == gated
    assert children.result["metrics"][0] == many[0]
    assert "slices" not in children.result


async def test_the_same_event_comes_to_the_same_document(client: Client) -> None:
    body = event("completed", metrics={f"metric_{number}": number / 7 for number in range(1500)})

    answers = [await client.post(PATH, json=body) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [204, 204]


async def test_a_body_of_a_megabyte_is_read(children: MemoryChildren) -> None:
    async with client_of(create_app(children)) as client:
        answer = await client.post(PATH, json=event("completed", metrics={"acc": 0.5}, artifacts={"log": "x" * 2**20}))

    assert answer.status_code == 204
    assert children.result == {"status": "Completed", "metrics": [{"name": "acc", "value": 0.5}]}
