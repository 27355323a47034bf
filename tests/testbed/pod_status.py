"""The status a kubelet writes for a pod, for each thing that can happen to it. Pure; the double sends it.

Merge patches of whole lists: what is said here is all that stands there afterwards.
"""

from typing import Any

Json = dict[str, Any]

SIGTERM_EXIT = 143


def running(pod: Json, now: str) -> Json:
    """All containers run and are ready."""
    state = {"running": {"startedAt": now}}
    containers = _containers(pod, state, ready=True)
    return {**_scheduled(now, ready=True), "phase": "Running", "containerStatuses": containers}


def terminated(pod: Json, now: str, exit_code: int, reason: str, message: str = "", sidecar: str = "") -> Json:
    """All containers have ended; the pod succeeded if the code is 0. Its sidecars left a message of their own."""
    phase = "Failed" if exit_code else "Succeeded"
    containers = _containers(pod, _ended(now, exit_code, reason, message), ready=False)
    before = _containers(pod, _ended(now, 0, "Completed", sidecar), ready=False, which="initContainers")
    return {
        **_scheduled(now, ready=False),
        "phase": phase,
        "containerStatuses": containers,
        **({"initContainerStatuses": before} if before else {}),
    }


def ended_before(pod: Json, now: str, message: str) -> Json:
    """Its first init container failed, and nothing else began."""
    waiting_ = {"waiting": {"reason": "PodInitializing"}}
    first, *others = _containers(pod, waiting_, ready=False, which="initContainers")
    return {
        **_scheduled(now, ready=False),
        "phase": "Failed",
        "initContainerStatuses": [{**first, "state": _ended(now, 1, "Error", message)}, *others],
        "containerStatuses": _containers(pod, waiting_, ready=False),
    }


def waiting(pod: Json, now: str, reason: str, message: str) -> Json:
    """The containers cannot start: ImagePullBackOff, CreateContainerConfigError, …"""
    containers = _containers(pod, {"waiting": {"reason": reason, "message": message}}, ready=False)
    return {**_scheduled(now, ready=False), "phase": "Pending", "containerStatuses": containers}


def evicted(now: str, message: str) -> Json:
    """The node is short of something; containers are not mentioned, as the kubelet does not."""
    return {"phase": "Failed", "reason": "Evicted", "message": message, "startTime": now}


def unschedulable(now: str, message: str) -> Json:
    """No node takes it: what a scheduler says, not a kubelet."""
    condition = _condition("PodScheduled", now, holds=False)
    return {"phase": "Pending", "conditions": [{**condition, "reason": "Unschedulable", "message": message}]}


def _scheduled(now: str, *, ready: bool) -> Json:
    kinds = {"PodScheduled": True, "Initialized": True, "ContainersReady": ready, "Ready": ready}
    return {"startTime": now, "conditions": [_condition(kind, now, holds=holds) for kind, holds in kinds.items()]}


def _condition(kind: str, now: str, *, holds: bool) -> Json:
    return {"type": kind, "status": "True" if holds else "False", "lastTransitionTime": now}


def _ended(now: str, exit_code: int, reason: str, message: str) -> Json:
    end = {"exitCode": exit_code, "reason": reason, "startedAt": now, "finishedAt": now}
    return {"terminated": {**end, **({"message": message} if message else {})}}


def _containers(pod: Json, state: Json, *, ready: bool, which: str = "containers") -> list[Json]:
    common = {"imageID": "", "ready": ready, "started": ready, "restartCount": 0, "state": state}
    return [{"name": spec["name"], "image": spec["image"], **common} for spec in pod["spec"].get(which, [])]
