"""The container runtime of a node: Debian's containerd with runc, started inside the node's namespaces.

Its socket lies under the node's own /run, so it meets no other containerd. Its images are kept from node to node, since
to unpack an adapter's 28,000 files takes twenty seconds: the first node of a machine gets the directory with them, and
holds a lock on it for as long as containerd runs; one beside it begins with nothing. An image travels as a tar through a
pipe, without the layers that are there already; what no tag names any more is removed.

What the configuration says against the default:

- `restrict_oom_score_adj`: without CAP_SYS_RESOURCE every sandbox else fails with "can't get final child's PID from pipe";
- `SystemdCgroup = false` and no AppArmor: a node is no machine with an init system;
- the snapshotters that probe for file systems nobody has here are off, which saves their errors in the log.
"""

import fcntl
import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.testbed.cache import cache_directory
from tests.testbed.images import PAUSE
from tests.testbed.namespaces import Namespaces
from tests.testbed.network import Network
from tests.testbed.oci import Image
from tests.testbed.waiting import wait_for

SOCKET = "/run/containerd/containerd.sock"

_CTR = ("ctr", "--address", SOCKET, "--namespace", "k8s.io")
"""The client of containerd, looking at what the kubelet sees."""


def start_containerd(namespaces: Namespaces, directory: Path, network: Network, log: Path) -> None:
    """Start it, with its configuration in the directory; returns when it answers."""
    directory.mkdir()
    with _images(directory) as (root, lock):
        command: list[str | Path] = ["containerd", "--config", _configure(directory, root, network)]
        namespaces.start(command, log, keep_open=[lock])
        _wait_until_ready(namespaces)
        if left := namespaces.run(*_CTR, "containers", "list", "--quiet").split():
            # Those of a node that was here before; one that begins with them would tell the kubelet of dead pods.
            namespaces.run(*_CTR, "containers", "delete", *left)
            namespaces.stop(log)
            namespaces.start(command, log, keep_open=[lock])
            _wait_until_ready(namespaces)


def import_image(namespaces: Namespaces, image: Image) -> None:
    """Give the image to the node, under both of its names; nothing happens when it has them."""
    present = _present(namespaces)
    if all(present.get(name) == image.manifest.digest for name in image.names):
        return
    blobs = namespaces.run(*_CTR, "content", "list", "--quiet").split()
    command = namespaces.inside(*_CTR, "images", "import", "-")
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as ctr:
        assert ctr.stdin is not None
        assert ctr.stderr is not None
        with suppress(BrokenPipeError):  # then it has ended and says why below
            image.write(ctr.stdin, without=blobs)
            ctr.stdin.close()
        complaint = ctr.stderr.read().decode()
    if ctr.returncode:
        raise RuntimeError(f"containerd did not take {image.reference}: {complaint.strip()}")
    present = _present(namespaces)
    tagged = {digest for name, digest in present.items() if "/" in name and "@" not in name}
    if outdated := [name for name, digest in present.items() if digest not in tagged]:
        namespaces.run(*_CTR, "images", "delete", *outdated)


def _present(namespaces: Namespaces) -> dict[str, str]:
    table = namespaces.run(*_CTR, "images", "list").splitlines()[1:]
    return {name: digest for name, _, digest, *_ in map(str.split, table)}


def _wait_until_ready(namespaces: Namespaces) -> None:
    def answers() -> bool:
        namespaces.check()
        return subprocess.run(namespaces.inside(*_CTR, "version"), capture_output=True, check=False).returncode == 0

    wait_for(answers, "containerd to answer", seconds=20)


@contextmanager
def _images(directory: Path) -> Iterator[tuple[Path, int]]:
    """Where the images are, and the file whose lock says so to other nodes until nobody has it open."""
    root = cache_directory("nodes", "containerd")
    lock = os.open(root / ".lock", os.O_RDWR | os.O_CREAT)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            root = directory / "root"
        yield root, lock
    finally:
        os.close(lock)


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
    main = directory / "config.toml"
    main.write_text(f"""\
version = 2
root = "{root}"
state = "/run/containerd/state"
disabled_plugins = [{", ".join(f'"io.containerd.snapshotter.v1.{name}"' for name in ("aufs", "btrfs", "devmapper", "zfs"))}]
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
