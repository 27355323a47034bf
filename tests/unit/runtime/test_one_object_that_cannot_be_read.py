"""Objects that are nested deeper than Python reads: left out or told so, while all the others go on."""

import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web
from pydantic import ValidationError
from yarl import URL

from referee.api.conditions import Reason
from referee.gateway.kept import catalogue_of
from referee.runtime.cache import Cache
from referee.runtime.catalogue import Lookup
from referee.runtime.credentials import Credentials, fixed_token
from referee.runtime.errors import Unreachable
from referee.runtime.kube import Kube
from referee.runtime.paths import DATASETS
from referee.runtime.transport import Transport
from referee.runtime.watched import Watched
from tests.unit.runtime.test_what_is_kept_of_objects import a_job, an_object

KEY = ("team", "o")


def deep(levels: int = 300) -> dict[str, Any]:
    inner: dict[str, Any] = {}
    for _ in range(levels):
        inner = {"a": inner}
    return inner


def test_a_dataset_says_that_it_is_too_deep_and_is_well_once_it_is_flatter() -> None:
    watched = Watched()
    lookup = Lookup(watched, Watched(), "")
    cache = watched.catalogue[DATASETS]
    cache.upsert(an_object("Dataset", spec={"inline": [{"input": deep()}]}))
    found = lookup.status(DATASETS, KEY, datetime(2026, 1, 1, tzinfo=UTC))
    assert found is not None
    said = found[1].conditions[0]
    assert (said.status, said.reason) == ("False", Reason.INVALID_SPEC)
    assert said.message == "spec: is nested more than 100 deep: make it flatter"
    assert lookup.of("team").dataset("o") is None

    assert cache.upsert(an_object("Dataset", version=2, spec={"inline": [{"input": deep(50)}]}))
    assert lookup.of("team").dataset("o") is not None


@pytest.mark.parametrize("part", ["spec", "status"])
def test_a_job_that_is_too_deep_is_none_that_this_version_can_read(part: str) -> None:
    watched = Watched()
    parts = a_job()
    watched.evaluation_jobs.upsert({**parts, part: {**parts.get(part, {}), "plan": deep()}})
    with pytest.raises(ValidationError, match="nested more than 100 deep"):
        watched.evaluation_job(KEY)
    assert Lookup(watched, Watched(), "").of("team").evaluation_job("o") is None


def test_what_the_gateway_could_not_write_again_it_does_not_keep(caplog: pytest.LogCaptureFixture) -> None:
    cache = Cache(catalogue_of)
    assert cache.upsert(an_object("Provider"))
    assert cache.upsert(an_object("Provider", version=2, spec={"a": deep()}))
    assert cache.get(KEY) is None
    assert "left out: nested more than 100 deep" in caplog.text
    assert not cache.upsert(an_object("Provider", version=3, spec={"a": deep()}))
    assert cache.upsert(an_object("Provider", version=4))


def test_an_object_that_cannot_be_projected_is_left_out_and_its_next_version_comes_back() -> None:
    cache: Cache[int] = Cache(lambda obj: int(obj["spec"]["n"]), {"n": lambda n: (n,)})
    assert cache.upsert(an_object("A", spec={"n": "1"}))
    assert cache.upsert(an_object("A", "other", spec={"n": "1"}))
    assert cache.upsert(an_object("A", version=2, spec={"n": "x"}))
    assert cache.keys_by("n", 1) == (("team", "other"),)
    assert not cache.upsert(an_object("A", version=2, spec={}))
    assert cache.upsert(an_object("A", version=3, spec={"n": "1"}))
    assert cache.keys_by("n", 1) == (("team", "other"), KEY)


BEYOND = b'{"type":"ADDED","object":' + b"[" * 200_000 + b"]" * 200_000 + b"}"
FLAT = b'{"type":"ADDED","object":{"metadata":{"resourceVersion":"7"}}}'


@pytest.fixture
async def server() -> AsyncIterator[URL]:
    """It answers each watch with a line that nobody can read and one that anybody can, each call with the first."""

    async def answer(request: web.Request) -> web.Response:
        return web.Response(body=BEYOND + b"\n" + FLAT + b"\n" if "watch" in request.query else BEYOND)

    app = web.Application()
    app.router.add_get("/apis", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0]
    yield URL.build(scheme="http", host=host, port=port)
    await runner.cleanup()


async def test_a_line_of_a_watch_that_cannot_be_read_is_left_out_and_the_next_ones_are_not(
    server: URL, caplog: pytest.LogCaptureFixture
) -> None:
    transport = Transport(Credentials(str(server), fixed_token("t")))
    async with Kube(transport).watch("/apis", "1") as events:
        assert [event.resource_version async for event in events] == ["7"]
    assert "left out" in caplog.text
    await transport.close()


async def test_an_answer_that_cannot_be_read_is_an_error_like_any_other(server: URL) -> None:
    transport = Transport(Credentials(str(server), fixed_token("t")))
    with pytest.raises(Unreachable, match="RecursionError"):
        await Kube(transport).get("/apis")
    await transport.close()


_CHILD = """
import copy, json, threading
from referee.runtime.stack import allow_deep_json
allow_deep_json()
def all_of_it():
    for text in ("[" * 10_000 + "]" * 10_000, '{"a":' * 10_000 + "1" + "}" * 10_000):
        found = json.loads('{"items":[{"object":' + text + "}]}")
        assert json.loads(json.dumps(found, sort_keys=True)) == found
        assert copy.copy(found) == found and repr(found)
    for text in ("[" * 200_000, '{"a":' * 200_000):
        try:
            json.loads(text)
        except RecursionError:
            continue
        raise AssertionError("not refused")
all_of_it()
thread = threading.Thread(target=all_of_it)
thread.start()
thread.join()
print("read")
"""


@pytest.mark.parametrize("kilobytes", [8192, 1024])
def test_a_process_reads_what_an_api_server_takes_in_each_thread_and_refuses_what_is_deeper(kilobytes: int) -> None:
    command = ["bash", "-c", f'ulimit -S -s {kilobytes} && exec "$0" -c "$1"', sys.executable, _CHILD]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "read\n", "")
