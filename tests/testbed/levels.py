"""What the testbed can be: the API alone, or a node with real pods. Each is a context manager that yields a Cluster.

The API level runs unprivileged on loopback. Nobody runs its pods but the tests' double of the kubelet, so there is no
scheduler that would get ahead of it.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.testbed.binaries import CONTROL_PLANE, NODE, find_or_build
from tests.testbed.cluster import Cluster
from tests.testbed.control_plane import ControlPlane, Settings
from tests.testbed.node import node_level
from tests.testbed.processes import Children

AUDIT_POLICY = """\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: None
  nonResourceURLs: ["/readyz*", "/livez*", "/healthz*", "/metrics"]
- level: None
  userGroups: ["system:serviceaccounts:kube-system"]
- level: None
  users: ["system:apiserver", "system:kube-controller-manager"]
- level: Metadata
"""
"""Who called what, without Kubernetes' own parts: what a test of the call budget reads."""


@dataclass(frozen=True)
class Level:
    """One of them."""

    programs: tuple[str, ...]
    """What must be found or built before it can start."""
    open: Callable[[Path, Children], AbstractContextManager[Cluster]]
    """Takes the directory it may fill and the holder's children, which the holder checks and ends."""
    seconds: float
    """How long its start may take."""


@contextmanager
def api_level(directory: Path, children: Children) -> Iterator[Cluster]:
    """etcd, API server and controller manager on loopback, with an audit log."""
    programs = find_or_build(CONTROL_PLANE)
    policy, audit = directory / "audit-policy.yaml", directory / "audit.jsonl"
    policy.write_text(AUDIT_POLICY)
    settings = Settings(apiserver=(f"--audit-policy-file={policy}", f"--audit-log-path={audit}"))
    plane = ControlPlane(settings, programs, children, directory)
    plane.start()
    cluster = Cluster.of(plane.kubeconfig(), programs["kubectl"], cache=directory / "kubectl-cache", audit_log=audit)
    cluster.install_crds()
    yield cluster


@contextmanager
def given_level(_directory: Path, _children: Children) -> Iterator[Cluster]:
    """The cluster that KUBECONFIG names; it gets the CRDs and keeps them."""
    cluster = Cluster.given()
    if cluster is None:
        raise SystemExit("KUBECONFIG is not set: no cluster is given")
    cluster.install_crds()
    yield cluster


LEVELS = {
    "api": Level(CONTROL_PLANE, api_level, seconds=120),
    "node": Level(NODE, node_level, seconds=300),
    "given": Level((), given_level, seconds=120),
}
