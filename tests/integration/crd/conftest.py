"""`crd_server`: the CRDs as they stand under crds/, on a real API server, in a namespace of the test's own."""

import subprocess
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from referee.runtime.credentials import Credentials, load_credentials
from referee.runtime.kube import Kube
from referee.runtime.transport import Transport
from tests.integration.crd.server import Server
from tests.testbed.binaries import CONTROL_PLANE, find_or_build

CRDS = Path(__file__).parents[3] / "crds"


@pytest.fixture(scope="session")
def kubectl() -> list[str]:
    """The command, which finds the API server by KUBECONFIG as the tests do."""
    return [str(find_or_build(CONTROL_PLANE)["kubectl"])]


@pytest.fixture(scope="session")
def credentials(kubectl: list[str]) -> Credentials:
    """How to reach an API server that serves our kinds."""
    # Server-side: it changes nothing where the testbed, or another worker, has applied the same files.
    apply = [*kubectl, "apply", "--server-side", "--force-conflicts", f"--filename={CRDS}"]
    subprocess.run(apply, check=True, capture_output=True)
    wait = [*kubectl, "wait", "--for=condition=Established", "--timeout=30s", f"--filename={CRDS}"]
    subprocess.run(wait, check=True, capture_output=True)
    return load_credentials()


@pytest.fixture
async def crd_server(credentials: Credentials) -> AsyncIterator[Server]:
    """The API server and an empty namespace."""
    transport = Transport(credentials)
    kube = Kube(transport)
    name = f"crd-{uuid.uuid4().hex[:8]}"
    await kube.create("/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    yield Server(transport, name)
    await kube.delete(f"/api/v1/namespaces/{name}")
    await transport.close()


@pytest.fixture
async def crd_judge(credentials: Credentials) -> AsyncIterator[Server]:
    """The API server for questions that leave nothing behind, which need no namespace of their own."""
    transport = Transport(credentials)
    yield Server(transport, "default")
    await transport.close()
