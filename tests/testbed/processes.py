"""Child processes that cannot outlive who started them, and what a killed run leaves on disk.

Each child is tied to its parent by the kernel (PR_SET_PDEATHSIG, set by util-linux' setpriv), so it dies even when the
parent is killed and can clean up nothing. The tie is to the thread that starts the child, hence the main thread only.
Pids are noted beside their start times, since a pid alone may be another process by the time somebody reads it.

Rejected: a process group killed at exit, which a SIGKILL of the parent skips; a reaper per child, which is a Python
process more for each.
"""

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

TAIL = 15
"""Lines of a log that an error shows."""


@dataclass(frozen=True)
class Program:
    """Something to run."""

    name: str
    command: Sequence[str | Path]
    environment: Mapping[str, str] = field(default_factory=dict)
    """Beside this process's own."""
    grace: float = 0.0
    """Seconds between SIGTERM and SIGKILL at the end; 0 for what has nothing to finish."""
    ready: str = ""
    """An address that answers 200 when the program can be used; empty: nobody waits for it."""
    restart: bool = False
    """Start it again when it ends, as a Deployment would; else its end is the end of everything."""


class ProgramEndedError(Exception):
    """A program that should stay has ended; the text has the end of its log."""


class Children:
    """The processes of one holder, each with its log in a directory of logs."""

    def __init__(self, logs: Path) -> None:
        logs.mkdir(parents=True, exist_ok=True)
        self.logs = logs
        self._running: list[tuple[Program, subprocess.Popen[bytes]]] = []

    def start(self, program: Program) -> subprocess.Popen[bytes]:
        """Start a program that stays until `stop`, or until this process is gone."""
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError(f"{program.name} would die with this thread: start it from the main thread")
        command = ["setpriv", "--pdeathsig", "KILL", "--", *(str(part) for part in program.command)]
        with self._log(program).open("ab") as log:
            child = subprocess.Popen(
                command,
                env={**os.environ, **program.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._running.append((program, child))
        return child

    def check(self) -> None:
        """Start again what may be; raise if anything else has ended."""
        for program, child in list(self._running):
            if child.poll() is None:
                continue
            self._running.remove((program, child))
            if not program.restart:
                raise ProgramEndedError(f"{program.name} ended with {child.returncode}:\n{tail(self._log(program))}")
            self.start(program)

    def stop(self) -> None:
        """End everything, the last started first; returns when all are gone."""
        while self._running:
            program, child = self._running.pop()
            if program.grace:
                child.terminate()
                with suppress(subprocess.TimeoutExpired):
                    child.wait(program.grace)
            child.kill()
            child.wait()

    def pids(self) -> dict[str, int]:
        """The process of each program by its name."""
        return {program.name: child.pid for program, child in self._running}

    def _log(self, program: Program) -> Path:
        return self.logs / f"{program.name}.log"


@dataclass(frozen=True)
class Identity:
    """A process, also when its pid has been given to another one."""

    pid: int
    started: int
    """Clock ticks after boot."""

    @classmethod
    def of(cls, pid: int) -> "Identity | None":
        """The process that has this pid now; a zombie is gone, since nobody may ever wait for it."""
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            return None
        return None if fields[0] in "ZX" else cls(pid, int(fields[19]))

    @classmethod
    def read(cls, file: Path) -> "Identity | None":
        """The process that a file names, if that is a file of ours and the process still runs."""
        try:
            pid, started = file.read_text().split()
        except (FileNotFoundError, ValueError):
            return None
        noted = cls(int(pid), int(started))
        return noted if noted.alive() else None

    def write(self, file: Path) -> None:
        """Note it in a file, at once or not at all."""
        unfinished = file.with_name(f".{file.name}.{os.getpid()}")
        unfinished.write_text(f"{self.pid} {self.started}\n")
        unfinished.replace(file)

    def alive(self) -> bool:
        """Whether it still runs."""
        return Identity.of(self.pid) == self

    def end(self, grace: float) -> None:
        """Ask it to end, and after the grace kill it; returns when it is gone."""
        for sent, seconds in ((signal.SIGTERM, grace), (signal.SIGKILL, 10.0)):
            deadline = time.monotonic() + seconds
            if self.alive():
                os.kill(self.pid, sent)
            while self.alive() and time.monotonic() < deadline:
                time.sleep(0.02)


def remove_leftovers(directories: Iterable[Path], holder: str) -> None:
    """Remove each directory with a file of this name that notes a process which no longer runs."""
    for directory in directories:
        if (directory / holder).exists() and Identity.read(directory / holder) is None:
            shutil.rmtree(directory, ignore_errors=True)


def tail(log: Path) -> str:
    """The last lines of a log."""
    if not log.exists():
        return "(there is no log)"
    return "\n".join(log.read_text(errors="replace").splitlines()[-TAIL:])
