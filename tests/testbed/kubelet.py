"""The node agent: what it is told about this kind of node.

Its pods' control groups lie below one of the node's own, since a machine may have several nodes, or a kubelet of its
own. It takes what Kubernetes would take, except that the disk may be almost full and nobody is evicted for it, and
that changes are seen in seconds instead of a minute.
"""

import json
from pathlib import Path

from tests.testbed.binaries import Programs
from tests.testbed.containerd import SOCKET
from tests.testbed.namespaces import Namespaces
from tests.testbed.network import Network
from tests.testbed.processes import Program

NODE_NAME = "node-1"
CLUSTER_DOMAIN = "cluster.local"

_ROOT = "/run/kubelet"
"""In the node's own /run, because it makes sockets below it, and a socket's path may have 107 characters."""


def kubelet(
    namespaces: Namespaces, programs: Programs, directory: Path, network: Network, kubeconfig: Path, cgroup: str
) -> Program:
    """The program, with its configuration in the directory."""
    directory.mkdir()
    # The machine's own file would add its search domains to every pod's, and its servers to pods of dnsPolicy Default.
    resolv = directory / "resolv.conf"
    resolv.write_text(f"nameserver {network.dns_address}\n")
    configuration = {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "address": str(network.node_address),
        "authentication": {"anonymous": {"enabled": True}, "webhook": {"enabled": False}},
        "authorization": {"mode": "AlwaysAllow"},
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": f"/{cgroup}",
        "clusterDNS": [str(network.dns_address)],
        "clusterDomain": CLUSTER_DOMAIN,
        "containerRuntimeEndpoint": f"unix://{SOCKET}",
        "evictionHard": {"memory.available": "100Mi", "nodefs.available": "1%", "imagefs.available": "1%"},
        "failCgroupV1": False,
        "failSwapOn": False,
        "imageGCHighThresholdPercent": 100,
        "nodeStatusUpdateFrequency": "2s",
        "podLogsDir": "/var/log/pods",
        "readOnlyPort": 0,
        "resolvConf": str(resolv),
        "syncFrequency": "5s",
        "volumePluginDir": str(directory / "plugins"),
    }
    file = directory / "kubelet.json"
    file.write_text(json.dumps(configuration))
    command = namespaces.inside(
        programs["kubelet"],
        f"--config={file}",
        f"--kubeconfig={kubeconfig}",
        f"--hostname-override={NODE_NAME}",
        f"--node-ip={network.node_address}",
        f"--root-dir={_ROOT}",
        f"--cert-dir={directory / 'certificates'}",
    )
    return Program("kubelet", command)
