"""Collection: a weighted set of benchmarks with pass criteria."""

from typing import Annotated, Literal

from pydantic import Field

from referee.api.base import FreeMap, Id, Model, Rule, list_map
from referee.api.benchmark import BenchmarkRef, PassCriteria
from referee.api.meta import ObjectMeta
from referee.api.provider import CatalogueStatus


class CollectionSpec(Model):
    """A weighted set of benchmarks."""

    id: Id | None = None
    """How jobs refer to it; unset: metadata.name."""
    title: Annotated[str, Field(max_length=256)] | None = None
    """For people."""
    description: Annotated[str, Field(max_length=4096)] | None = None
    """What it is for."""
    category: Annotated[str, Field(max_length=128)] = "general"
    """To group collections by."""
    tags: Annotated[list[Annotated[str, Field(min_length=1, max_length=128)]], Field(max_length=64)] = []
    """Free text, to find it by."""
    custom: FreeMap = {}
    """Anything of your own; kept, not read."""
    pass_criteria: PassCriteria | None = None
    """On the weighted score; a job's own criteria win."""
    benchmarks: Annotated[list[BenchmarkRef], Field(min_length=1, max_length=64), list_map("provider", "id")]
    """What it consists of."""

    rules = (
        Rule(
            "has(self.id) == has(oldSelf.id) && (!has(self.id) || self.id == oldSelf.id)",
            "spec.id cannot change: jobs refer to it; create another Collection",
            field_path=".id",
        ),
    )


class Collection(Model):
    """A weighted set of benchmarks with pass criteria."""

    api_version: Literal["referee.dev/v1alpha1"] = "referee.dev/v1alpha1"
    """referee.dev/v1alpha1."""
    kind: Literal["Collection"] = "Collection"
    """Collection."""
    metadata: ObjectMeta
    """As of every Kubernetes object."""
    spec: CollectionSpec
    """What it consists of, and when it passes."""
    status: CatalogueStatus = CatalogueStatus()
    """Whether it can be used; written by the operator alone."""

    @property
    def id(self) -> str:
        """What references name."""
        return self.spec.id or self.metadata.name
