"""The curated part of a PodSpec that a job may set: where it runs and with what, never what it may do.

A whole PodSpec would let a job ask for host namespaces, other containers or a privileged context, and would
take the CRD past the size that client-side apply can carry.
"""

from typing import Annotated, Any

from pydantic import Field, WithJsonSchema

from referee.api import names
from referee.api.base import (
    PRESERVE,
    FreeMap,
    LabelMap,
    Model,
    ObjectName,
    Rule,
    Seconds,
    StringMap,
    exactly_one_of,
    list_map,
)
from referee.api.benchmark import Resources

_OpaqueItem = Annotated[
    dict[str, Any],
    Field(max_length=16),
    WithJsonSchema({"type": "object", "maxProperties": 16, "additionalProperties": PRESERVE}),
]
EnvName = Annotated[str, Field(min_length=1, max_length=256, pattern=r"^[A-Za-z_][A-Za-z0-9_.-]*$")]


_TAKEN = (
    names.META_DIR,
    names.DATA_DIR,
    names.SHARED_DIR,
    names.TEST_DATA_DIR,
    names.POD_INFO_DIR,
    names.MODEL_SECRET_DIR,
    names.EVALUATOR_SECRETS_DIR,
    names.SERVICE_ACCOUNT_DIR,
    "/tmp",  # noqa: S108 - a path in the pod
)


class SecretKeyRef(Model):
    """A key of a Secret in the job's namespace."""

    name: ObjectName
    """Its name."""
    key: Annotated[str, Field(min_length=1, max_length=253)]
    """The key whose value is taken."""
    optional: bool = False
    """The pod starts also where it, or the key, is missing; the variable is then unset."""


class ConfigMapKeyRef(SecretKeyRef):
    """A key of a ConfigMap in the job's namespace."""


class EnvSource(Model):
    """Where an environment variable's value comes from; the kubelet reads it, the operator never does."""

    secret_key_ref: SecretKeyRef | None = None
    """From a Secret."""
    config_map_key_ref: ConfigMapKeyRef | None = None
    """From a ConfigMap."""

    rules = (exactly_one_of("secret_key_ref", "config_map_key_ref", remedy="name one source"),)


class EnvVar(Model):
    """An environment variable of the adapter."""

    name: EnvName
    """Name of the variable."""
    value: Annotated[str, Field(max_length=4096)] | None = None
    """Its value as text; no place for a secret."""
    value_from: EnvSource | None = None
    """Where its value comes from."""

    rules = (exactly_one_of("value", "value_from", remedy="give the value, or where it comes from"),)


class ClaimVolume(Model):
    """A PersistentVolumeClaim mounted into the adapter, for caches."""

    claim_name: ObjectName
    """Name of the claim, in the job's namespace."""
    mount_path: Annotated[str, Field(min_length=2, max_length=1024, pattern=r"^/[^:]*[^:/]$")]
    """Absolute path in the container, without a slash at the end."""
    read_only: bool = False
    """Mounted without write access."""

    rules = (
        Rule(
            f"!(self.mountPath in {list(_TAKEN)})",
            f"mountPath must be none of {', '.join(_TAKEN)}: Referee mounts these itself; choose another",
            lambda self: self.mount_path not in _TAKEN,
            field_path=".mountPath",
        ),
    )


class PodSettings(Model):
    """Placement and environment of a job's adapter pods."""

    resources: Resources | None = None
    """Of the adapter container, over the provider's and under the benchmark's own."""
    env: Annotated[list[EnvVar], Field(max_length=64), list_map("name")] = []
    """Added to the provider's; a name that both have takes this value."""
    volumes: Annotated[list[ClaimVolume], Field(max_length=8), list_map("mount_path")] = []
    """Claims for what is worth keeping between runs: datasets, tokenizers, model files."""
    node_selector: LabelMap = {}
    """Labels that a node must have."""
    tolerations: Annotated[list[_OpaqueItem], Field(max_length=32)] = []
    """As in a PodSpec."""
    affinity: FreeMap | None = None
    """As in a PodSpec."""
    topology_spread_constraints: Annotated[list[_OpaqueItem], Field(max_length=8)] = []
    """As in a PodSpec."""
    service_account_name: ObjectName | None = None
    """Only one that the operator's settings allow; unset: the one without rights that the chart installs."""
    priority_class_name: ObjectName | None = None
    """PriorityClass of the pods."""
    runtime_class_name: ObjectName | None = None
    """RuntimeClass of the pods, for a sandbox such as gVisor."""
    image_pull_secrets: Annotated[list[ObjectName], Field(max_length=8)] = []
    """Names of the Secrets with registry credentials."""
    termination_grace_period_seconds: Seconds | None = None
    """How long an adapter has to report what it has when it is told to stop; with contract evalhub-v1 also how long
    its agent goes on trying to deliver the result. Unset: 30, and 310 with evalhub-v1."""
    labels: LabelMap = {}
    """Added to the pods'."""
    annotations: StringMap = {}
    """Added to the pods'."""
