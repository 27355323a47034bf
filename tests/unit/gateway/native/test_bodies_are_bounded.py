"""Bodies that would hurt are refused before anybody looks into them."""

import json
from typing import Any

import pytest
from starlette.requests import Request

from referee.gateway.errors import Malformed, TooLarge
from referee.gateway.native.documents import LIMIT, job_of, patch_of
from referee.gateway.people import Person

PERSON = Person("somebody", (), "token", "team")


def request(body: bytes) -> Request:
    sent = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        return sent.pop()

    return Request({"type": "http", "method": "POST", "path": "/", "headers": []}, receive)


def nested(depth: int) -> bytes:
    return b'{"spec":{"custom":{"x":' + b"[" * depth + b"]" * depth + b"}}}"


async def test_too_many_bytes() -> None:
    with pytest.raises(TooLarge, match="more than an API server keeps"):
        await job_of(request(b" " * (LIMIT + 1)), PERSON)


@pytest.mark.parametrize("depth", [63, 500, 100_000])
async def test_too_deep(depth: int) -> None:
    with pytest.raises(Malformed, match=r"nested more than 64 deep|the body is no JSON"):
        await patch_of(request(nested(depth)), PERSON, "one")


async def test_as_deep_as_may_be() -> None:
    body = nested(60)
    assert await patch_of(request(body), PERSON, "one") == json.loads(body)
