"""What the keeper and its children give up, and the proof that it is gone.

The order matters: no_new_privs before the filters (an ordinary user may set them only then), Landlock before the
filter that no longer allows its calls, the limits of a child before the filter that no longer allows to set them.

The system-call filter is what the guarantees rest on: it needs no privilege, works in a pod under PodSecurity
`restricted` and for an ordinary user, and is the same for root. Where a path is secret (the pod's token, readable for
our uid) a filter cannot look at the path; therefore no file can be opened at all, by any path. Landlock is a second
line that holds the same for files, and for signals and sockets where it is new enough; not every kernel has it, so
nothing rests on it.

Rejected: user namespaces (the container runtime's own filter denies them in most clusters), another uid (needs a
capability that `restricted` takes away), a read-only scratch with Landlock rules (a guarantee on some machines only), a
blank /proc (the same).
"""

import os
import resource
import socket
from contextlib import suppress
from typing import TYPE_CHECKING

from referee_evaluators.sandbox import kernel
from referee_evaluators.sandbox.bpf import assemble
from referee_evaluators.sandbox.limits import Limits
from referee_evaluators.sandbox.syscalls import CHILD, KEEPER, this_architecture

if TYPE_CHECKING:
    from collections.abc import Callable

ANSWER = 3
"""The descriptor a child writes its answer to; 0, 1 and 2 are /dev/null, and there is no other."""
_OPEN_FILES = 256


class Lockdown:
    """Made by the keeper while it can still look at the machine; then used by it once, and by each child."""

    def __init__(self, limits: Limits) -> None:
        machine = this_architecture()
        if machine is None:
            raise OSError(f"no filter is known for {os.uname().sysname} on {os.uname().machine}")
        self._keeper = assemble(machine, KEEPER)
        self._child = assemble(machine, CHILD)
        self._seconds = int(limits.seconds) + 1
        with open("/proc/self/statm", encoding="ascii") as statm:  # noqa: PTH123 - pathlib stays out of the child
            pages = int(statm.read().split()[0])
        self._memory = pages * resource.getpagesize() + limits.memory

    def of_the_keeper(self) -> int:
        """Lock this process, and with it all it will ever start; gives Landlock's version."""
        kernel.no_new_privileges()
        kernel.drop_capabilities()
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))
        version = kernel.landlock()
        kernel.install_filter(self._keeper)
        return version

    def of_a_child(self, answer: int) -> None:
        """Lock this process for the user's code; its answer goes to `ANSWER` then."""
        kernel.die_with_parent()
        if answer != ANSWER:
            os.dup2(answer, ANSWER, inheritable=False)
        os.closerange(ANSWER + 1, _OPEN_FILES)
        resource.setrlimit(resource.RLIMIT_CPU, (self._seconds, self._seconds + 1))
        resource.setrlimit(resource.RLIMIT_AS, (self._memory, self._memory))
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
        resource.setrlimit(resource.RLIMIT_NOFILE, (ANSWER + 1, ANSWER + 1))
        kernel.install_filter(self._child)


def what_is_still_possible() -> list[str]:
    """Try, in a locked child, what must not work; the names of what did."""
    attempts: dict[str, Callable[[], object]] = {
        "open a file": lambda: os.open("/dev/null", os.O_RDONLY),
        "open a socket": socket.socket,
        "start a process": lambda: os.fork() or os._exit(0),
        "signal its parent": lambda: os.kill(os.getppid(), 0),
        "run a program": lambda: os.execv("/bin/true", ["true"]),  # noqa: S606 - it must fail
    }
    possible = []
    for name, attempt in attempts.items():
        with suppress(PermissionError):
            attempt()
            possible.append(name)
    return possible
