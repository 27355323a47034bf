"""Whole objects, kept small: what people read is answered from here and not from the API server.

Packed, since there are thousands of them and few are looked at; without `managedFields`, which nobody who asks us
reads and which are half of an object. A fact that lists are filtered by stands beside the packed rest, so that a
filter unpacks nothing.
"""

from dataclasses import dataclass
from typing import Any

from referee.core.nesting import DEEPEST, deeper_than
from referee.runtime.kube import Object
from referee.runtime.packing import Packer
from referee.runtime.samples import SAMPLE_JOB

_PACKER = Packer(SAMPLE_JOB)


@dataclass(frozen=True, slots=True)
class Kept:
    """An object as the API server last told it."""

    uid: str
    name: str
    namespace: str
    created: str
    """creationTimestamp, as it is written: these texts sort by time."""
    resource_version: str
    packed: bytes

    def object(self) -> Object:
        """The whole custom resource; a copy of one's own each time."""
        document: Object = _PACKER.unpack(self.packed)
        return document


@dataclass(frozen=True, slots=True)
class KeptCatalogue(Kept):
    """A Provider or a Collection."""

    id: str
    """spec.id, else the name: what references name."""
    updated: str
    """When somebody last changed it, status apart."""


def facts_of(obj: Object) -> dict[str, Any]:
    """The arguments of `Kept`.

    Raises:
        ValueError: it is nested deeper than what is made of it can be written.
    """
    meta = {name: value for name, value in obj["metadata"].items() if name != "managedFields"}
    whole = {**obj, "metadata": meta}
    if deeper_than(whole):
        raise ValueError(f"nested more than {DEEPEST} deep")
    return {
        "uid": meta["uid"],
        "name": meta.get("name", ""),
        "namespace": meta.get("namespace", ""),
        "created": meta.get("creationTimestamp") or "",
        "resource_version": meta.get("resourceVersion", ""),
        "packed": _PACKER.pack(whole),
    }


def catalogue_of(obj: Object) -> KeptCatalogue:
    """Keep a Provider or a Collection."""
    id_ = (obj.get("spec") or {}).get("id") or obj["metadata"]["name"]
    fields = obj["metadata"].get("managedFields") or ()
    times = [entry["time"] for entry in fields if entry.get("time") and not entry.get("subresource")]
    return KeptCatalogue(
        **facts_of(obj), id=id_, updated=max(times, default=obj["metadata"].get("creationTimestamp") or "")
    )
