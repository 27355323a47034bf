"""Bodies that are no events, and who is told what."""

import json
from typing import Any

import httpx
import pytest

from tests.unit.gateway.memory import MemoryChildren
from tests.unit.gateway.posting import PATH, RESULT, event

Client = httpx.AsyncClient


def changed(**content: Any) -> dict[str, Any]:
    """The event with some of its fields replaced; None takes one out."""
    inner = {**event()["benchmark_status_event"], **content}
    return {"benchmark_status_event": {name: value for name, value in inner.items() if value is not None}}


MALFORMED = {
    "an index in quotes": (changed(benchmark_index="0"), "benchmark_status_event.benchmark_index: "),
    "an index that is true": (changed(benchmark_index=True), "benchmark_status_event.benchmark_index: "),
    "no status": (changed(status=None), "benchmark_status_event.status: Field required"),
    "a status that adapters do not have": (changed(status="cancelled"), "benchmark_status_event.status: "),
    "a phase of its own": (changed(phase="thinking"), "benchmark_status_event.phase: "),
    "no benchmark": (changed(id=None), "benchmark_status_event.id: Field required"),
    "a time without a zone": (changed(completed_at="2026-01-02T03:04:05"), "must be an RFC 3339 time with a zone"),
    "a time with a space": (changed(started_at="2026-01-02 03:04:05Z"), "must be an RFC 3339 time with a zone"),
    "a time that is no time": (changed(started_at="2026-13-02T03:04:05Z"), "started_at: month must be in 1..12"),
    "a schema of what is not there": (
        changed(status="completed", metrics={"acc": 1}, metrics_schema=[{"name": "f1", "type": "numeric"}]),
        "metrics_schema names what metrics lacks: f1",
    ),
    "a schema that says it twice": (
        changed(status="completed", metrics={"acc": 1}, metrics_schema=[{"name": "acc", "type": "numeric"}] * 2),
        "metrics_schema names a metric twice",
    ),
    "a list instead of an object": ([], "the body: "),
    "a schema of a type that nobody has": (
        changed(status="completed", metrics={"acc": 1}, metrics_schema=[{"name": "acc", "type": "float"}]),
        "metrics_schema.0.type: ",
    ),
    "artifacts in a list": (changed(status="completed", metrics={}, artifacts=[]), "artifacts: "),
    "another envelope": ({"event": {}}, "benchmark_status_event: Field required"),
    "progress backwards": (changed(referee={"progress": {"total": 10, "done": -1}}), "referee.progress.done: "),
    "progress in quotes": (changed(referee={"progress": {"total": "10"}}), "referee.progress.total: "),
    "two things at once": (
        changed(status="failed", referee={"progress": {}, "result": RESULT}),
        "more than one of progress, result and partial",
    ),
    "a result on the way": (changed(referee={"result": RESULT}), "comes with status completed or failed, not running"),
    "a partial at the end": (
        changed(status="completed", referee={"partial": RESULT}),
        "referee.partial comes with status running, not completed",
    ),
    "a failure that is complete": (
        changed(status="failed", referee={"result": RESULT}),
        "status is failed but referee.result.status is Completed",
    ),
    "a result without status": (
        changed(status="completed", referee={"result": {"metrics": []}}),
        "referee.result: status must be Completed or Failed, not None",
    ),
    "a metric without a name": (
        changed(status="completed", referee={"result": {**RESULT, "metrics": [{"value": 1}]}}),
        "referee.result: each of metrics must be an object with a name",
    ),
    "a metric in quotes": (
        changed(status="completed", referee={"result": {**RESULT, "metrics": [{"name": "acc", "value": "0.5"}]}}),
        "metrics[acc].value must be a finite number",
    ),
    "half a sample": (
        changed(status="completed", referee={"result": {**RESULT, "samples": {"total": 0.5}}}),
        "samples.total must be a whole number",
    ),
}


@pytest.mark.parametrize(("body", "said"), MALFORMED.values(), ids=MALFORMED)
async def test_what_is_no_event_is_refused_by_name(
    client: Client, children: MemoryChildren, body: Any, said: str
) -> None:
    answer = await client.post(PATH, json=body)

    assert (answer.status_code, answer.json()["message_code"]) == (400, "request_validation_failed")
    assert said in answer.json()["message"]
    assert (children.result, children.partial, children.progress) == (None, None, [])


RAW = {
    "nothing": (b"", "the body is not JSON"),
    "half of it": (json.dumps(event()).encode()[:-3], "the body is not JSON"),
    "no text": (b"\xff\xfe\x00{}", "the body is not JSON"),
    "a nest": (b"[" * 50_000, "the body is not JSON"),
    "not a number": (
        b'{"benchmark_status_event": {"metrics": {"acc": NaN}}}',
        "NaN is no number that can be reported",
    ),
    "infinity": (b'{"benchmark_status_event": {"metrics": {"acc": -Infinity}}}', "-Infinity is no number"),
}


@pytest.mark.parametrize(("raw", "said"), RAW.values(), ids=RAW)
async def test_what_is_no_json_is_refused(client: Client, raw: bytes, said: str) -> None:
    answer = await client.post(PATH, content=raw)

    assert (answer.status_code, answer.json()["message_code"]) == (400, "invalid_json_request")
    assert said in answer.json()["message"]


BEYOND = ("1e999", "-1e999", "1" + "0" * 400)


@pytest.mark.parametrize("number", BEYOND, ids=["a float", "a negative one", "an integer"])
@pytest.mark.parametrize("ours", [True, False], ids=["of ours", "of the SDK"])
async def test_a_number_beyond_all_numbers_is_refused(client: Client, number: str, *, ours: bool) -> None:
    metrics = {"acc": 424242} if not ours else None
    referee = {"result": {**RESULT, "metrics": [{"name": "acc", "value": 424242}]}} if ours else {}
    text = json.dumps(changed(status="completed", metrics=metrics, referee=referee)).replace("424242", number)

    answer = await client.post(PATH, content=text)

    assert answer.status_code == 400
    assert answer.json()["message"].startswith("referee.result: " if ours else "metrics.acc ")


async def test_an_infinite_number_in_a_slice_is_refused(client: Client) -> None:
    sliced = {**RESULT, "slices": [{"by": "subset", "value": "math", "metrics": [{"name": "acc", "value": 424242}]}]}
    text = json.dumps(event("completed", referee={"result": sliced})).replace("424242", "1e999")

    answer = await client.post(PATH, content=text)

    assert answer.status_code == 400
    assert answer.json()["message"].startswith("referee.result: ")


@pytest.mark.parametrize("where", ["artifacts", "additional_info"])
async def test_an_infinite_number_beside_the_result_is_refused(client: Client, where: str) -> None:
    text = json.dumps(changed(status="completed", metrics={"acc": 1}, **{where: {"x": 424242}}))

    answer = await client.post(PATH, content=text.replace("424242", "1e999"))

    assert (answer.status_code, answer.json()["message_code"]) == (400, "request_validation_failed")


async def test_characters_that_no_encoder_takes_are_answered(client: Client) -> None:
    answer = await client.post(PATH, content=json.dumps(changed(id="\ud800")))

    assert answer.status_code == 404
    assert "\\ud800" in answer.json()["message"]
