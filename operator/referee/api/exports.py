"""Where results are also put: an experiment tracker, a registry. The adapter does it, with what its job spec says."""

from typing import Annotated

from pydantic import Field

from referee.api.base import Model, StringMap
from referee.api.meta import SecretRef


class ExperimentTag(Model):
    """A tag of an MLflow experiment."""

    key: Annotated[str, Field(min_length=1, max_length=250)]
    """Its key."""
    value: Annotated[str, Field(max_length=5000)]
    """Its value."""


class MLflowExport(Model):
    """An experiment of the MLflow that the operator's settings name."""

    experiment_name: Annotated[str, Field(min_length=1, max_length=256)]
    """Made if it does not exist."""
    tags: Annotated[list[ExperimentTag], Field(max_length=20)] = []
    """Of the experiment."""
    artifact_location: Annotated[str, Field(max_length=2048)] | None = None
    """Where MLflow keeps the artifacts; unset: as it is set up."""


class OCIExport(Model):
    """A repository of a registry, for the files that the adapter keeps."""

    host: Annotated[str, Field(min_length=1, max_length=253, pattern=r"^[A-Za-z0-9.-]+(:[0-9]{1,5})?$")]
    """The registry, as quay.io or registry.example:5000."""
    repository: Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[a-z0-9]+([._/-]+[a-z0-9]+)*$")]
    """The repository in it."""
    tag: Annotated[str, Field(max_length=128, pattern=r"^[A-Za-z0-9_][A-Za-z0-9._-]*$")] | None = None
    """Unset: one made of job, provider, benchmark and index."""
    annotations: StringMap = {}
    """Of the manifest."""
    secret_ref: SecretRef | None = None
    """A Secret of type kubernetes.io/dockerconfigjson; mounted into the agent beside the adapter, never into it."""


class Exports(Model):
    """Where results are also put."""

    mlflow: MLflowExport | None = None
    """An experiment of MLflow."""
    oci: OCIExport | None = None
    """A registry."""
