"""The control groups of a node's pods: one directory of its own in every hierarchy, so that it can be taken away.

The kubelet and runc make groups below it and leave them behind when they are killed. With cgroup v1 there is a hierarchy a
controller, with v2 there is one; both are directories in which only `rmdir` works.
"""

import os
from collections.abc import Iterator
from pathlib import Path

_MOUNT = Path("/sys/fs/cgroup")


def make_cgroups(name: str) -> None:
    """Make the group in every hierarchy: the kubelet refuses a root that is not there."""
    for hierarchy in _hierarchies():
        (hierarchy / name).mkdir(exist_ok=True)


def remove_cgroups(name: str) -> None:
    """Remove the group and all below it; its processes must have ended."""
    for hierarchy in _hierarchies():
        for above, _, _ in os.walk(hierarchy / name, topdown=False):
            Path(above).rmdir()


def _hierarchies() -> Iterator[Path]:
    if (_MOUNT / "cgroup.controllers").exists():
        yield _MOUNT
        return
    # A second name of a hierarchy ("cpu" of "cpu,cpuacct") is a link.
    yield from (path for path in _MOUNT.iterdir() if path.is_dir() and not path.is_symlink())
