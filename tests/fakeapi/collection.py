"""All that the fake knows of one resource."""

from dataclasses import dataclass, field
from typing import Any

Object = dict[str, Any]
FIRST_REVISION = 100


@dataclass(frozen=True)
class Change:
    revision: int
    type: str
    object: Object
    before: Object | None


@dataclass
class Collection:
    """All objects of one resource, over all namespaces."""

    group: str
    plural: str
    kind: str
    has_status: bool
    objects: dict[tuple[str, str], Object] = field(default_factory=dict)
    history: list[Change] = field(default_factory=list)
    oldest: int = FIRST_REVISION
    """Watches from before this revision get a 410."""
