"""The container runtime of a node: Debian's containerd with runc, started inside the node's namespaces.

Its data lies in the node's directory, its socket under the node's own /run, so it meets no other containerd. What is said
in the configuration against the default:

- `restrict_oom_score_adj`: without CAP_SYS_RESOURCE every sandbox else fails with "can't get final child's PID from pipe";
- `SystemdCgroup = false` and no AppArmor: a node is no machine with an init system;
- the snapshotters that probe for file systems nobody has here are off, which saves their errors in the log.

An image travels as a tar through a pipe, without the layers that the node has already.
"""

import json
import subprocess
from contextlib import suppress
from pathlib import Path

from tests.testbed.images import PAUSE
from tests.testbed.namespaces import Namespaces
from tests.testbed.network import Network
from tests.testbed.oci import Image

SOCKET = "/run/containerd/containerd.sock"

_CTR = ("ctr", "--address", SOCKET, "--namespace", "k8s.io")
"""The client of containerd, looking at what the kubelet sees."""


def configure(directory: Path, network: Network) -> Path:
    """Write the configuration below the directory; the path is that of the main file."""
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
    networks.mkdir(parents=True)
    (networks / "10-testbed.conflist").write_text(
        json.dumps({"cniVersion": "0.4.0", "name": "testbed", "plugins": plugins})
    )
    main = directory / "config.toml"
    main.write_text(f"""\
version = 2
root = "{directory}/root"
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


def ready(namespaces: Namespaces) -> bool:
    """Whether it answers."""
    probe = namespaces.inside(*_CTR, "version")
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


def import_image(namespaces: Namespaces, image: Image) -> None:
    """Give the image to the node, under both of its names; nothing happens when it has them."""
    table = namespaces.run(*_CTR, "images", "list").splitlines()[1:]
    present = {name: digest for name, _, digest, *_ in map(str.split, table)}
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
