"""How many children may run at once on this machine, or in this pod.

A child may use one CPU and all of its memory. In a pod the machine's CPUs are not ours, and a pod that passes its
memory limit is killed whole, the adapter with it: so the limits of the control group count, of its memory half.
"""

import os
from pathlib import Path

_CGROUP = Path("/sys/fs/cgroup")
_MOST = 8
"""Beyond this the keeper, which forks one child after the other, is what others wait for."""


def children_at_once(memory: int, cgroup: Path = _CGROUP) -> int:
    """How many, if each may take so many bytes; one at least."""
    bounds = [len(os.sched_getaffinity(0)), _MOST]
    quota = _words(cgroup / "cpu.max")
    if len(quota) == 2 and quota[0].isdigit():  # noqa: PLR2004 - quota and period
        bounds.append(-(-int(quota[0]) // int(quota[1])))
    limit = _words(cgroup / "memory.max")
    if limit and limit[0].isdigit():
        bounds.append(int(limit[0]) // 2 // memory)
    return max(1, min(bounds))


def _words(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="ascii").split()
    except OSError:  # version 1 of control groups, or none
        return []
