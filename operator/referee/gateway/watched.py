"""What the gateway keeps of pods, child Jobs and EvaluationJobs: just enough to say who calls and what stands.

Kept by reflectors, one for each kind and namespace, so that a Role suffices. The projections are small on purpose:
of a result only its digest, of an EvaluationJob only which benchmark stands at which index. The operator's caches
hold other parts of the same objects in another process; sharing their code would join what changes separately.
"""

import asyncio
import hashlib
import json
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from referee.api import names
from referee.core import result
from referee.core.children import Progress, progress_from_text
from referee.runtime.cache import Cache
from referee.runtime.kube import Kube, Object
from referee.runtime.paths import EVALUATION_JOBS, JOBS, PODS
from referee.runtime.reflector import Reflector, State
from referee.runtime.resync import Source

T = TypeVar("T")

_OVER = ("Succeeded", "Failed")
_ENDS = ("Complete", "Failed")


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


@dataclass(frozen=True, slots=True)
class SeenJob:
    """A child Job."""

    uid: str
    evaluation: Owner | None
    index: int | None
    ended: bool
    stopping: bool
    """Told to end; it takes results until it has."""
    active: bool
    result: str | None
    """Digest of its final result."""
    progress: Progress | None


@dataclass(frozen=True, slots=True)
class Planned:
    """A benchmark of a frozen plan."""

    provider: str
    benchmark: str
    primary: str | None


@dataclass(frozen=True, slots=True)
class SeenEvaluation:
    """An EvaluationJob."""

    uid: str
    plan: tuple[tuple[int, Planned], ...]

    def planned(self, index: int | None) -> Planned | None:
        """What stands at this index."""
        return next((planned for place, planned in self.plan if place == index), None)


class Watched:
    """The caches and what fills them; `tasks` are to be run until the end."""

    def __init__(self, kube: Kube, namespaces: Sequence[str | None]) -> None:
        """Reflect these namespaces; [None]: all of them."""
        self.namespaces = namespaces
        self.pods: Cache[SeenPod] = Cache(pod_of, {"uid": lambda pod: (pod.uid,)})
        self.jobs: Cache[SeenJob] = Cache(job_of, {"uid": lambda job: (job.uid,)})
        self.evaluations: Cache[SeenEvaluation] = Cache(evaluation_of)
        label = names.LABEL_JOB_UID
        self._reflectors: list[Reflector[Any]] = []
        for namespace in namespaces:
            self._reflectors += [
                Reflector(kube, Source(PODS, namespace, labels=label), self.pods),
                Reflector(kube, Source(JOBS, namespace, labels=label), self.jobs),
                Reflector(kube, Source(EVALUATION_JOBS, namespace), self.evaluations),
            ]

    def serves(self, namespace: str) -> bool:
        """Whether objects of this namespace are any of our business."""
        return None in self.namespaces or namespace in self.namespaces

    def running(self) -> int:
        """How many children have pods."""
        return sum(job.active for job in self.jobs.values())

    @property
    def tasks(self) -> list[Callable[[], Coroutine[Any, Any, None]]]:
        """What keeps the caches right."""
        return [reflector.run for reflector in self._reflectors]

    def unprimed(self) -> str | None:
        """Why the caches cannot be relied upon yet; None once each was filled."""
        waiting = [r for r in self._reflectors if not r.synced.is_set()]
        if not waiting:
            return None
        told = next((r.problem for r in waiting if r.state is not State.STARTING and r.problem), None)
        return f"{len(waiting)} of {len(self._reflectors)} caches are not filled" + (f": {told}" if told else "")

    async def primed(self) -> None:
        """Wait until each cache was filled."""
        await asyncio.gather(*(reflector.synced.wait() for reflector in self._reflectors))


def pod_of(obj: Object) -> SeenPod:
    """Project a v1 Pod."""
    over = (obj.get("status") or {}).get("phase") in _OVER
    return SeenPod(obj["metadata"]["uid"], over, _controller(obj, "batch/v1", "Job"))


def job_of(obj: Object) -> SeenJob:
    """Project a batch/v1 Job."""
    meta, spec, status = obj["metadata"], obj["spec"], obj.get("status") or {}
    annotations = meta.get("annotations") or {}
    index = str((meta.get("labels") or {}).get(names.LABEL_INDEX, ""))
    ends = (c for c in status.get("conditions") or () if c["type"] in _ENDS and c["status"] == "True")
    return SeenJob(
        uid=meta["uid"],
        evaluation=_controller(obj, names.API_VERSION, "EvaluationJob"),
        index=int(index) if index.isdecimal() else None,
        ended=any(ends),
        stopping=spec.get("activeDeadlineSeconds") is not None,
        active=bool(status.get("active")),
        result=_digest(annotations.get(names.ANNOTATION_RESULT)),
        progress=progress_from_text(annotations.get(names.ANNOTATION_PROGRESS)),
    )


def evaluation_of(obj: Object) -> SeenEvaluation:
    """Project an EvaluationJob."""
    plan = (obj.get("status") or {}).get("plan")
    entries = plan.get("benchmarks") if isinstance(plan, dict) else None
    found = (_planned(entry) for entry in entries or ())
    return SeenEvaluation(obj["metadata"]["uid"], tuple(entry for entry in found if entry is not None))


def _planned(entry: Any) -> tuple[int, Planned] | None:  # noqa: ANN401 - the CRD leaves the plan open
    """One benchmark of a plan; None for what no operator writes, since it must not end the watch of all the others."""
    try:
        primary = (entry.get("primaryScore") or {}).get("metric")
        return int(entry["index"]), Planned(str(entry["provider"]), str(entry["id"]), primary and str(primary))
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def _controller(obj: Object, api_version: str, kind: str) -> Owner | None:
    for owner in obj["metadata"].get("ownerReferences") or ():
        if owner.get("controller") and (owner["apiVersion"], owner["kind"]) == (api_version, kind):
            return Owner(owner["name"], owner["uid"])
    return None


def _digest(text: str | None) -> str | None:
    """As `core.result` has it, however the text was laid out; of text that is no JSON, one that equals no result's."""
    if text is None:
        return None
    try:
        return result.digest(json.loads(text))
    except (ValueError, RecursionError):
        return f"not JSON: {hashlib.sha256(text.encode(errors='replace')).hexdigest()}"
