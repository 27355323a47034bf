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
    _outer: subprocess.Popen[bytes] | None = field(default=None, compare=False)
    """Our child, the parent of that process; None once we are not the ones who started it."""

    @classmethod
    def open(cls, init: Path, *, detached: bool) -> "Namespaces":
        """Make the namespaces, with `init` as their first process."""
        kinds = ["--mount", "--net", "--uts", "--ipc", "--pid", "--mount-proc", "--propagation", "private"]
        tie = [] if detached else [program("setpriv"), "--pdeathsig", "KILL"]
        command = [*tie, program("unshare"), *kinds, "--fork", "--kill-child", str(init)]
        outer = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        children = Path(f"/proc/{outer.pid}/task/{outer.pid}/children")

        def first_process() -> int | None:
            if outer.poll() is not None:
                raise RuntimeError(f"unshare ended with {outer.returncode}: no namespaces can be made here")
            pids = [int(pid) for pid in children.read_text().split()]
            return next((pid for pid in pids if Path(f"/proc/{pid}/exe").resolve() == init.resolve()), None)

        pid = wait_for(first_process, "the first process of the node's namespaces", seconds=10)
        if detached:
            outer.returncode = 0  # It outlives us, and its object would complain of that when it goes.
        return cls(pid, _start_time(pid) or 0, None if detached else outer)

    def inside(self, *command: str | Path) -> list[str]:
        """The command that runs a command in the namespaces; its working directory is /."""
        kinds = ["--mount", "--net", "--uts", "--ipc", "--pid"]
        return [program("nsenter"), "--target", str(self.pid), *kinds, "--wd=/", "--", *(str(part) for part in command)]

    def run(self, *command: str | Path) -> str:
        """Run a command inside and return what it prints; RuntimeError has what it complained of."""
        done = subprocess.run(self.inside(*command), capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{' '.join(map(str, command))} in the node: {done.stderr.strip() or done.returncode}")
        return done.stdout

    def alive(self) -> bool:
        """Whether they are still held open."""
        return _start_time(self.pid) == self.started

    def close(self) -> None:
        """End every process inside; returns when there is none."""
        if self.alive():
            os.kill(self.pid, signal.SIGKILL)
            wait_for(lambda: not self.alive(), "the node's processes to end", seconds=30)
        if self._outer is not None:
            self._outer.wait()


def _start_time(pid: int) -> int | None:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
    except FileNotFoundError:
        return None
