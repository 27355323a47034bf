"""Puts Referee on a cluster as processes of this machine: what `up --level api` runs beside the API server.

An installation is a function from the Cluster to what it made of it, named in the holder's order; the node level's,
which makes pods of the same programs, is another one.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

from tests.testbed.cluster import Cluster
from tests.testbed.control_plane import free_port
from tests.testbed.processes import Program

LOOPBACK = "127.0.0.1"
GRACE = 10.0


@dataclass(frozen=True)
class Installed:
    """Referee on a cluster."""

    url: str
    """Where its gateway answers, from this machine."""
    token: str
    """A bearer token with which it does."""
    programs: tuple[Program, ...] = ()
    """What the holder shall run for it."""


def as_processes(cluster: Cluster) -> Installed:
    """Operator and gateway for every namespace, as the cluster's administrator."""
    gateway, health = free_port(LOOPBACK), free_port(LOOPBACK)
    url = f"http://{LOOPBACK}:{gateway}"
    common = {"KUBECONFIG": str(cluster.kubeconfig), "REFEREE_NAMESPACES": "*", "REFEREE_LOG_FORMAT": "text"}
    own = {
        "operator": {"REFEREE_GATEWAY_URL": url, "REFEREE_HEALTH_PORT": str(health)},
        "gateway": {"REFEREE_HOST": LOOPBACK, "REFEREE_PORT": str(gateway)},
    }
    ready = {"operator": f"http://{LOOPBACK}:{health}/readyz", "gateway": f"{url}/readyz"}
    programs = (
        Program(
            name,
            [Path(sys.executable).with_name(f"referee-{name}")],
            {**common, **environment},
            grace=GRACE,
            ready=ready[name],
            restart=True,
        )
        for name, environment in own.items()
    )
    return Installed(url, cluster.token, tuple(programs))
