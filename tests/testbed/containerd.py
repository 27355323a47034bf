"""The container runtime of a node: Debian's containerd with runc, started inside the node's namespaces.

Its socket lies under the node's own /run, so it meets no other containerd. Its images are kept from node to node,
since to unpack an adapter's 28,000 files takes twenty seconds: the first node of a machine gets the directory with
them and locks it; one that runs beside it begins with nothing.

What the configuration says against the default:

- `restrict_oom_score_adj`: without CAP_SYS_RESOURCE every sandbox else fails with "can't get final child's PID from
  pipe";
- `SystemdCgroup = false` and no AppArmor: a node is no machine with an init system;
- the snapshotters that probe for file systems nobody has here are off, which saves their errors in the log.
"""

import fcntl
import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.testbed.cache import cache_directory
from tests.testbed.images import PAUSE
from tests.testbed.namespaces import Namespaces
from tests.testbed.network import Network
from tests.testbed.processes import Children, Program
from tests.testbed.waiting import wait_for

SOCKET = "/run/containerd/containerd.sock"
CTR = ("ctr", "--address", SOCKET, "--namespace", "k8s.io")
"""The client of containerd, looking at what the kubelet sees."""


@contextmanager
def running_containerd(namespaces: Namespaces, directory: Path, network: Network, children: Children) -> Iterator[None]:
    """Start it as one of the children, configured in the directory; the images are its until the body ends."""
    directory.mkdir()
    with _images(directory) as root:
        command = namespaces.inside("containerd", "--config", _configure(directory, root, network))
        _remove_leftovers(namespaces, Program("containerd", command, grace=10), directory / "before")
        children.start(Program("containerd", command))
        _wait_until_ready(namespaces, children)
        yield


@contextmanager
def _images(directory: Path) -> Iterator[Path]:
    root = cache_directory("nodes", "containerd")
    lock = os.open(root / ".lock", os.O_RDWR | os.O_CREAT)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            root = directory / "root"
        yield root
    finally:
        os.close(lock)


def _remove_leftovers(namespaces: Namespaces, program: Program, logs: Path) -> None:
    """Remove the containers of the node that had the images before, or the kubelet is told of its pods."""
    children = Children(logs)
    children.start(program)
    try:
        _wait_until_ready(namespaces, children)
        if left := namespaces.run(*CTR, "containers", "list", "--quiet").split():
            namespaces.run(*CTR, "containers", "delete", *left)
    finally:
        children.stop()


def _wait_until_ready(namespaces: Namespaces, children: Children) -> None:
    def answers() -> bool:
        children.check()
        return subprocess.run(namespaces.inside(*CTR, "version"), capture_output=True, check=False).returncode == 0

    wait_for(answers, "containerd to answer", seconds=20)


def _configure(directory: Path, root: Path, network: Network) -> Path:
    bridge = {
        "type": "bridge",
        "bridge": "cni0",
        "isGateway": True,
        "hairpinMode": True,
        "ipam": {
            "type": "host-local",
            "ranges": [[{"subnet": str(network.pods)}]],
            "routes": [{"dst": "0.0.0.0/0"}],
            "dataDir": str(directory / "addresses"),
        },
    }
    plugins = [bridge, {"type": "portmap", "capabilities": {"portMappings": True}}]
    networks = directory / "net.d"
    networks.mkdir()
    (networks / "10-testbed.conflist").write_text(
        json.dumps({"cniVersion": "0.4.0", "name": "testbed", "plugins": plugins})
    )
    unused = [f"io.containerd.snapshotter.v1.{name}" for name in ("aufs", "btrfs", "devmapper", "zfs")]
    main = directory / "config.toml"
    main.write_text(f"""\
version = 2
root = "{root}"
state = "/run/containerd/state"
disabled_plugins = {json.dumps(unused)}
[grpc]
  address = "{SOCKET}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{PAUSE}"
  restrict_oom_score_adj = true
  disable_apparmor = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "{networks}"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      SystemdCgroup = false
""")
    return main
