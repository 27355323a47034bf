"""Status codes, bodies and headers of answers, whatever the reason."""

import logging
import re
from collections.abc import AsyncIterator

import httpx
import pytest

from referee.gateway.app import create_app
from referee.gateway.errors import Standing, Unavailable, Unknown
from referee.gateway.reporting.events import EventLimits
from tests.unit.gateway.memory import MemoryChildren, Slow
from tests.unit.gateway.posting import PATH, RESULT, client_of, event

Client = httpx.AsyncClient
COMPLETED = event("completed", referee={"result": RESULT})


async def test_without_a_token_nobody_is_known(client: Client, children: MemoryChildren) -> None:
    answer = await client.post(PATH, json=COMPLETED, headers={"Authorization": ""})

    assert (answer.status_code, answer.json()["message_code"]) == (401, "unauthorized")
    assert children.asked == 0


@pytest.mark.parametrize("header", ["Bearer bad", "Basic good", "good", "Bearer"])
async def test_a_token_that_is_none_of_ours(client: Client, children: MemoryChildren, header: str) -> None:
    answer = await client.post(PATH, json=COMPLETED, headers={"Authorization": header})

    assert answer.status_code == 401
    assert children.result is None


async def test_the_scheme_is_written_as_one_likes(client: Client) -> None:
    answer = await client.post(PATH, json=COMPLETED, headers={"Authorization": "bearer  good"})

    assert answer.status_code == 204


async def test_another_job_is_not_the_callers(client: Client, children: MemoryChildren) -> None:
    answer = await client.post(PATH.replace("capitals", "rivers"), json=COMPLETED)

    assert (answer.status_code, answer.json()["message_code"]) == (403, "forbidden")
    assert children.result is None


async def test_a_job_that_does_not_exist(client: Client) -> None:
    answer = await client.post(PATH.replace("capitals", "mountains"), json=COMPLETED)

    assert (answer.status_code, answer.json()["message_code"]) == (404, "resource_not_found")


@pytest.mark.parametrize("change", [{"id": "boolq"}, {"provider_id": "other"}, {"benchmark_index": 1}])
async def test_another_benchmark_is_not_found(
    client: Client, children: MemoryChildren, change: dict[str, object]
) -> None:
    answer = await client.post(PATH, json=event("completed", **{"referee": {"result": RESULT}, **change}))

    assert answer.status_code == 404
    assert "copy them from job.json" in answer.json()["message"]
    assert children.result is None


async def test_another_final_result_is_a_conflict(client: Client, children: MemoryChildren) -> None:
    children.result = {"status": "Failed"}

    answer = await client.post(PATH, json=COMPLETED)

    assert (answer.status_code, answer.json()["message_code"]) == (409, "job_can_not_be_updated")


@pytest.mark.parametrize(
    ("fault", "status", "retry_after"),
    [
        (Unavailable("the API server did not answer"), 503, "1"),
        (Unavailable("it is busy", retry_after=7), 503, "7"),
        (Unavailable("it is busy", retry_after=0.2), 503, "1"),
        (Standing("the child is over"), 409, None),
        (Unknown("the child is gone"), 404, None),
    ],
)
async def test_what_the_port_refuses(
    client: Client, children: MemoryChildren, fault: Exception, status: int, retry_after: str | None
) -> None:
    children.fault = fault

    answer = await client.post(PATH, json=COMPLETED)

    assert (answer.status_code, answer.headers.get("Retry-After")) == (status, retry_after)
    assert answer.json()["message"] == str(fault)


async def test_a_refusal_has_one_form(client: Client) -> None:
    answer = await client.post(PATH, content=b"", headers={"X-Global-Transaction-Id": "run-7"})

    body = answer.json()
    assert set(body) == {"message_code", "message", "trace", "detail"}
    assert body["detail"] == body["message"]
    assert body["trace"] == answer.headers["X-Global-Transaction-Id"] == "run-7"
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("given", [{}, {"X-Global-Transaction-Id": "x" * 500}, {"X-Global-Transaction-Id": "a b"}])
async def test_a_request_without_a_usable_name_gets_one(client: Client, given: dict[str, str]) -> None:
    answer = await client.post(PATH, json=event(), headers=given)

    assert answer.status_code == 204
    assert re.fullmatch(r"[0-9a-f-]{36}", answer.headers["X-Global-Transaction-Id"])


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", PATH, 405), ("POST", "/api/v1/nothing", 404), ("POST", PATH + "/", 404)]
)
async def test_what_is_not_served_is_said_in_the_same_form(client: Client, method: str, path: str, status: int) -> None:
    answer = await client.request(method, path)

    assert answer.status_code == status
    assert set(answer.json()) == {"message_code", "message", "trace", "detail"}


async def test_a_fault_of_ours_is_a_500_with_a_trace(
    client: Client, children: MemoryChildren, caplog: pytest.LogCaptureFixture
) -> None:
    children.fault = ZeroDivisionError("whatever")

    answer = await client.post(PATH, json=COMPLETED)

    assert answer.status_code == 500
    assert "whatever" not in answer.text
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert record.__dict__["trace"] == answer.json()["trace"]


async def test_what_takes_too_long_is_to_be_posted_again() -> None:
    app = create_app(Slow(), limits=EventLimits(seconds=0.05))
    async with client_of(app) as client:
        answer = await client.post(PATH, json=COMPLETED)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")


async def test_a_body_over_the_limit(client: Client, children: MemoryChildren) -> None:
    answer = await client.post(PATH, json=event("completed", metrics={"x" * 100_000: 1}))

    assert (answer.status_code, answer.json()["message_code"]) == (413, "request_body_too_large")
    assert children.result is None


class Upload:
    """A body whose reading can be watched."""

    def __init__(self, chunks: int, size: int) -> None:
        self.chunks, self.size, self.taken = chunks, size, 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for _ in range(self.chunks):
            self.taken += 1
            yield b" " * self.size


async def test_a_refused_upload_is_taken_in_to_its_end(client: Client) -> None:
    upload = Upload(chunks=20, size=10_000)

    answer = await client.post(PATH, content=upload, headers={"Authorization": "Bearer bad"})

    assert (answer.status_code, upload.taken) == (401, 20)


async def test_with_a_secret_in_the_path_no_token_is_needed(children: MemoryChildren) -> None:
    async with client_of(create_app(children, secret_in_path=True)) as client:
        del client.headers["Authorization"]

        right = await client.post(f"/good{PATH}", json=COMPLETED)
        wrong = await client.post(f"/guessed{PATH}", json=COMPLETED)
        none = await client.post(PATH, json=COMPLETED)

    assert (right.status_code, wrong.status_code, none.status_code) == (204, 401, 404)


async def test_a_secret_in_the_path_is_not_logged(children: MemoryChildren, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="referee")
    async with client_of(create_app(children, secret_in_path=True)) as client:
        await client.post(f"/s3cr3t{PATH}", json=COMPLETED)
        await client.post(f"/good{PATH}", json=COMPLETED)

    said = [str(vars(record)) for record in caplog.records if record.name.startswith("referee")]
    assert said
    assert not any("s3cr3t" in line or "/good" in line for line in said)


async def test_a_wrong_parameter_is_named_and_nothing_of_ours() -> None:
    app = create_app(MemoryChildren())

    @app.get("/counted")
    async def counted(limit: int) -> int:
        return limit

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as client:
        answer = await client.get("/counted?limit=many")

    assert answer.status_code == 400
    assert answer.json()["message"].startswith("query.limit: ")
    assert __file__ not in answer.text
