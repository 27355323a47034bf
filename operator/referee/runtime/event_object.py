"""An Event as an object: whom it is about, what it is called, what is posted.

The name is a hash of what happened to whom, so that neither a restart nor the replica that led before makes two Events
of one thing.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from referee.runtime.kube import Object
from referee.runtime.paths import EVENTS

EventType = Literal["Normal", "Warning"]

LONGEST_MESSAGE = 1024
_LONGEST_NAME = 253
_HASH_CHARS = 16


@dataclass(frozen=True, slots=True)
class ObjectRef:
    """Whom an Event is about."""

    api_version: str
    kind: str
    namespace: str
    name: str
    uid: str


@dataclass(frozen=True, slots=True)
class Occurrence:
    """What happened to whom: equal ones are one Event."""

    ref: ObjectRef
    type: EventType
    reason: str
    message: str

    @property
    def name(self) -> str:
        """Give the Event's name, the same for the same occurrence in every process."""
        told = f"{self.ref.uid}\n{self.reason}\n{self.message}"
        digest = hashlib.sha256(told.encode()).hexdigest()[:_HASH_CHARS]
        return f"{self.ref.name[: _LONGEST_NAME - _HASH_CHARS - 1].rstrip('.-')}.{digest}"

    def body(self, count: int, first: str, component: str) -> Object:
        """Give the Event as it is posted."""
        ref = self.ref
        return {
            "apiVersion": EVENTS.api_version,
            "kind": EVENTS.kind,
            "metadata": {"name": self.name, "namespace": ref.namespace},
            "involvedObject": {
                "apiVersion": ref.api_version,
                "kind": ref.kind,
                "namespace": ref.namespace,
                "name": ref.name,
                "uid": ref.uid,
            },
            "type": self.type,
            "reason": self.reason,
            "message": self.message,
            "count": count,
            "firstTimestamp": first,
            "lastTimestamp": timestamp(),
            "source": {"component": component},
            "reportingComponent": component,
        }


def timestamp() -> str:
    """Give the time of now as Kubernetes writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
