"""Which addresses data may be fetched from: public ones, and those of networks that the operator's settings name.

The rule is what may, not what may not: registries grow special networks, and a list of them is always one short. An
address of IPv6 that carries one of IPv4 is judged by both.
"""

import ipaddress
from collections.abc import Iterable

from referee_agent.fetch.settings import Network

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))


def allowed(address: Address, networks: Iterable[Network]) -> bool:
    """Whether data may be fetched from an address."""
    named = tuple(networks)
    return all(_public(part) or any(part in network for network in named) for part in _parts(address))


def _public(address: Address) -> bool:
    return address.is_global and not address.is_multicast and not address.is_reserved


def _parts(address: Address) -> list[Address]:
    """The address that is really reached: behind a mapping it is the inner one alone."""
    if isinstance(address, ipaddress.IPv4Address):
        return [address]
    if address.ipv4_mapped is not None:
        return [address.ipv4_mapped]
    if any(address in network for network in _NAT64):
        return [ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)]
    inner: list[Address] = [address.sixtofour] if address.sixtofour is not None else []
    inner += list(address.teredo or ())
    return [address, *inner]
