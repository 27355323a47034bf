"""The two ways to a job, as a user has them: a kubeconfig, or a gateway's address and a token."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from referee.cli.remote.contexts import Context
from tests.integration.gateway.kubeconfigs import kubeconfig_for
from tests.integration.gateway.process import KINDS, READ, gateway_process
from tests.integration.operator.running import rules
from tests.testbed.cluster import Cluster

T = TypeVar("T")

REFEREE = Path(sys.executable).with_name("referee")
PATIENCE = 120.0
"""Seconds; a command starts a process, and the machine may be busy."""
USER = [
    {
        "apiGroups": ["referee.dev"],
        "resources": KINDS,
        "verbs": [*READ, "create", "patch"],
    },
    {"apiGroups": ["referee.dev"], "resources": ["evaluationjobs/results"], "verbs": ["get"]},
    {"apiGroups": [""], "resources": ["pods", "pods/log"], "verbs": ["get", "list"]},
]
"""What the chart's edit role gives for this."""


@dataclass
class Outcome:
    """What a command printed, and how it ended."""

    code: int
    out: str
    err: str


@dataclass
class Running:
    """A command that is under way."""

    child: asyncio.subprocess.Process
    seen: str = ""

    async def says(self, text: str) -> None:
        """Wait until this stands on the standard error."""
        assert self.child.stderr is not None
        async with asyncio.timeout(PATIENCE):
            while text not in self.seen:
                line = await self.child.stderr.readline()
                assert line, f"it ended without saying {text!r}: {self.seen}"
                self.seen += line.decode()

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        self.child.send_signal(signal.SIGINT)

    async def ends(self) -> Outcome:
        """Wait for its end."""
        async with asyncio.timeout(PATIENCE):
            out, err = await self.child.communicate()
        return Outcome(self.child.returncode or 0, out.decode(), self.seen + err.decode())


@dataclass(frozen=True)
class Backend:
    """One of the two."""

    kind: str
    context: Context
    env: dict[str, str] = field(repr=False)

    def as_another(self, token: str, cluster: Cluster, namespace: str) -> Context:
        """The same place for somebody else."""
        if self.context.kubeconfig is None:
            return self.context.model_copy(update={"token": token})
        file = kubeconfig_for(cluster, Path(f"{self.context.kubeconfig}.another"), token, namespace)
        return self.context.model_copy(update={"kubeconfig": str(file)})

    async def start(self, *arguments: str, stdin: bytes | None = None) -> Running:
        """Start `referee`."""
        pipe = asyncio.subprocess.PIPE
        child = await asyncio.create_subprocess_exec(
            REFEREE, *arguments, env=self.env, stdin=pipe, stdout=pipe, stderr=pipe
        )
        assert child.stdin is not None
        child.stdin.write(stdin or b"")
        child.stdin.close()
        return Running(child)

    async def referee(self, *arguments: str, stdin: bytes | None = None) -> Outcome:
        """Run `referee` to its end."""
        return await (await self.start(*arguments, stdin=stdin)).ends()


async def until(look: Callable[[], Awaitable[T]], wanted: Callable[[T], object]) -> T:
    """What is seen as soon as it is as wanted: a gateway's cache is a little behind."""
    deadline = time.monotonic() + PATIENCE
    while not wanted(found := await look()):
        assert time.monotonic() < deadline, f"after {PATIENCE:g} s still {found}"
        await asyncio.sleep(0.1)
    return found


@asynccontextmanager
async def backend(kind: str, cluster: Cluster, namespace: str, directory: Path) -> AsyncIterator[Backend]:
    """A user of this namespace with the rights of an editor, and what they need to get there."""
    token = cluster.service_account(namespace, "user", USER)
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("REFEREE_", "KUBE"))}
    clean |= {"REFEREE_CONFIG": str(directory / "config.yaml"), "COLUMNS": "80"}
    if kind == "cluster":
        file = kubeconfig_for(cluster, directory / "user.kubeconfig", token, namespace)
        yield Backend(kind, Context(name="test", kubeconfig=str(file)), clean | {"KUBECONFIG": str(file)})
        return
    own = cluster.service_account(namespace, "gateway", rules("gateway"))
    file = kubeconfig_for(cluster, directory / "gateway.kubeconfig", own, namespace)
    async with gateway_process(file, [namespace]) as process:
        address = str(process.client.base_url)
        context = Context(name="test", gateway=address, token=token)
        yield Backend(kind, context, clean | {"REFEREE_GATEWAY": address, "REFEREE_TOKEN": token})
