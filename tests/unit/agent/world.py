"""A pod's worth of surroundings for the agent: job spec, token, spool, and the agent itself as a process."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

Json = dict[str, Any]
DEADLINE = 30
EVENTS = "/api/v1/evaluations/jobs/nightly/events"
JOB = {
    "id": "nightly",
    "provider_id": "frame",
    "benchmark_id": "sums",
    "benchmark_index": 2,
    "model": {"url": "http://model:8000/v1", "name": "m"},
    "parameters": {},
    "callback_url": "http://localhost:8080",
    "primary_score": {"metric": "acc", "lower_is_better": False},
    "referee": {"namespace": "team-a"},
}
_LISTENING = re.compile(r"listening on 127\.0\.0\.1:(\d+) ")


def event(status: str = "running", **content: Any) -> Json:
    """The body of an event about this pod's benchmark."""
    own = {"provider_id": "frame", "id": "sums", "benchmark_index": 2, "status": status}
    return {"benchmark_status_event": {**own, **content}}


def wait_for(condition: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < end, f"not within {DEADLINE} s: {what}"
        time.sleep(0.005)


@dataclass
class Pod:
    """Where an agent lives; what it leaves there survives it."""

    root: Path
    gateway_url: str
    environ: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    port: int = 0

    def __post_init__(self) -> None:
        (self.root / "job.json").write_text(json.dumps(JOB))
        (self.root / "token").write_text("first-token\n")

    @property
    def log(self) -> str:
        return (self.root / "log").read_text()

    @property
    def spooled(self) -> list[str]:
        return sorted(path.name for path in (self.root / "spool").iterdir())

    @property
    def message(self) -> Json:
        """The termination message."""
        told: Json = json.loads((self.root / "termination-log").read_bytes())
        return told

    def start(self, **environ: str) -> None:
        """Start the agent, and wait until it listens."""
        own = {
            "REFEREE_GATEWAY_URL": self.gateway_url,
            "REFEREE_JOB_SPEC": str(self.root / "job.json"),
            "REFEREE_TOKEN": str(self.root / "token"),
            "REFEREE_SPOOL": str(self.root / "spool"),
            "REFEREE_TERMINATION_LOG": str(self.root / "termination-log"),
            "REFEREE_AGENT_PORT": "0",
            "REFEREE_GRACE_SECONDS": "20",
        }
        (self.root / "log").write_bytes(b"")
        with (self.root / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "referee_agent"],
                env={**_python(os.environ), **own, **self.environ, **environ},
                stderr=log,
                cwd=self.root,
            )
        wait_for(lambda: _LISTENING.search(self.log) is not None or self.process_ended, "the agent listens")
        found = _LISTENING.search(self.log)
        assert found, self.log
        self.port = int(found[1])

    @property
    def process_ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def post(self, document: Json, path: str = EVENTS) -> httpx.Response:
        headers = {"Authorization": "Bearer what-the-adapter-found"}
        return httpx.post(f"http://127.0.0.1:{self.port}{path}", json=document, headers=headers, timeout=10)

    def post_raw(self, body: bytes) -> httpx.Response:
        return httpx.post(f"http://127.0.0.1:{self.port}{EVENTS}", content=body, timeout=10)

    def raw(self, method: str, path: str) -> str:
        """A request whose path no client has tidied up."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            connection.sendall(head.encode())
            return b"".join(iter(lambda: connection.recv(4096), b"")).decode()

    @property
    def resident_kib(self) -> int:
        """The most memory that the agent has ever had."""
        assert self.process is not None
        found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{self.process.pid}/status").read_text())
        assert found
        return int(found[1])

    def get(self, path: str) -> httpx.Response:
        return httpx.get(f"http://127.0.0.1:{self.port}{path}", timeout=10)

    def kill(self) -> None:
        """kill -9, as a node that runs out of memory does."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(DEADLINE)

    def terminate(self) -> int:
        """SIGTERM, as the kubelet does once the adapter is gone; returns the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(DEADLINE)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.kill()


def _python(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environ.items() if not name.startswith("REFEREE_")}
