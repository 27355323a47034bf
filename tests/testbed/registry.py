"""A container registry on loopback: the CNCF's own, `distribution`, over a directory.

Built from Go's module proxy once and then found in the testbed's cache; the version is pinned and Go's checksum
database vouches for it. It asks for nothing, for Basic authentication, or for the tokens of a service whose certificate
it is given. It is no part of the testbed's own Go module, for the reason that `s3.py` gives.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.testbed.control_plane import free_port
from tests.testbed.go_build import program_of
from tests.testbed.processes import Children, Program
from tests.testbed.waiting import wait_for

VERSION = "v3.1.2"
MODULE = "github.com/distribution/distribution/v3/cmd/registry"
LOOPBACK = "127.0.0.1"

USER = "pusher"
PASSWORD = "over-the-wire"
_HTPASSWD = f"{USER}:$2b$05$abcdefghijklmnopqrstuurBLCRmBiVjyzXFIbsA3KOtV6v2GAi82\n"


@dataclass(frozen=True)
class TokenService:
    """Whom the registry sends its clients to for a token."""

    realm: str
    service: str
    issuer: str
    certificates: Path
    """What tokens are signed with, as PEM."""


@dataclass(frozen=True)
class Registry:
    """A running registry, in plain HTTP."""

    host: str

    @property
    def url(self) -> str:
        """Its base address."""
        return f"http://{self.host}"


@contextmanager
def registry(
    directory: Path, *, address: str = LOOPBACK, password: bool = False, tokens: TokenService | None = None
) -> Iterator[Registry]:
    """A registry over an empty directory; killed at the end.

    From the main thread only, as every program of the testbed.

    Args:
        directory: where its things are.
        address: of this machine, where it listens.
        password: it asks for `USER` and `PASSWORD`.
        tokens: it asks for tokens of this service.
    """
    host = f"{address}:{free_port(address)}"
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "htpasswd").write_text(_HTPASSWD)
    configuration: dict[str, object] = {
        "version": 0.1,
        "log": {"level": "warn"},
        "storage": {"filesystem": {"rootdirectory": str(directory / "blobs")}},
        "http": {"addr": host, "secret": "testbed"},
    }
    if password:
        configuration["auth"] = {"htpasswd": {"realm": "testbed", "path": str(directory / "htpasswd")}}
    if tokens is not None:
        told = {"realm": tokens.realm, "service": tokens.service, "issuer": tokens.issuer}
        configuration["auth"] = {"token": {**told, "rootcertbundle": str(tokens.certificates)}}
    path = directory / "registry.json"
    path.write_text(json.dumps(configuration))  # JSON is YAML
    children = Children(directory / "logs")
    children.start(
        Program("registry", [program_of("registry", MODULE, VERSION), "serve", path], {"OTEL_TRACES_EXPORTER": "none"})
    )
    running = Registry(host)
    try:
        wait_for(lambda: _ready(running, children), "the registry to answer", 20)
        yield running
    finally:
        children.stop()


def _ready(running: Registry, children: Children) -> bool:
    children.check()
    try:
        return httpx.get(f"{running.url}/v2/", trust_env=False).status_code in (200, 401)
    except httpx.TransportError:
        return False
