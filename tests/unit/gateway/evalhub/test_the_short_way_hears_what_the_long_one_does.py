"""What `direct` answers is what the framework would have: also for a request that says a thing twice."""

from collections.abc import Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, cast

import pytest
from starlette.datastructures import Headers

from referee.gateway.evalhub.direct import Direct

if TYPE_CHECKING:
    from referee.gateway.evalhub.reading import Reading
    from referee.gateway.people import People

TWICE = [
    (b"authorization", b"Bearer first"),
    (b"x-tenant", b"one"),
    (b"authorization", b"Bearer second"),
    (b"x-tenant", b"two"),
    (b"x-global-transaction-id", b"11111111-1111-4111-8111-111111111111"),
    (b"x-global-transaction-id", b"22222222-2222-4222-8222-222222222222"),
]


class Heard:
    """People and the read side, that remember the headers."""

    def __init__(self) -> None:
        self.headers: Mapping[str, str] = {}

    async def identify(self, headers: Mapping[str, str]) -> object:
        self.headers = headers
        return object()

    async def job(self, *_: object) -> bytes:
        return b"{}\n"

    async def page(self, *_: object) -> bytes:
        return b"{}\n"


async def nothing(*_: object) -> Any:
    raise AssertionError("the ordinary way was taken")


@pytest.mark.parametrize("path", ["/api/v1/evaluations/jobs", "/api/v1/evaluations/jobs/a"])
async def test_of_headers_that_came_twice_the_same_one_counts(path: str) -> None:
    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": TWICE}
    heard, sent = Heard(), list[MutableMapping[str, Any]]()

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    await Direct(nothing, cast("People", heard), cast("Reading", heard))(scope, nothing, send)

    framework = Headers(scope=scope)
    assert {name: heard.headers[name] for name in ("authorization", "x-tenant")} == {
        name: framework[name] for name in ("authorization", "x-tenant")
    }
    trace = dict(sent[0]["headers"])[b"x-global-transaction-id"].decode()
    assert trace == framework["x-global-transaction-id"] == TWICE[4][1].decode()
