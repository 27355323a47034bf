"""The addresses of a node: one block of this machine's address space, cut into link, Services and pods.

A node hangs on a pair of virtual interfaces. One route on this machine leads the whole block there, so Services and
pods are reached from here; the other way, the machine's end of the link is all that the node knows, so a pod reaches
servers here and nothing beyond, unless the machine forwards.

The blocks lie in 198.18.0.0/15, which is set apart for tests (RFC 2544): the private ranges are what clouds, Docker
and VPNs already use. A block that overlaps a route of this machine is not taken, so nodes do not collide with each
other.
"""

import json
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from tests.testbed.cache import cache_directory, locked
from tests.testbed.namespaces import Namespaces
from tests.testbed.requirements import program

_RANGE = IPv4Network("198.18.0.0/15")
_BLOCK, _PART = 20, 22


@dataclass(frozen=True)
class Network:
    """A node's block, with the interface that leads to it."""

    interface: str
    block: IPv4Network

    @property
    def host_address(self) -> IPv4Address:
        """This machine, as the node and its pods see it."""
        return self.block[1]

    @property
    def node_address(self) -> IPv4Address:
        """The node: its API server, kubelet and DNS."""
        return self.block[2]

    @property
    def services(self) -> IPv4Network:
        """Where the addresses of Services come from; the first is that of the API server."""
        return self._part(1)

    @property
    def pods(self) -> IPv4Network:
        """Where the addresses of pods come from."""
        return self._part(2)

    @property
    def dns_address(self) -> IPv4Address:
        """The Service that answers for names."""
        return self.services[10]

    def _part(self, number: int) -> IPv4Network:
        return list(self.block.subnets(new_prefix=_PART))[number]


@contextmanager
def connected(namespaces: Namespaces) -> Iterator[Network]:
    """Choose a free block and make the link to it, which goes at the end."""
    interface = f"referee{namespaces.init.pid}"
    with locked(cache_directory("nodes") / ".lock"):  # or two nodes that start together choose the same
        network = Network(interface, _free_block(_routes()))
        _ip("link", "add", interface, "type", "veth", "peer", "name", "host0", "netns", str(namespaces.init.pid))
        _ip("address", "add", f"{network.host_address}/30", "dev", interface)
        _ip("link", "set", interface, "up")
        _ip("route", "add", str(network.block), "via", str(network.node_address))
    for inside in (
        ("link", "set", "lo", "up"),
        ("address", "add", f"{network.node_address}/30", "dev", "host0"),
        ("link", "set", "host0", "up"),
        # Without a route the kernel refuses a connection to a Service before kube-proxy's rules see it.
        ("route", "add", str(network.services), "dev", "lo", "src", str(network.node_address)),
    ):
        namespaces.run(program("ip"), *inside)
    namespaces.run("sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward")
    try:
        yield network
    finally:
        # The kernel removes it after the last process of the node, but not at once.
        subprocess.run([program("ip"), "link", "delete", interface], check=False, capture_output=True)


def _free_block(taken: Iterable[IPv4Network]) -> IPv4Network:
    used = [network for network in taken if network.overlaps(_RANGE) and network.prefixlen >= _RANGE.prefixlen]
    for block in _RANGE.subnets(new_prefix=_BLOCK):
        if not any(block.overlaps(network) for network in used):
            return block
    raise RuntimeError(f"every /{_BLOCK} of {_RANGE} has a route on this machine: remove nodes with `make down`")


def _routes() -> list[IPv4Network]:
    routes = json.loads(_ip("-json", "-4", "route", "show", "table", "all"))
    return [IPv4Network(route["dst"], strict=False) for route in routes if route["dst"] != "default"]


def _ip(*arguments: str) -> str:
    return subprocess.run([program("ip"), *arguments], check=True, capture_output=True, text=True).stdout
