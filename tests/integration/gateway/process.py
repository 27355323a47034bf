"""The gateway as a process of its own, as a ServiceAccount with a Role and nothing more."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import httpx

from referee.api.names import GROUP
from tests.testbed.control_plane import free_port

READ = ["get", "list", "watch"]
CATALOGUE = ["providers", "collections", "evaluators", "datasets"]
KINDS = ["evaluationjobs", *CATALOGUE]
RULES = [
    {"apiGroups": [""], "resources": ["pods"], "verbs": READ},
    {"apiGroups": [""], "resources": ["pods/log"], "verbs": ["get"]},
    {"apiGroups": ["batch"], "resources": ["jobs"], "verbs": [*READ, "patch"]},
    {"apiGroups": [GROUP], "resources": KINDS, "verbs": READ},
    {"apiGroups": [GROUP], "resources": ["evaluationjobs"], "verbs": ["patch"]},
]
"""Everything that a gateway needs."""


@dataclass(frozen=True)
class Process:
    """A running gateway."""

    child: asyncio.subprocess.Process
    client: httpx.AsyncClient

    async def ready(self) -> httpx.Response:
        """What /readyz says."""
        return await self.client.get("/readyz")

    async def end(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and wait for the exit code."""
        if self.child.returncode is None:
            self.child.send_signal(number)
        async with asyncio.timeout(30):
            return await self.child.wait()


@asynccontextmanager
async def gateway_process(
    kubeconfig: Path,
    namespaces: Sequence[str],
    *,
    wait: str = "/readyz",
    store_url: str = "",
    command: Sequence[str] = ("-m", "referee.gateway"),
    port: int | None = None,
    output: IO[bytes] | None = None,
) -> AsyncIterator[Process]:
    """Start it, and wait until `wait` says 200.

    Args:
        kubeconfig: who it is.
        namespaces: what it serves.
        wait: the path that has to answer.
        store_url: its store; a file beside the kubeconfig, if none is named.
        command: what Python is to run.
        port: where it listens; None: any free one.
        output: where its log goes; None: to where this process's own goes.
    """
    port = port or free_port("127.0.0.1")
    env = {
        **os.environ,
        "KUBECONFIG": str(kubeconfig),
        "REFEREE_NAMESPACES": ",".join(namespaces),
        "REFEREE_HOST": "127.0.0.1",
        "REFEREE_PORT": str(port),
        "REFEREE_LOG_FORMAT": "text",
        "REFEREE_STORE_URL": store_url or f"sqlite:///{kubeconfig.with_suffix('.db')}",
    }
    child = await asyncio.create_subprocess_exec(sys.executable, *command, env=env, stdout=output, stderr=output)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10, trust_env=False) as client:
        process = Process(child, client)
        try:
            await _answers(process, wait)
            yield process
        finally:
            await process.end(signal.SIGKILL)


async def _answers(process: Process, path: str) -> None:
    async with asyncio.timeout(90):  # a busy machine takes half a minute for the imports alone
        while process.child.returncode is None:
            try:
                if (await process.client.get(path)).status_code == httpx.codes.OK:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.05)
    raise AssertionError(f"the gateway ended with {process.child.returncode}")
