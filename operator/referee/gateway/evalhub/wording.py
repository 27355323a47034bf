"""What tells the surfaces of providers and collections apart: how each is said, and where its entries are."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from referee.gateway.evalhub.patches import Paths
from referee.gateway.evalhub.wire.reading import Wire
from referee.gateway.objects import CollectionEntry, ProviderEntry
from referee.runtime.paths import Resource

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wording:
    """One kind, in EvalHub's words."""

    resource: Resource
    request: type[Wire]
    spec: Callable[[Any], Document]
    """From a request."""
    document: Callable[[Document, str], Document]
    """From a spec and an id, without `resource`."""
    paths: Paths
    blank: Document
    """What a document leaves out where it is empty, and a JSON Patch may add to."""
    read_only: str
    """The message code."""
    every: Callable[[str], Sequence[ProviderEntry | CollectionEntry]]
    """Of a tenant."""
    one: Callable[[str, str], ProviderEntry | CollectionEntry | None]
    """By tenant and id."""
