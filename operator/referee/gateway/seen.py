"""A pod and a child Job, reduced to what the gateway asks of them: who may report, what stands, where logs are.

Of a result no more is kept than its digest. Read from the objects once, when a watch tells of them.
"""

import hashlib
import json
import sys
from dataclasses import dataclass

from referee.api import names
from referee.core import result
from referee.core.children import Progress, progress_from_text
from referee.gateway.logs.containers import PodLogs, logs_of
from referee.runtime.kube import Object

_OVER = ("Succeeded", "Failed")
_ENDS = ("Complete", "Failed")
_COMPLETION_INDEX = "batch.kubernetes.io/job-completion-index"
"""On a pod of an Indexed Job, by the Job controller."""


@dataclass(frozen=True, slots=True)
class Owner:
    """The controller of an object."""

    name: str
    uid: str


@dataclass(frozen=True, slots=True)
class SeenPod:
    """A pod of a child."""

    uid: str
    over: bool
    """No container of it runs any more, nor will. One that is being deleted runs until its grace is over."""
    job: Owner | None
    logs: PodLogs | None
    """Where its logs are; None if it is no run's."""
    share: int | None
    """Its index among several pods of one child; None: it is the only one."""


@dataclass(frozen=True, slots=True)
class SeenJob:
    """A child Job."""

    namespace: str
    uid: str
    evaluation: Owner | None
    index: int | None
    attempt: int
    ended: bool
    stopping: bool
    """Told to end; it takes results until it has."""
    active: bool
    result: str | None
    """Digest of its final result."""
    progress: Progress | None
    receipts: tuple[tuple[int, str | None], ...]
    """Of several pods: index and digest of what each left."""


def pod_of(obj: Object) -> SeenPod:
    """Project a v1 Pod."""
    over = (obj.get("status") or {}).get("phase") in _OVER
    share = str((obj["metadata"].get("annotations") or {}).get(_COMPLETION_INDEX, ""))
    place = int(share) if share.isdecimal() else None
    return SeenPod(obj["metadata"]["uid"], over, _controller(obj, "batch/v1", "Job"), logs_of(obj), place)


def job_of(obj: Object) -> SeenJob:
    """Project a batch/v1 Job."""
    meta, spec, status = obj["metadata"], obj["spec"], obj.get("status") or {}
    annotations = meta.get("annotations") or {}
    labels = meta.get("labels") or {}
    index, attempt = (str(labels.get(label, "")) for label in (names.LABEL_INDEX, names.LABEL_ATTEMPT))
    ends = (c for c in status.get("conditions") or () if c["type"] in _ENDS and c["status"] == "True")
    return SeenJob(
        namespace=sys.intern(meta.get("namespace", "")),
        uid=meta["uid"],
        evaluation=_controller(obj, names.API_VERSION, "EvaluationJob"),
        index=int(index) if index.isdecimal() else None,
        attempt=int(attempt) if attempt.isdecimal() else 1,
        ended=any(ends),
        stopping=spec.get("activeDeadlineSeconds") is not None,
        active=bool(status.get("active")),
        result=_digest(annotations.get(names.ANNOTATION_RESULT)),
        progress=progress_from_text(annotations.get(names.ANNOTATION_PROGRESS)),
        receipts=_receipts(annotations),
    )


def _controller(obj: Object, api_version: str, kind: str) -> Owner | None:
    for owner in obj["metadata"].get("ownerReferences") or ():
        if owner.get("controller") and (owner["apiVersion"], owner["kind"]) == (api_version, kind):
            return Owner(owner["name"], owner["uid"])
    return None


def _receipts(annotations: Object) -> tuple[tuple[int, str | None], ...]:
    places = ((name.removeprefix(names.ANNOTATION_RECEIPT), text) for name, text in annotations.items())
    return tuple((int(place), _digest(text)) for place, text in places if place.isdecimal())


def _digest(text: str | None) -> str | None:
    """As `core.result` has it, however the text was laid out; of text that is no JSON, one that equals no result's."""
    if text is None:
        return None
    try:
        return result.digest(json.loads(text))
    except (ValueError, RecursionError):
        return f"not JSON: {hashlib.sha256(text.encode(errors='replace')).hexdigest()}"
