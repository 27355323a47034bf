"""The part of metav1 that all our kinds share."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from referee.api.base import Model, ObjectName

_SUBDOMAIN = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"


class SecretRef(Model):
    """A Secret in the job's namespace; mounted into the pod that needs it, read by nobody else."""

    name: ObjectName
    """Name of the Secret."""


class ObjectMeta(Model):
    """The part of metav1.ObjectMeta that we read."""

    name: Annotated[str, Field(max_length=253, pattern=_SUBDOMAIN)]
    """Name of the object, unique for its kind in the namespace."""
    namespace: str = ""
    """The tenant."""
    uid: str = ""
    """Set by the API server; another object of the same name has another one."""
    resource_version: str = ""
    """Set by the API server; guards every write of ours."""
    generation: int = 0
    """Counts the changes of spec."""
    creation_timestamp: datetime | None = None
    """Set by the API server."""
    deletion_timestamp: datetime | None = None
    """Set while the object is being deleted."""
    labels: dict[str, str] = {}
    """Yours; `managed-by` and the like."""
    annotations: dict[str, str] = {}
    """Yours."""
