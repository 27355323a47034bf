"""Children as they were seen: batch/v1 Jobs and their pods, reduced to what decisions rest on.

A `Child` is what the planner knows of one benchmark attempt. In a cluster it is read from a Job and its pods,
in local mode from a process; the planner cannot tell which.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from referee.api import names
from referee.core.result import Result, ResultError, from_text


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a child does not run, or did not end well."""

    reason: str
    """One of ours (`api.conditions.Reason`), or the adapter's own word."""
    message: str


@dataclass(frozen=True, slots=True)
class Pod:
    """One pod of a child."""

    name: str
    phase: str
    started: bool = False
    """The adapter container has run."""
    waiting: tuple[str, str] | None = None
    """Reason and message of a container that cannot start."""
    unschedulable: str | None = None
    exit_code: int | None = None
    exit_reason: str = ""
    """As the kubelet says: Completed, Error, OOMKilled, ..."""
    termination_message: str = ""
    evicted: str | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """Samples of one child, as the adapter counts them."""

    total: int | None = None
    done: int = 0
    errors: int = 0


@dataclass(frozen=True, slots=True)
class Child:
    """One attempt at one benchmark."""

    name: str
    uid: str
    index: int
    attempt: int
    created: datetime
    suspended: bool = False
    """Held back by a queue."""
    stopping: bool = False
    """Told to end (its activeDeadlineSeconds is set)."""
    active: bool = False
    """Has pods that are not finished."""
    ended: Literal["Complete", "Failed"] | None = None
    ended_at: datetime | None = None
    result: Result | None = None
    partial: Result | None = None
    malformed: str | None = None
    """Why a result that came cannot be read."""
    progress: Progress | None = None
    pods: tuple[Pod, ...] = ()
    trouble: Trouble | None = None
    """From Events, where status tells nothing."""
    refused: Trouble | None = None
    """Why it can never exist, whatever is tried."""
    looked: datetime | None = None
    """When its pods and Events were last read on purpose, because what is watched did not tell enough."""
    reread: bool = False
    """Its pods were read after it had ended: no result is still under way."""

    @property
    def started(self) -> bool:
        """Whether its adapter was seen running."""
        return any(pod.started for pod in self.pods)


def child_name(job_name: str, job_uid: str, index: int, attempt: int) -> str:
    """The deterministic name of a child: at most 63 characters, unique over the object's life.

    A Job's name becomes a label of its pods, so a longer one is refused by the API server.
    """
    stem = job_name[:36].replace(".", "-").rstrip("-")
    return f"{stem}-{index}-{attempt}-{hashlib.sha256(job_uid.encode()).hexdigest()[:8]}"


def label_value(name: str) -> str:
    """An object's name as a label value: 63 characters at most, cut and hashed beyond."""
    if len(name) <= 63:  # noqa: PLR2004 - Kubernetes' limit of a label value
        return name
    return f"{name[:50].rstrip('.-')}-{hashlib.sha256(name.encode()).hexdigest()[:12]}"


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _read(text: str | None) -> tuple[Result | None, str | None]:
    if text is None:
        return None, None
    try:
        return from_text(text), None
    except ResultError as error:
        return None, str(error)


def progress_from_text(text: str | None) -> Progress | None:
    """Progress from its annotation; what cannot be read is no progress."""
    try:
        raw = json.loads(text) if text else None
        if not raw:
            return None
        total = raw.get("total")
        return Progress(None if total is None else int(total), int(raw.get("done", 0)), int(raw.get("errors", 0)))
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        return None


def child_from_job(job: Mapping[str, Any]) -> Child | None:
    """A child from a batch/v1 Job; None if it does not carry our labels."""
    metadata, status = job["metadata"], job.get("status") or {}
    labels, annotations = metadata.get("labels") or {}, metadata.get("annotations") or {}
    try:
        index, attempt = int(labels[names.LABEL_INDEX]), int(labels[names.LABEL_ATTEMPT])
    except (KeyError, ValueError):
        return None
    result, malformed = _read(annotations.get(names.ANNOTATION_RESULT))
    partial, _ = _read(annotations.get(names.ANNOTATION_PARTIAL))
    end = next((c for c in status.get("conditions") or () if c["type"] in _ENDS and c["status"] == "True"), None)
    return Child(
        name=metadata["name"],
        uid=metadata["uid"],
        index=index,
        attempt=attempt,
        created=datetime.fromisoformat(metadata["creationTimestamp"]),
        suspended=bool(job["spec"].get("suspend")),
        stopping=job["spec"].get("activeDeadlineSeconds") is not None,
        active=bool(status.get("active")),
        ended=end["type"] if end else None,
        ended_at=_time(end.get("lastTransitionTime")) if end else None,
        result=result,
        partial=partial,
        malformed=malformed,
        progress=progress_from_text(annotations.get(names.ANNOTATION_PROGRESS)),
    )


_ENDS = ("Complete", "Failed")


def pod_from_object(pod: Mapping[str, Any]) -> Pod:
    """A pod's part in a child, from a v1 Pod."""
    status = pod.get("status") or {}
    container: Mapping[str, Any] = next(
        (c for c in status.get("containerStatuses") or () if c["name"] == names.ADAPTER_CONTAINER), {}
    )
    state = container.get("state") or {}
    ended, waiting = state.get("terminated"), state.get("waiting")
    init_waiting = next(
        (w for c in status.get("initContainerStatuses") or () if (w := (c.get("state") or {}).get("waiting"))), None
    )
    waiting = waiting if waiting and waiting.get("reason") not in _ON_THE_WAY else init_waiting
    scheduled: Mapping[str, Any] = next((c for c in status.get("conditions") or () if c["type"] == "PodScheduled"), {})
    return Pod(
        name=pod["metadata"]["name"],
        phase=status.get("phase", "Pending"),
        started="running" in state or ended is not None,
        waiting=(waiting["reason"], waiting.get("message", ""))
        if waiting and waiting.get("reason") not in _ON_THE_WAY
        else None,
        unschedulable=scheduled.get("message", "") if scheduled.get("reason") == "Unschedulable" else None,
        exit_code=ended.get("exitCode") if ended else None,
        exit_reason=ended.get("reason", "") if ended else "",
        termination_message=ended.get("message", "") if ended else "",
        evicted=status.get("message", "") if status.get("reason") == "Evicted" else None,
    )


_ON_THE_WAY = ("ContainerCreating", "PodInitializing", None)
"""Waiting that is no trouble."""
