"""Names of Services: CoreDNS beside the kubelet, behind the Service that every pod's resolver asks.

It runs as a program of the node and not as a pod, so that it needs no image and is there before the first pod; its
Service therefore has an endpoint that is written here. It knows the cluster's names and no others.
"""

import socket
from pathlib import Path

from tests.testbed.api_client import Api
from tests.testbed.binaries import Programs
from tests.testbed.kubelet import CLUSTER_DOMAIN
from tests.testbed.namespaces import Namespaces
from tests.testbed.network import Network
from tests.testbed.processes import Program

NAME = "kube-dns"
_PORTS = [("dns", "UDP"), ("dns-tcp", "TCP")]


def dns(namespaces: Namespaces, programs: Programs, directory: Path, kubeconfig: Path) -> Program:
    """The program, with its configuration in the directory."""
    directory.mkdir()
    file = directory / "Corefile"
    file.write_text(f"""\
.:53 {{
    errors
    kubernetes {CLUSTER_DOMAIN} in-addr.arpa {{
        kubeconfig {kubeconfig}
    }}
    cache 5
}}
""")
    return Program("dns", namespaces.inside(programs["dns"], "-conf", file))


def publish_dns(api: Api, network: Network) -> None:
    """Make the Service of it and say where it runs."""
    ports = [{"name": name, "protocol": protocol, "port": 53} for name, protocol in _PORTS]
    namespace = "namespaces/kube-system"
    service = {"metadata": {"name": NAME}, "spec": {"clusterIP": str(network.dns_address), "ports": ports}}
    api.post(f"/api/v1/{namespace}/services", service)
    endpoints = {
        "metadata": {"name": NAME, "labels": {"kubernetes.io/service-name": NAME}},
        "addressType": "IPv4",
        "ports": ports,
        "endpoints": [{"addresses": [str(network.node_address)], "conditions": {"ready": True}}],
    }
    api.post(f"/apis/discovery.k8s.io/v1/{namespace}/endpointslices", endpoints)


def dns_answers(network: Network) -> bool:
    """Whether the Service leads to it, which is when kube-proxy works too."""
    try:
        socket.create_connection((str(network.dns_address), 53), timeout=0.2).close()
    except OSError:
        return False
    return True
