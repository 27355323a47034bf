"""The namespaces of a node: what keeps its processes, mounts and addresses apart from this machine's.

The node has a process namespace of its own, so that one signal to its first process ends everything in it, pods and
whatever they started included, at once and in the kernel: nothing has to be found by name, and nothing can be
forgotten. The mounts go with the last process. The first process is tied to whoever opened the namespaces, so all of
it goes also when that one is killed.

Rejected: ending each program by a recorded pid. The shims of containerd leave their parent and outlive it on purpose,
and a container outlives its shim.
"""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.testbed.processes import Children, Identity, Program
from tests.testbed.requirements import program
from tests.testbed.waiting import wait_for


@dataclass(frozen=True)
class Namespaces:
    """A node's namespaces, by the process that holds them open."""

    init: Identity

    @classmethod
    @contextmanager
    def opened(cls, init: Path, children: Children) -> Iterator["Namespaces"]:
        """Make the namespaces, with a child that runs `init` as their first process; all in them ends with the body."""
        kinds = ["--mount", "--net", "--uts", "--ipc", "--pid", "--mount-proc", "--propagation", "private"]
        command: list[str | Path] = [program("unshare"), *kinds, "--fork", "--kill-child", init]
        outer = children.start(Program("namespaces", command))
        offspring = Path(f"/proc/{outer.pid}/task/{outer.pid}/children")

        def first_process() -> Identity | None:
            children.check()
            pids = [int(pid) for pid in offspring.read_text().split()]
            # Before it runs `init` it is a copy of unshare that has not finished the mounts.
            return next(
                (Identity.of(pid) for pid in pids if Path(f"/proc/{pid}/exe").resolve() == init.resolve()), None
            )

        made = cls(wait_for(first_process, "the first process of the node's namespaces", seconds=10))
        try:
            yield made
        finally:
            made.close()

    def inside(self, *command: str | Path) -> list[str]:
        """The command that runs a command in the namespaces; its working directory is /.

        What enters a process namespace is a parent outside and a child inside; the child ends with its parent, so that
        ending the process which one sees ends the one which one means.
        """
        kinds = ["--mount", "--net", "--uts", "--ipc", "--pid"]
        enter = [program("nsenter"), "--target", str(self.init.pid), *kinds, "--wd=/"]
        return [*enter, program("setpriv"), "--pdeathsig", "TERM", *(str(part) for part in command)]

    def run(self, *command: str | Path) -> str:
        """Run a command inside and return what it prints; RuntimeError has what it complained of."""
        done = subprocess.run(self.inside(*command), capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{' '.join(map(str, command))} in the node: {done.stderr.strip() or done.returncode}")
        return done.stdout

    def close(self) -> None:
        """End every process inside; returns when there is none."""
        if self.init.alive():
            os.kill(self.init.pid, signal.SIGKILL)
            wait_for(lambda: not self.init.alive(), "the node's processes to end", seconds=30)
