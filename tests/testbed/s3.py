"""An S3 server on loopback: versitygw, which keeps objects as files of a directory.

Built from Go's module proxy once (a minute) and then found in the testbed's cache; the version is pinned and Go's
checksum database vouches for it. It is no part of the testbed's own Go module: its hundred dependencies and those of
Kubernetes would have to agree.

Rejected: moto, a mock in Python that takes signatures unseen; MinIO, which publishes no new versions.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.testbed.control_plane import free_port
from tests.testbed.go_build import program_of
from tests.testbed.processes import Children, Program
from tests.testbed.waiting import wait_for

VERSION = "v1.8.0"
MODULE = "github.com/versity/versitygw/cmd/versitygw"
REGION = "us-east-1"
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class S3:
    """A running server; addressed by path (`endpoint`/bucket/key), over plain HTTP."""

    endpoint: str
    access_key: str
    secret_key: str
    directory: Path
    """Where the objects are: `directory`/bucket/key."""

    def create_bucket(self, name: str) -> None:
        """A bucket of the one account that there is."""
        (self.directory / name).mkdir()

    def environment(self) -> dict[str, str]:
        """The variables by which clients find it and log in."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ALLOW_HTTP": "true",
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
        }


@contextmanager
def s3_server(directory: Path, port: int = 0) -> Iterator[S3]:
    """A server over an empty directory, or over what an earlier one left in it; killed at the end.

    From the main thread only, as every program of the testbed.
    """
    objects, metadata = directory / "objects", directory / "metadata"
    for made in (objects, metadata):
        made.mkdir(parents=True, exist_ok=True)
    address = f"{LOOPBACK}:{port or free_port(LOOPBACK)}"
    server = S3(f"http://{address}", "testbed", secrets.token_hex(16), objects)
    program = Program(
        "versitygw",
        [
            program_of("s3", MODULE, VERSION),
            *("--port", address, "--region", REGION, "--health", "/health", "--quiet", "--keep-alive"),
            *("posix", "--sidecar", metadata, objects),
        ],
        {"ROOT_ACCESS_KEY_ID": server.access_key, "ROOT_SECRET_ACCESS_KEY": server.secret_key},
    )
    children = Children(directory / "logs")
    children.start(program)
    try:
        wait_for(lambda: _ready(server, children), "versitygw to answer", 20)
        yield server
    finally:
        children.stop()


def _ready(server: S3, children: Children) -> bool:
    children.check()
    try:
        return httpx.get(f"{server.endpoint}/health", trust_env=False).is_success
    except httpx.TransportError:
        return False
