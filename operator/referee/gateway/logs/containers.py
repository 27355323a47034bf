"""Which containers of a child's pod have a log that anybody wants, and how they stand; read from the pod's status.

The adapter's always. Of the containers before and beside it only when they failed: then they are the reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from referee.api import names

JobRef = tuple[str, str]
"""Namespace and uid of an EvaluationJob. Never the uid alone: a label of a pod may hold any."""

_HELPERS = (names.TEST_DATA_CONTAINER, names.AGENT_CONTAINER)


@dataclass(frozen=True, slots=True)
class SeenContainer:
    """A container that has run."""

    name: str
    ended: bool
    """For good: none of ours is started again but the agent, whose end is its pod's."""


@dataclass(frozen=True, slots=True)
class PodLogs:
    """A pod of a run, as far as its logs go."""

    namespace: str
    name: str
    uid: str
    job: str
    """The EvaluationJob's name, as a label can hold it."""
    job_uid: str
    index: int
    attempt: int
    leaving: bool
    """It is being deleted: its containers have their grace, then it is gone with its logs."""
    containers: tuple[SeenContainer, ...]

    def running(self) -> bool:
        """Whether its adapter still writes."""
        return any(not container.ended for container in self.containers)


def logs_of(pod: Mapping[str, Any]) -> PodLogs | None:
    """Where the logs of a pod are; None if its labels name no run."""
    meta = pod["metadata"]
    labels = meta.get("labels") or {}
    index, attempt = (str(labels.get(label, "")) for label in (names.LABEL_INDEX, names.LABEL_ATTEMPT))
    if not index.isdecimal() or not attempt.isdecimal():
        return None
    return PodLogs(
        namespace=meta.get("namespace", ""),
        name=meta["name"],
        uid=meta["uid"],
        job=str(labels.get(names.LABEL_JOB, "")),
        job_uid=str(labels.get(names.LABEL_JOB_UID, "")),
        index=int(index),
        attempt=int(attempt),
        leaving="deletionTimestamp" in meta,
        containers=containers_of(pod),
    )


def containers_of(pod: Mapping[str, Any]) -> tuple[SeenContainer, ...]:
    """Those whose log is shown, in the order in which they ran."""
    status = pod.get("status") or {}
    found = [*(status.get("initContainerStatuses") or ()), *(status.get("containerStatuses") or ())]
    states = {container.get("name"): container.get("state") or {} for container in found}
    helpers = [SeenContainer(name, ended=True) for name in _HELPERS if _failed(states.get(name, {}))]
    adapter = states.get(names.ADAPTER_CONTAINER, {})
    if "running" in adapter or "terminated" in adapter:
        return (SeenContainer(names.ADAPTER_CONTAINER, "terminated" in adapter), *helpers)
    return tuple(helpers)


def _failed(state: Mapping[str, Any]) -> bool:
    ended = state.get("terminated")
    return ended is not None and ended.get("exitCode") != 0
