"""What every surface for people is made over: one value, put together by the process and handed to each router."""

from dataclasses import dataclass

from referee.gateway.logs.collector import LogCollector
from referee.gateway.objects import Objects
from referee.gateway.people import People
from referee.gateway.posting.announcing import Announcer
from referee.gateway.reporting.children import Children
from referee.gateway.settings import GatewaySettings
from referee.runtime.kube import Kube
from referee.store import Store


@dataclass(frozen=True, slots=True)
class Services:
    """The ports of the gateway in a cluster."""

    kube: Kube
    """The API server with the gateway's own rights; a person's call goes through `people.kube`."""
    people: People
    """Who calls, and what they may."""
    objects: Objects
    """What stands in the cluster, from the watch cache."""
    store: Store
    """Full results, samples and logs."""
    children: Children
    """Where adapters' results are put."""
    settings: GatewaySettings
    collector: LogCollector
    """What keeps the logs of pods that go."""
    announcer: Announcer
    """What tells jobs how much was posted into them."""
