"""An operator with the Role that the chart gives it and nothing more: in a thread, or as a process that can be killed.

It gets an event loop of its own: at its end kopf cancels every task of its loop, and the test is one of them.
"""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from subprocess import Popen
from typing import Any

import yaml

from referee.app import Operator
from referee.runtime.credentials import Credentials, fixed_token
from referee.runtime.stack import allow_deep_json
from referee.settings import Settings
from tests.testbed.cluster import Cluster

FILES = Path(__file__).parents[3] / "charts" / "referee" / "files"
SETTINGS = Settings(health_port=0, lease_seconds=15, gateway_url="http://127.0.0.1:1")


def rules(*names: str) -> list[Any]:
    """The rules of the chart's Roles."""
    return [rule for name in names for rule in yaml.safe_load((FILES / f"{name}-rules.yaml").read_text())]


def operator_token(cluster: Cluster, namespace: str, name: str = "operator") -> str:
    """A token of the chart's ServiceAccount in this namespace."""
    return cluster.service_account(namespace, name, rules("operator", "operator-own"))


@contextmanager
def running(cluster: Cluster, namespace: str, **settings: Any) -> Iterator[Operator]:
    """An operator of one namespace that leads."""
    token = operator_token(cluster, namespace)
    credentials = Credentials(cluster.server, fixed_token(token), cluster.credentials.ssl, namespace)
    with in_thread(credentials, replace(SETTINGS, **settings)) as operator:
        yield operator


@contextmanager
def in_thread(credentials: Credentials, settings: Settings) -> Iterator[Operator]:
    """An operator that leads, in a thread."""
    made: list[tuple[Operator, asyncio.AbstractEventLoop]] = []
    leads, ended = threading.Event(), []

    async def operate() -> None:
        operator = Operator(settings, credentials)
        made.append((operator, asyncio.get_running_loop()))
        waiter = asyncio.create_task(operator.ready.wait())
        waiter.add_done_callback(lambda _: leads.set())
        ended.append(await operator.run())

    thread = threading.Thread(target=lambda: asyncio.run(operate()), name="operator")
    with _deep_json_allowed():
        thread.start()
        try:
            assert leads.wait(30), "the operator does not lead after 30 s"
            yield made[0][0]
        finally:
            operator, loop = made[0]
            loop.call_soon_threadsafe(operator.stop)
            thread.join(30)
    assert ended == [None], f"the operator ended by itself: {ended}"


@contextmanager
def _deep_json_allowed() -> Iterator[None]:
    """As the program has it: whoever serves every namespace meets what other tests left in theirs."""
    before = sys.getrecursionlimit(), threading.stack_size()
    allow_deep_json()
    try:
        yield
    finally:
        sys.setrecursionlimit(before[0])
        threading.stack_size(before[1])


@dataclass
class OperatorProcess:
    """An operator as a process of its own, to be killed."""

    command: list[str]
    environment: dict[str, str]
    log: Path
    process: "Popen[bytes] | None" = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = Popen(self.command, env=self.environment, stdout=log, stderr=log)

    @property
    def running(self) -> bool:
        """Whether it has been started and not ended."""
        return self.process is not None and self.process.poll() is None

    def keep(self) -> None:
        """Start it again if it ended by itself, as a Deployment does: on a busy machine it may lose its Lease."""
        if self.process is not None and not self.running:
            self.start()

    def kill(self, how: signal.Signals = signal.SIGKILL) -> int:
        """End it; returns its exit code."""
        assert self.process is not None
        self.process.send_signal(how)
        return self.process.wait(30)

    def stop(self) -> None:
        if self.running:
            self.kill()


@contextmanager
def operator_process(cluster: Cluster, namespace: str, directory: Path, **env: str) -> Iterator[OperatorProcess]:
    """A process that is not started yet, with a kubeconfig of its own; ended at the end."""
    name = env.pop("name", "operator")
    kubeconfig = directory / f"{name}.kubeconfig"
    config = yaml.safe_load(cluster.kubeconfig.read_text())
    config["users"][0]["user"] = {"token": operator_token(cluster, namespace)}
    config["contexts"][0]["context"]["namespace"] = namespace
    kubeconfig.write_text(yaml.safe_dump(config))
    environment = {
        **os.environ,
        "KUBECONFIG": str(kubeconfig),
        "REFEREE_NAMESPACES": namespace,
        "REFEREE_HEALTH_PORT": "0",
        "REFEREE_LEASE_SECONDS": "6",
        "REFEREE_LOG_FORMAT": "text",
        "REFEREE_IDENTITY": name,
        **env,
    }
    operator = OperatorProcess([sys.executable, "-m", "referee"], environment, directory / f"{name}.log")
    try:
        yield operator
    finally:
        operator.stop()
