"""The control groups of a node's pods: one directory of its own in every hierarchy, so that it can be taken away.

The kubelet and runc make groups below it and leave them behind when they are killed. With cgroup v1 there is a
hierarchy a controller, with v2 there is one; both are directories in which only `rmdir` works. The name says which
process the node hangs on, so that what a killed holder left can be told from what is in use.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests.testbed.processes import Identity
from tests.testbed.waiting import wait_for

MOUNT = Path("/sys/fs/cgroup")
_NAME = "referee-{0.pid}-{0.started}"
_NAMES = re.compile(r"referee-(\d+)-(\d+)")


@contextmanager
def own_cgroup(init: Identity) -> Iterator[str]:
    """The group of a node, by its name in every hierarchy; the node's processes must have ended when the body does."""
    _remove_those_of_the_dead()
    name = _NAME.format(init)
    for hierarchy in _hierarchies():
        (hierarchy / name).mkdir()  # the kubelet refuses a root that is not there
    try:
        yield name
    finally:
        _remove(name)


def _remove_those_of_the_dead() -> None:
    names = {path.name for hierarchy in _hierarchies() for path in hierarchy.glob("referee-*")}
    for name in names:
        match = _NAMES.fullmatch(name)
        if match and not Identity(int(match[1]), int(match[2])).alive():
            _remove(name)


def _remove(name: str) -> None:
    for hierarchy in _hierarchies():
        top = hierarchy / name
        wait_for(partial(_removed, top), f"{top} to be without processes", seconds=10)


def _removed(top: Path) -> bool:
    try:
        for above, _, _ in os.walk(top, topdown=False):
            Path(above).rmdir()
    except OSError:  # the kernel has not yet let go of the last process
        return False
    return True


def _hierarchies() -> Iterator[Path]:
    if (MOUNT / "cgroup.controllers").exists():
        yield MOUNT
        return
    # A second name of a hierarchy ("cpu" of "cpu,cpuacct") is a link.
    yield from (path for path in MOUNT.iterdir() if path.is_dir() and not path.is_symlink())
