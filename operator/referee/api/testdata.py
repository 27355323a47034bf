"""Where a benchmark's own data comes from: what the cluster holds, or what an init container of ours fetches."""

from typing import Annotated

from pydantic import Field

from referee.api.base import Model, ObjectName, Rule, exactly_one_of
from referee.api.meta import SecretRef

_Path = Annotated[str, Field(max_length=1024)]
_Address = Annotated[str, Field(min_length=8, max_length=2048, pattern=r"^https?://[^\s]+$")]

INSIDE = Rule(
    "!has(self.subPath) || (!self.subPath.startsWith('/') && !self.subPath.split('/').exists(p, p == '..'))",
    "subPath must be a path inside the source: no leading '/', no '..'",
    lambda self: self.sub_path is None or (not self.sub_path.startswith("/") and ".." not in self.sub_path.split("/")),
    field_path=".subPath",
)


class ClaimSource(Model):
    """Data on a PersistentVolumeClaim, mounted read-only."""

    claim_name: ObjectName
    """Name of the claim, in the job's namespace."""
    sub_path: _Path | None = None
    """A directory in it; unset: all of it."""

    rules = (INSIDE,)


class ConfigMapSource(Model):
    """Data in a ConfigMap of the job's namespace, one file a key."""

    name: ObjectName
    """Name of the ConfigMap."""


class HTTPSource(Model):
    """One file behind an address."""

    url: _Address
    """The file; its last path segment is its name under /test_data."""
    sha256: Annotated[str, Field(max_length=64, pattern=r"^[0-9a-f]{64}$")] | None = None
    """Digest that the file must have."""
    secret_ref: SecretRef | None = None
    """Key `token`, sent as a bearer token."""

    rules = (
        Rule(
            "!has(self.secretRef) || self.url.startsWith('https://')",
            "a url with secretRef must be https://: the token would travel in the clear",
            lambda self: self.secret_ref is None or self.url.startswith("https://"),
            field_path=".url",
        ),
    )


class S3Source(Model):
    """An object, or everything under a prefix, in an S3 bucket."""

    bucket: Annotated[str, Field(min_length=3, max_length=63)]
    """The bucket."""
    key: Annotated[str, Field(min_length=1, max_length=1024)]
    """An object's key, or a prefix that ends in `/`."""
    secret_ref: SecretRef | None = None
    """Keys AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and, where they differ from AWS's own, AWS_S3_ENDPOINT and
    AWS_DEFAULT_REGION; unset: a public bucket."""
    endpoint: _Address | None = None
    """Another S3 than AWS's; over the Secret's."""
    region: Annotated[str, Field(max_length=64)] | None = None
    """Over the Secret's; unset in both: us-east-1."""


class GitSource(Model):
    """A commit of a git repository."""

    url: _Address
    """Clone address, over http(s)."""
    ref: Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[^-\s][^\s]*$")]
    """Branch, tag or commit; the commit it came to stands in status."""
    sub_path: _Path | None = None
    """A directory in it; unset: all of it."""
    secret_ref: SecretRef | None = None
    """Keys `username` and `password`, or `token`."""

    rules = (
        INSIDE,
        Rule(
            "!has(self.secretRef) || self.url.startsWith('https://')",
            "a url with secretRef must be https://: the password would travel in the clear",
            lambda self: self.secret_ref is None or self.url.startswith("https://"),
            field_path=".url",
        ),
    )


class HuggingFaceSource(Model):
    """A data set of a Hugging Face hub."""

    repo_id: Annotated[str, Field(min_length=1, max_length=256, pattern=r"^[^/\s]+(/[^/\s]+)?$")]
    """As `owner/name`."""
    revision: Annotated[str, Field(min_length=1, max_length=255)] | None = None
    """Branch, tag or commit; unset: main. The commit it came to stands in status."""
    sub_path: _Path | None = None
    """A directory in it; unset: all of it."""
    secret_ref: SecretRef | None = None
    """Key `token` (or `hf-token`), for gated sets."""

    rules = (INSIDE,)


class TestData(Model):
    """Where a benchmark's own data comes from; the adapter finds it under /test_data."""

    __test__ = False  # pytest would take the name for a test class

    pvc: ClaimSource | None = None
    """From a PersistentVolumeClaim."""
    config_map: ConfigMapSource | None = None
    """From a ConfigMap."""
    http: HTTPSource | None = None
    """A file from a web server."""
    s3: S3Source | None = None
    """From a bucket."""
    git: GitSource | None = None
    """From a git repository."""
    hf: HuggingFaceSource | None = None
    """From a Hugging Face hub."""

    rules = (
        exactly_one_of(
            "pvc", "config_map", "http", "s3", "git", "hf", remedy="name the one place the data is read from"
        ),
    )
