"""A node that has ended has left nothing on this machine; what a killed one leaves goes with the next start."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.testbed.cgroups import MOUNT
from tests.testbed.holder import HOLDER, Order, end, ensure
from tests.testbed.images import PAUSE
from tests.testbed.node import Node
from tests.testbed.processes import Identity
from tests.testbed.waiting import wait_for
from tests.testbed.workloads import pod

pytestmark = [pytest.mark.node, pytest.mark.usefixtures("node")]


class Traces:
    """What a node is on this machine, looked at while it runs and again later."""

    def __init__(self, directory: Path, node: Node) -> None:
        self._directory = directory
        self._init = node.namespaces.init
        holder = Identity.read(directory / HOLDER)
        assert holder is not None
        self.holder = holder
        self._processes = [holder, *_descendants(holder.pid)]

    def found(self) -> set[str]:
        """The kinds of things that are still there."""
        link = f"referee{self._init.pid}"
        kinds = {
            "process": any(process.alive() for process in self._processes),
            "mount": str(self._directory) in Path("/proc/self/mountinfo").read_text(),
            "link": Path("/sys/class/net", link).exists(),
            "route": link in subprocess.run(["ip", "route"], capture_output=True, text=True, check=True).stdout,
            "cgroup": any(MOUNT.glob(f"**/referee-{self._init.pid}-{self._init.started}")),
            "directory": self._directory.exists(),
        }
        return {kind for kind, there in kinds.items() if there}


EVERYTHING = {"process", "link", "route", "cgroup", "directory"}
"""Mounts are in the node's own namespace from the start."""


def test_a_node_that_is_taken_away_leaves_nothing(tmp_path: Path) -> None:
    directory = tmp_path / "node"
    traces = _start_with_a_pod(directory)
    assert traces.found() == EVERYTHING

    end(directory)

    assert traces.found() == set()


def test_a_node_whose_holder_is_killed_is_gone_after_the_next_start(tmp_path: Path) -> None:
    killed, following = tmp_path / "killed", tmp_path / "following"
    traces = _start_with_a_pod(killed)

    os.kill(traces.holder.pid, signal.SIGKILL)

    wait_for(
        lambda: not traces.found() & {"process", "link", "route"}, "the killed node's processes to end", seconds=10
    )
    after = _start_with_a_pod(following)
    assert traces.found() == set()
    end(following)
    assert after.found() == set()


def _start_with_a_pod(directory: Path) -> Traces:
    cluster = ensure(Order(directory, "node", owner=os.getpid()))
    pods = "/api/v1/namespaces/default/pods"
    spec = {"containers": [{"name": "main", "image": PAUSE, "imagePullPolicy": "Never"}]}
    cluster.api.post(pods, pod("idle", spec))
    cluster.api.wait(f"{pods}/idle", lambda found: found["status"]["phase"] == "Running", seconds=60)
    cluster.api.close()
    node = Node.of(cluster)
    assert node is not None
    return Traces(directory, node)


def _descendants(pid: int) -> Iterator[Identity]:
    for child in Path(f"/proc/{pid}/task").glob("*/children"):
        for found in map(int, child.read_text().split()):
            if (process := Identity.of(found)) is not None:
                yield process
            yield from _descendants(found)
