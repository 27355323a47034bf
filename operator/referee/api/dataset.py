"""Dataset: datapoints from one source; and the datapoints themselves where they stand inline."""

from typing import Annotated, Any, Literal

from pydantic import Field, WithJsonSchema

from referee.api.base import PRESERVE, FreeMap, Id, Model, ObjectName, Rule, exactly_one_of, list_map
from referee.api.conditions import Condition
from referee.api.meta import ObjectMeta
from referee.api.testdata import ClaimSource, GitSource, HTTPSource, HuggingFaceSource, S3Source

MAX_INLINE = 200
"""Datapoints in a manifest; together they may have 128 KiB."""
MAX_INLINE_BYTES = 128 * 1024

Datapoint = Annotated[dict[str, Any], WithJsonSchema({"type": "object", **PRESERVE})]
"""One row as people write it: id, input, messages, tools, target, output, metadata, or their aliases."""


class ConfigMapData(Model):
    """Datapoints in a ConfigMap of the job's namespace."""

    name: ObjectName
    """Name of the ConfigMap."""
    key: Annotated[str, Field(min_length=1, max_length=253)] | None = None
    """Which of its keys; unset: the only one."""


Path = Annotated[str, Field(min_length=1, max_length=1024)]


class DataSource(Model):
    """Where datapoints come from."""

    inline: Annotated[list[Datapoint], Field(min_length=1, max_length=MAX_INLINE)] | None = None
    """The datapoints themselves, at most 200 and 128 KiB."""
    config_map: ConfigMapData | None = None
    """A ConfigMap."""
    pvc: ClaimSource | None = None
    """A PersistentVolumeClaim."""
    http: HTTPSource | None = None
    """A file from a web server."""
    s3: S3Source | None = None
    """From a bucket."""
    git: GitSource | None = None
    """From a git repository."""
    hf: HuggingFaceSource | None = None
    """From a Hugging Face hub."""


SOURCES = ("inline", "config_map", "pvc", "http", "s3", "git", "hf")


class FileFormat(Model):
    """How a file of datapoints is read."""

    format: Literal["JSONL", "JSON", "CSV", "Parquet"] | None = None
    """Unset: by the file's name."""
    path: Path | None = None
    """Which file of the source; unset: the only one."""
    mapping: Annotated[dict[str, Annotated[str, Field(max_length=253)]], Field(max_length=16)] = {}
    """Field of a datapoint -> column of the file, where the names differ from all that are known."""

    rules = (
        Rule(
            "!has(self.path) || (!self.path.startsWith('/') && !self.path.split('/').exists(p, p == '..'))",
            "path must be inside the source: no leading '/', no '..'",
            lambda self: self.path is None or (not self.path.startswith("/") and ".." not in self.path.split("/")),
            field_path=".path",
        ),
    )


class DatasetSpec(DataSource):
    """Datapoints from one source."""

    id: Id | None = None
    """How jobs refer to it; unset: metadata.name."""
    title: Annotated[str, Field(max_length=256)] | None = None
    """For people."""
    description: Annotated[str, Field(max_length=4096)] | None = None
    """What is in it."""
    tags: Annotated[list[Annotated[str, Field(min_length=1, max_length=128)]], Field(max_length=64)] = []
    """Free text, to find it by."""
    file: FileFormat = FileFormat()
    """How its file is read; inline datapoints need none."""
    custom: FreeMap = {}
    """Anything of your own; kept, not read."""

    rules = (
        exactly_one_of(*SOURCES, remedy="name the one place the datapoints are read from"),
        Rule(
            "has(self.id) == has(oldSelf.id) && (!has(self.id) || self.id == oldSelf.id)",
            "spec.id cannot change: jobs refer to it; create another Dataset",
            field_path=".id",
        ),
    )


class DatasetStatus(Model):
    """Whether a Dataset can be used, and what is known of it."""

    observed_generation: int = -1
    """Generation of spec that this status answers; -1: nobody has looked yet."""
    conditions: Annotated[list[Condition], Field(max_length=8), list_map("type")] = []
    """Ready; see conditions.md."""
    digest: Annotated[str, Field(max_length=80)] | None = None
    """Of its datapoints; absent until somebody has read them."""
    count: int | None = None
    """How many datapoints; absent until somebody has read them."""


class Dataset(Model):
    """Datapoints from one source."""

    api_version: Literal["referee.dev/v1alpha1"] = "referee.dev/v1alpha1"
    """referee.dev/v1alpha1."""
    kind: Literal["Dataset"] = "Dataset"
    """Dataset."""
    metadata: ObjectMeta
    """As of every Kubernetes object."""
    spec: DatasetSpec
    """Where its datapoints are."""
    status: DatasetStatus = DatasetStatus()
    """Whether it can be used; written by the operator alone."""

    @property
    def id(self) -> str:
        """What references name."""
        return self.spec.id or self.metadata.name
