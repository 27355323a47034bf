"""An s3 source, against a real S3 server."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.testbed.s3 import S3, s3_server
from tests.unit.agent.fetch.world import Fetcher


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3]:
    with s3_server(tmp_path_factory.mktemp("s3")) as running:
        running.create_bucket("sets")
        sets = running.directory / "sets"
        (sets / "sums" / "deep").mkdir(parents=True)
        (sets / "sumsets").mkdir()
        (sets / "sums" / "a.jsonl").write_bytes(b"aa")
        (sets / "sums" / "deep" / "b.jsonl").write_bytes(b"bbb")
        (sets / "sumsets" / "c").write_bytes(b"c")
        yield running


@pytest.fixture
def fetcher(tmp_path: Path, server: S3) -> Fetcher:
    fetcher = Fetcher(tmp_path)
    fetcher.secret(AWS_ACCESS_KEY_ID=server.access_key, AWS_SECRET_ACCESS_KEY=server.secret_key)
    return fetcher


def test_an_object_lands_under_its_own_name(fetcher: Fetcher, server: S3) -> None:
    ended = fetcher.fetch("s3", bucket="sets", key="sums/a.jsonl", endpoint=server.endpoint)

    assert ended.code == 0, ended.log
    assert ended.files == {"a.jsonl": b"aa"}
    assert ended.message["bytes"] == 2
    assert ended.message["resolved"] == "sha256:" + hashlib.sha256(b"aa").hexdigest()


def test_everything_under_a_prefix_lands(fetcher: Fetcher, server: S3) -> None:
    ended = fetcher.fetch("s3", bucket="sets", key="sums/", endpoint=server.endpoint)

    assert ended.files == {"a.jsonl": b"aa", "deep/b.jsonl": b"bbb"}, ended.log
    assert ended.message["resolved"].startswith("sha256:")
    assert ended.message == fetcher.fetch("s3", bucket="sets", key="sums/", endpoint=server.endpoint).message


def test_the_endpoint_may_be_the_secrets(fetcher: Fetcher, server: S3) -> None:
    fetcher.secret(AWS_S3_ENDPOINT=server.endpoint, AWS_DEFAULT_REGION="us-east-1")

    assert fetcher.fetch("s3", bucket="sets", key="sums/a.jsonl").files == {"a.jsonl": b"aa"}


@pytest.mark.parametrize(
    ("bucket", "key"), [("sets", "none"), ("sets", "none/"), ("no-bucket", "a"), ("no-bucket", "a/")]
)
def test_what_is_not_there_is_said(fetcher: Fetcher, server: S3, bucket: str, key: str) -> None:
    assert fetcher.refusal("s3", bucket=bucket, key=key, endpoint=server.endpoint)[0] == "TestDataNotFound"


@pytest.mark.parametrize("key", ["sums/a.jsonl", "sums/"])
def test_a_key_that_is_not_taken_is_said_and_not_shown(fetcher: Fetcher, server: S3, key: str) -> None:
    fetcher.secret(AWS_ACCESS_KEY_ID="nobody", AWS_SECRET_ACCESS_KEY="s3cret")

    ended = fetcher.fetch("s3", bucket="sets", key=key, endpoint=server.endpoint)

    assert ended.message["reason"] == "TestDataUnauthorized", ended.log
    assert "s3cret" not in ended.log + str(ended.message)


def test_without_a_key_a_private_bucket_is_refused(tmp_path: Path, server: S3) -> None:
    assert (
        Fetcher(tmp_path).refusal("s3", bucket="sets", key="sums/a.jsonl", endpoint=server.endpoint)[0]
        == "TestDataUnauthorized"
    )


def test_half_a_key_is_said(tmp_path: Path, server: S3) -> None:
    fetcher = Fetcher(tmp_path)
    fetcher.secret(AWS_ACCESS_KEY_ID="half")

    reason, message = fetcher.refusal("s3", bucket="sets", key="a", endpoint=server.endpoint)

    assert reason == "TestDataUnauthorized"
    assert "AWS_SECRET_ACCESS_KEY" in message


def test_more_than_is_allowed_is_refused(fetcher: Fetcher, server: S3) -> None:
    (server.directory / "sets" / "large").mkdir(exist_ok=True)
    (server.directory / "sets" / "large" / "a").write_bytes(bytes(200_000))
    fetcher.environ["REFEREE_TEST_DATA_MAX_BYTES"] = "100000"

    for key in ("large/", "large/a"):
        assert fetcher.refusal("s3", bucket="sets", key=key, endpoint=server.endpoint)[0] == "TestDataTooLarge"


def test_what_is_not_public_is_not_asked(fetcher: Fetcher, server: S3) -> None:
    fetcher.environ = {}

    reason, _ = fetcher.refusal("s3", bucket="sets", key="sums/a.jsonl", endpoint=server.endpoint)
    assert reason == "TestDataForbidden"
