"""Artefacts in a directory and in an S3 server; the database beside them is each of the two."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from referee.store import RunRef, Store, StoreUnavailable, Unstorable, UnusableStore
from tests.testbed.s3 import S3


@pytest.fixture(params=["directory", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "directory":
        return str(tmp_path / "artifacts")
    server = request.getfixturevalue("s3")
    assert isinstance(server, S3)
    bucket = f"test-{uuid.uuid4().hex[:12]}"
    server.create_bucket(bucket)
    for name, value in server.environment().items():
        monkeypatch.setenv(name, value)
    return f"s3://{bucket}/referee"


@pytest.fixture
async def store(url: str, place: str) -> AsyncIterator[Store]:
    store = await Store.open(url, place)
    yield store
    await store.close()


async def pieces(number: int) -> AsyncIterator[bytes]:
    for i in range(number):
        yield bytes([i]) * 1_000_000


async def content(store: Store, run: RunRef, name: str) -> bytes:
    return b"".join([piece async for piece in store.artifacts.read(run.job_uid, run.index, name)])


async def test_a_file_is_streamed_in_and_out(store: Store, run: RunRef) -> None:
    put = await store.artifacts.put(run, "report/index.html", pieces(20), "text/html")

    assert (put.size, put.media_type) == (20_000_000, "text/html")
    assert [found async for found in store.artifacts.of_job(run.job_uid)] == [put]
    assert await content(store, run, put.name) == b"".join([piece async for piece in pieces(20)])


async def test_reading_gives_a_large_file_in_small_pieces(store: Store, run: RunRef) -> None:
    await store.artifacts.put(run, "weights", pieces(20))

    sizes = [len(piece) async for piece in store.artifacts.read(run.job_uid, run.index, "weights")]

    assert max(sizes) < 4_000_000


async def test_a_file_of_the_same_name_is_replaced(store: Store, run: RunRef) -> None:
    await store.artifacts.put(run, "notes", b"first")
    await store.artifacts.put(run, "notes", b"second, longer")

    assert [found.size async for found in store.artifacts.of_job(run.job_uid)] == [14]
    assert await content(store, run, "notes") == b"second, longer"


async def test_the_last_attempts_file_is_read(store: Store, run_of: Callable[..., RunRef]) -> None:
    for attempt in (1, 3, 2):
        await store.artifacts.put(run_of(0, attempt), "notes", str(attempt).encode())

    assert await content(store, run_of(), "notes") == b"3"


async def test_any_name_is_only_a_name(store: Store, run: RunRef) -> None:
    names = ["../../etc/passwd", "/absolute", "a b?c#d%2e", "漢字", "."]
    for name in names:
        await store.artifacts.put(run, name, name.encode())

    assert [found.name async for found in store.artifacts.of_job(run.job_uid)] == names
    assert [await content(store, run, name) for name in names] == [name.encode() for name in names]


async def test_what_was_not_put_is_empty(store: Store, run: RunRef) -> None:
    assert await content(store, run, "notes") == b""
    assert [found async for found in store.artifacts.of_job(run.job_uid)] == []


async def test_a_large_result_goes_there_too(store: Store, run: RunRef) -> None:
    document = {"metrics": ["x" * 1000] * 1000}
    await store.results.put(run, "sha256:1", document)

    assert [result.document async for result in store.results.of_job(run.job_uid)] == [document]


async def test_what_expires_takes_its_own_objects_and_no_others(
    store: Store, run_of: Callable[..., RunRef], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Runs 1 to 12 in an empty database: the first one's path is the beginning of others'."""
    monkeypatch.setattr("referee.store.objects.LISTED_AT_ONCE", 2)
    for number in range(5):
        await store.artifacts.put(run_of(0), f"notes-{number}", b"old")
    await asyncio.sleep(0.01)
    then = datetime.now(UTC)
    for index in range(1, 8):
        await store.artifacts.put(run_of(index), "notes", b"new")

    assert await store.expire(then) == 5

    assert [await content(store, run_of(index), "notes") for index in range(1, 8)] == [b"new"] * 7
    kept = [found.run.index async for found in store.artifacts.of_job(run_of().job_uid)]
    assert kept == list(range(1, 8))


async def test_without_a_place_a_file_is_refused_and_the_text_says_what_to_set(url: str, run: RunRef) -> None:
    store = await Store.open(url)
    with pytest.raises(Unstorable, match="set a directory or an object store"):
        await store.artifacts.put(run, "notes", b"")
    await store.close()


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
async def test_an_object_store_that_does_not_answer_is_unavailable(
    url: str, run: RunRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "very-secret")
    store = await Store.open(url, "s3://bucket")

    with pytest.raises(StoreUnavailable) as caught:
        await store.results.put(run, "sha256:1", {"metrics": ["x" * 1000] * 1000})
    await store.results.put(run, "sha256:2", {"small": "ones need it not"})
    await store.close()

    assert "very-secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("where", ["ftp://host/x", "s3://", "/proc/nowhere"])
async def test_what_is_no_place_is_refused_at_the_start(url: str, where: str) -> None:
    with pytest.raises(UnusableStore):
        await Store.open(url, where)
