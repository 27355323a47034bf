"""The store over each database that it is for: SQLite in a file, and a real PostgreSQL."""

import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from referee.store import RunRef, Store
from tests.testbed.postgresql import Postgresql
from tests.testbed.s3 import S3, s3_server
from tests.testbed.session import postgresql_of_this_run


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Postgresql]:
    with postgresql_of_this_run() as server:
        yield server


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3]:
    with s3_server(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database; on the server, whose databases are files by the hundred, an empty schema."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/referee.db"
    server: Postgresql = request.getfixturevalue("postgresql")
    schema = f"test_{uuid.uuid4().hex[:12]}"
    server.query(f"CREATE SCHEMA {schema}")
    return f"{server.url()}?search_path={schema}"


@pytest.fixture
async def store(url: str, tmp_path: Path) -> AsyncIterator[Store]:
    store = await Store.open(url, str(tmp_path / "artifacts"))
    yield store
    await store.close()


@pytest.fixture
def run_of() -> Callable[..., RunRef]:
    """Makes runs of one job, which no other test has."""
    job = str(uuid.uuid4())

    def make(index: int = 0, attempt: int = 1, child: str | None = None, job_uid: str = job) -> RunRef:
        return RunRef("team", "capitals", job_uid, child or str(uuid.uuid4()), index, attempt)

    return make


@pytest.fixture
def run(run_of: Callable[..., RunRef]) -> RunRef:
    return run_of()
