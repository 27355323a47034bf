"""Children as they were seen: batch/v1 Jobs, reduced to what decisions rest on; their pods are in `pods.py`.

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
from referee.core.pods import Pod
from referee.core.result import Result, ResultError, from_text


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a child does not run, or did not end well."""

    reason: str
    """One of ours (`api.conditions.Reason`), or the adapter's own word."""
    message: str


@dataclass(frozen=True, slots=True)
class Progress:
    """Samples of one child, as the adapter counts them."""

    total: int | None = None
    done: int = 0
    errors: int = 0
    phase: str = ""
    """What the adapter is at, in the eval-hub-sdk's words; empty if it does not say."""


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
    pods_wanted: int = 1
    """More than one: each does a share, and the next attempt puts them together."""
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
        total, phase = raw.get("total"), raw.get("phase")
        return Progress(
            None if total is None else int(total),
            int(raw.get("done", 0)),
            int(raw.get("errors", 0)),
            phase if isinstance(phase, str) else "",
        )
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        return None


def progress_text(progress: Progress) -> str:
    """Progress as its annotation has it."""
    told: dict[str, Any] = {"total": progress.total, "done": progress.done, "errors": progress.errors}
    return json.dumps(told | ({"phase": progress.phase} if progress.phase else {}), separators=(",", ":"))


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
        pods_wanted=int(job["spec"].get("completions") or 1),
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
