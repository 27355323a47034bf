"""One client against one endpoint, both processes of their own: what the endpoint saw, and what the client took."""

import contextlib
import json
import os
import resource
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from tests.bench.model.peers import ENVIRONMENT, Asking

_REQUEST_SECONDS = 10


@dataclass(frozen=True)
class Taken:
    """Of one run."""

    served: int
    """Calls that the endpoint answered."""
    rate: float
    """Calls a second, from the first question to the last answer."""
    seconds: float
    """Of the whole process."""
    cpu: float
    """Seconds, of the client."""
    megabytes: float
    """Its memory at its largest."""


class UnexpectedCallsError(Exception):
    """A client that did other work than it was asked for is not measured."""


@contextmanager
def endpoint(latency: float, text: str) -> Iterator[str]:
    """Its address."""
    command = [sys.executable, "-m", "tests.bench.model.endpoint", str(latency), text]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        port = process.stdout.readline().strip()
        try:
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.stdin.close()
            process.wait(_REQUEST_SECONDS)


def run(
    command: Callable[[Asking], list[str]],
    rows: Path,
    scratch: Path,
    latency: float,
    width: int,
    environ: Mapping[str, str] | None = None,
    *,
    text: str = "Paris",
    silent: bool = False,
) -> Taken:
    """Let a client ask all rows, and see that it did.

    Args:
        command: the client's.
        rows: a line a call.
        scratch: for its files.
        latency: of the endpoint, in seconds.
        width: calls in flight.
        environ: added to ours.
        text: what the endpoint answers.
        silent: the client has nothing to ask.
    """
    with endpoint(latency, text) as url:
        argv = command(Asking(url, rows, width, scratch))
        log = scratch / "log.txt"
        with log.open("wb") as output:
            started = time.monotonic()
            process = subprocess.Popen(
                argv, stdout=output, stderr=output, cwd=scratch, env={**_inherited(), **ENVIRONMENT, **(environ or {})}
            )
            with _Peak(process.pid) as peak:
                _, status, used = os.wait4(process.pid, 0)
            seconds = time.monotonic() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        with urllib.request.urlopen(url, timeout=_REQUEST_SECONDS) as response:  # noqa: S310 - http, on loopback
            told: dict[str, Any] = json.load(response)
    asked = 0 if silent else sum(1 for _ in rows.open())
    if process.returncode or told["served"] != asked:
        said = log.read_text(errors="replace")[-2000:]
        raise UnexpectedCallsError(f"{argv[:3]}: exit {process.returncode}, {told['served']} of {asked} calls: {said}")
    return Taken(asked, asked / told["seconds"] if asked else 0, seconds, _cpu(used), peak.megabytes)


class _Peak:
    """The largest memory of a process, as it says itself while it runs.

    Not what `wait4` says: that begins with what the parent had when it forked, and the benchmark is larger than what it
    measures.
    """

    def __init__(self, pid: int) -> None:
        self.megabytes = 0.0
        self._status = Path(f"/proc/{pid}/status")
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.02):
            with contextlib.suppress(OSError, StopIteration):
                line = next(line for line in self._status.read_text().splitlines() if line.startswith("VmHWM:"))
                self.megabytes = int(line.split()[1]) / 1024


def _inherited() -> dict[str, str]:
    """Our environment, but that bytecode is kept: the packages of images are compiled, ours and others'."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def median(found: list[Taken], of: Callable[[Taken], float]) -> float:
    """The middle one of some runs."""
    return statistics.median(map(of, found))


def _cpu(used: resource.struct_rusage) -> float:
    return used.ru_utime + used.ru_stime
