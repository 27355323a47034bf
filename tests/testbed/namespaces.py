"""The namespaces of a node: what keeps its processes, mounts and addresses apart from this machine's.

The node has a process namespace of its own, so that one signal to its first process ends everything in it, pods and
whatever they started included, at once and in the kernel: nothing has to be found by name, and nothing can be forgotten.
The mounts go with the last process. An attached node is tied to the process that started it in the same way, so it goes
also when that one is killed.

Rejected: ending each program by a recorded pid. The shims of containerd leave their parent and outlive it on purpose, and a
container outlives its shim.
"""

import os
import signal
import subprocess
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from tests.testbed.requirements import program
from tests.testbed.waiting import wait_for


@dataclass(frozen=True)
class Namespaces:
    """A node's namespaces, by the process that holds them open."""

    pid: int
    started: int
    """When that process started, in ticks since boot: a pid alone may be another process by now."""
    _children: dict[Path, subprocess.Popen[bytes]] = field(default_factory=dict, compare=False, repr=False)
    """Who has been started inside from here, by the file of what it says."""

    @classmethod
    def open(cls, init: Path, log: Path, *, detached: bool) -> "Namespaces":
        """Make the namespaces, with `init` as their first process."""
        kinds = ["--mount", "--net", "--uts", "--ipc", "--pid", "--mount-proc", "--propagation", "private"]
        tie = [] if detached else [program("setpriv"), "--pdeathsig", "KILL"]
        outer = _start([*tie, program("unshare"), *kinds, "--fork", "--kill-child", str(init)], log)
        children = Path(f"/proc/{outer.pid}/task/{outer.pid}/children")

        def first_process() -> int | None:
            if outer.poll() is not None:
                raise RuntimeError(f"no namespaces can be made here: {log.read_text().strip()}")
            pids = [int(pid) for pid in children.read_text().split()]
            return next((pid for pid in pids if Path(f"/proc/{pid}/exe").resolve() == init.resolve()), None)

        pid = wait_for(first_process, "the first process of the node's namespaces", seconds=10)
        return cls(pid, _start_time(pid) or 0, {log: outer})

    def inside(self, *command: str | Path) -> list[str]:
        """The command that runs a command in the namespaces; its working directory is /.

        What enters a process namespace is a parent outside and a child inside; the child ends with its parent, so that
        ending the process which one sees ends the one which one means.
        """
        enter = [program("nsenter"), "--target", str(self.pid), "--mount", "--net", "--uts", "--ipc", "--pid", "--wd=/"]
        return [*enter, program("setpriv"), "--pdeathsig", "TERM", *(str(part) for part in command)]

    def run(self, *command: str | Path) -> str:
        """Run a command inside and return what it prints; RuntimeError has what it complained of."""
        done = subprocess.run(self.inside(*command), capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{' '.join(map(str, command))} in the node: {done.stderr.strip() or done.returncode}")
        return done.stdout

    def start(self, command: list[str | Path], log: Path, keep_open: Collection[int] = ()) -> None:
        """Start a program inside that stays; what it says goes to the log."""
        self._children[log] = _start(self.inside(*command), log, keep_open)

    def stop(self, log: Path) -> None:
        """End the program that writes this log; it may still be tidying up when this returns."""
        child = self._children.pop(log)
        child.terminate()
        child.wait()

    def check(self) -> None:
        """RuntimeError with its last words if a program that should stay has ended."""
        for log, child in self._children.items():
            if child.poll() is not None:
                last = log.read_text(errors="replace").strip().splitlines()[-5:]
                raise RuntimeError("\n".join([f"{log.stem} of the node ended with {child.returncode}; {log} ends:", *last]))

    def alive(self) -> bool:
        """Whether they are still held open."""
        return _start_time(self.pid) == self.started

    def close(self) -> None:
        """End every process inside; returns when there is none."""
        if self.alive():
            os.kill(self.pid, signal.SIGKILL)
            wait_for(lambda: not self.alive(), "the node's processes to end", seconds=30)
        for child in self._children.values():
            child.wait()

    def let_go(self) -> None:
        """Forget who was started, for namespaces that outlive this process."""
        for child in self._children.values():
            child.returncode = 0  # or its object complains, when it goes, of a process that runs on
        self._children.clear()


def _start(command: list[str], log: Path, keep_open: Collection[int] = ()) -> subprocess.Popen[bytes]:
    with log.open("ab") as file:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=tuple(keep_open),
        )


def _start_time(pid: int) -> int | None:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
    except (FileNotFoundError, ProcessLookupError):
        return None
