"""A node with a whole Kubernetes on it, on this machine and apart from it: real pods, Services, names.

It is opened by the testbed's holder, whose children its programs are, and ends with it: one signal ends everything in
its namespaces, then the link and the control groups are removed. What a killed holder could not remove are empty
control groups; their name says whose they were, and the next node removes them.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.testbed.binaries import NODE, find_or_build
from tests.testbed.cgroups import own_cgroup
from tests.testbed.cluster import Cluster
from tests.testbed.cluster_dns import dns, dns_answers, publish_dns
from tests.testbed.containerd import running_containerd
from tests.testbed.control_plane import ControlPlane, Settings
from tests.testbed.images import Recipe, build, pause_image, pause_program
from tests.testbed.kubelet import NODE_NAME, kubelet
from tests.testbed.mounts import prepare_mounts
from tests.testbed.namespaces import Namespaces
from tests.testbed.network import Network, connected
from tests.testbed.node_images import import_image
from tests.testbed.processes import Children, Identity
from tests.testbed.requirements import ensure_packages, refusal
from tests.testbed.waiting import wait_for

INIT, HOST = "node.init", "host-address"
"""Files of the node's directory, which is also where its kubeconfig lies."""


@dataclass(frozen=True)
class Node:
    """A node that runs, as seen by whoever wants something of it."""

    namespaces: Namespaces
    host_address: str
    """This machine, as the node's pods reach it."""

    @classmethod
    def of(cls, cluster: Cluster) -> "Node | None":
        """The node of a cluster; None if it is not one of the testbed's on this machine."""
        directory = cluster.kubeconfig.parent
        init = Identity.read(directory / INIT)
        return cls(Namespaces(init), (directory / HOST).read_text()) if init else None


def provide_image(cluster: Cluster, recipe: Recipe) -> str:
    """See to it that a cluster's pods get an image of the project; returns its name there.

    The testbed's node is given it. For another cluster somebody has pushed it before, with the same name below
    REFEREE_IMAGE_PREFIX.
    """
    if (node := Node.of(cluster)) is not None:
        import_image(node.namespaces, build(recipe))
        return recipe.reference
    if prefix := os.environ.get("REFEREE_IMAGE_PREFIX"):
        return f"{prefix.rstrip('/')}/{recipe.reference.rpartition('/')[2]}"
    raise SystemExit(
        "KUBECONFIG names a cluster to which no image can be given from here: push the project's images and say where "
        "they are in REFEREE_IMAGE_PREFIX, or unset KUBECONFIG to use the testbed's own node"
    )


@contextmanager
def node_level(directory: Path, children: Children) -> Iterator[Cluster]:
    """Kubernetes with a node, until the body ends."""
    ensure_packages()
    if (why := refusal()) is not None:
        raise SystemExit(why)
    programs = find_or_build(NODE)
    with (
        ExitStack() as after_all_processes,
        Namespaces.opened(pause_program(), children) as namespaces,
    ):
        network = after_all_processes.enter_context(connected(namespaces))
        cgroup = after_all_processes.enter_context(own_cgroup(namespaces.init))
        prepare_mounts(namespaces, directory / "mounts", NODE_NAME)
        images = running_containerd(namespaces, directory / "containerd", network, children)
        after_all_processes.enter_context(images)
        import_image(namespaces, pause_image())

        plane = ControlPlane(_control_plane(namespaces, network), programs, children, directory)
        plane.start()
        admin = plane.kubeconfig()
        children.start(kubelet(namespaces, programs, directory / "kubelet", network, plane.kubeconfig("node"), cgroup))
        children.start(dns(namespaces, programs, directory / "dns", admin))
        cluster = Cluster.of(admin, programs["kubectl"], cache=directory / "kubectl-cache")
        publish_dns(cluster.api, network)
        _wait_until_usable(cluster, network, children)
        namespaces.init.write(directory / INIT)
        (directory / HOST).write_text(str(network.host_address))
        yield cluster


def _control_plane(namespaces: Namespaces, network: Network) -> Settings:
    return Settings(
        address=str(network.node_address),
        port=6443,
        prefix=tuple(namespaces.inside()),
        service_cidr=str(network.services),
        # exec, logs and port-forward else wait for a resolver that knows no node.
        apiserver=("--kubelet-preferred-address-types=InternalIP", "--enable-admission-plugins=NodeRestriction"),
        scheduler=True,
        # Limits on tracked connections are the machine's, not the node's: they stay as they are.
        proxy=(
            f"--hostname-override={NODE_NAME}",
            f"--cluster-cidr={network.pods}",
            "--conntrack-max-per-core=0",
            "--conntrack-tcp-timeout-established=0",
            "--conntrack-tcp-timeout-close-wait=0",
        ),
        users={"node": (f"system:node:{NODE_NAME}", ["system:nodes"])},
    )


def _wait_until_usable(cluster: Cluster, network: Network, children: Children) -> None:
    def ready() -> bool:
        children.check()
        nodes = cluster.api.get("/api/v1/nodes")["items"]
        conditions = [condition for node in nodes for condition in node["status"].get("conditions", [])]
        return any(condition["type"] == "Ready" and condition["status"] == "True" for condition in conditions)

    wait_for(ready, f"{NODE_NAME} to be Ready (its kubelet's log says why it is not)", seconds=60)
    wait_for(lambda: dns_answers(network), f"{network.dns_address}, the Service of DNS, to answer", seconds=30)
