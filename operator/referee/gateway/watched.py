"""What the gateway keeps: of pods and child Jobs just enough to say who calls and what stands, its own kinds whole.

Kept by reflectors, one for each kind and namespace, so that a Role suffices. Of a child's result only the digest is
kept; an EvaluationJob, a Provider and a Collection are kept packed, since people read them. The catalogue's namespace
may be one that nobody permitted: that is no reason not to be ready. The operator's caches hold other parts of the
same objects in another process; sharing their code would join what changes separately.
"""

import asyncio
import sys
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from referee.api import names
from referee.gateway.kept import Kept, KeptCatalogue, catalogue_of, facts_of
from referee.gateway.newest import Counted, NewestFirst
from referee.gateway.posting.awaited import Awaited, awaited_of
from referee.gateway.seen import SeenJob, SeenPod, job_of, pod_of
from referee.runtime.cache import Cache, Key
from referee.runtime.kube import Kube, Object
from referee.runtime.paths import COLLECTIONS, EVALUATION_JOBS, JOBS, PODS, PROVIDERS
from referee.runtime.reflector import Reflector, State
from referee.runtime.resync import Source


@dataclass(frozen=True, slots=True)
class Planned:
    """A benchmark of a frozen plan."""

    provider: str
    benchmark: str
    primary: str | None
    first_attempt: int = 1
    """Of this plan's."""


@dataclass(frozen=True, slots=True)
class NamedRun:
    """Another job's run that a frozen plan names."""

    job: str
    uid: str
    first: int
    last: int
    """The attempts at its benchmark that count."""


@dataclass(frozen=True, slots=True)
class JobEntry(Kept):
    """An EvaluationJob."""

    plan: tuple[tuple[int, Planned], ...]
    phase: str
    """As its status has it; empty while it has none."""
    display_name: str
    tags: tuple[str, ...]
    group: str
    owner: str
    """Who made it through REST; empty if somebody else did."""
    experiment: str
    request: str
    """Which request of REST it answers; empty if none."""
    named: tuple[tuple[str, NamedRun], ...]
    """Other runs that its plan names: `baseline`, `outputs`."""
    awaited: Awaited | None
    """What people post into it; None: nothing."""
    told: str | None
    """How much that is, as its annotation says."""

    def planned(self, index: int | None) -> Planned | None:
        """What stands at this index."""
        return next((planned for place, planned in self.plan if place == index), None)


class Watched:
    """The caches and what fills them; `tasks` are to be run until the end."""

    def __init__(self, kube: Kube, namespaces: Sequence[str | None], catalogue_namespace: str = "") -> None:
        """Reflect these namespaces ([None]: all of them), and the one with the catalogue that all share, if any."""
        self.namespaces = namespaces
        self.pods: Cache[SeenPod] = Cache(
            pod_of,
            {
                "evaluation": lambda pod: ((pod.logs.namespace, pod.logs.job_uid),) if pod.logs is not None else (),
            },
        )
        self.on_pods: Callable[[Iterable[Key]], None] = lambda _: None
        """Hears which pods changed, came or went; to be set before the tasks run."""
        self.jobs: Counted[SeenJob] = Counted(
            job_of,
            {
                "evaluation": lambda job: ((job.namespace, job.evaluation.uid),) if job.evaluation is not None else (),
            },
        )
        self.on_evaluations: Callable[[Iterable[Key]], None] = lambda _: None
        """Hears which EvaluationJobs changed, came or went; to be set before the tasks run."""
        self.evaluations: NewestFirst[JobEntry] = NewestFirst(evaluation_of, {"request": _by_request})
        self.providers: Cache[KeptCatalogue] = Cache(catalogue_of, {"id": _by_id})
        self.collections: Cache[KeptCatalogue] = Cache(catalogue_of, {"id": _by_id})
        self.catalogue_namespace = catalogue_namespace
        label = names.LABEL_JOB_UID
        self._reflectors: list[Reflector[Any]] = []
        for namespace in namespaces:
            self._reflectors += [
                Reflector(kube, Source(PODS, namespace, labels=label), self.pods, lambda keys: self.on_pods(keys)),  # noqa: PLW0108 - it is set later
                Reflector(kube, Source(JOBS, namespace, labels=label), self.jobs),
                Reflector(
                    kube,
                    Source(EVALUATION_JOBS, namespace),
                    self.evaluations,
                    lambda keys: self.on_evaluations(keys),  # noqa: PLW0108 - it is set later
                ),
                Reflector(kube, Source(PROVIDERS, namespace), self.providers),
                Reflector(kube, Source(COLLECTIONS, namespace), self.collections),
            ]
        self._shared: list[Reflector[Any]] = []
        if catalogue_namespace and not self.serves(catalogue_namespace):
            self._shared = [
                Reflector(kube, Source(PROVIDERS, catalogue_namespace), self.providers),
                Reflector(kube, Source(COLLECTIONS, catalogue_namespace), self.collections),
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
        return [reflector.run for reflector in (*self._reflectors, *self._shared)]

    def unprimed(self) -> str | None:
        """Why the caches cannot be relied upon yet; None once each was filled."""
        waiting = [r for r in self._reflectors if not r.synced.is_set()]
        waiting += [r for r in self._shared if r.state is State.STARTING]
        if not waiting:
            return None
        told = next((r.problem for r in waiting if r.state is not State.STARTING and r.problem), None)
        return f"{len(waiting)} of {len(self._reflectors) + len(self._shared)} caches are not filled" + (
            f": {told}" if told else ""
        )

    async def primed(self) -> None:
        """Wait until each cache was filled; the shared catalogue's are not waited for."""
        await asyncio.gather(*(reflector.synced.wait() for reflector in self._reflectors))

    def upsert(self, obj: Object) -> None:
        """Take the answer to a write, where a watch will also take the object away again."""
        namespace = obj["metadata"]["namespace"]
        if self.serves(namespace) or (self._shared and namespace == self.catalogue_namespace):
            self._cache_of(obj["kind"]).upsert(obj)

    def discard(self, kind: str, key: Key, uid: str) -> None:
        """Forget what was deleted."""
        self._cache_of(kind).discard(key, uid)

    def _cache_of(self, kind: str) -> Cache[Any]:
        caches: dict[str, Cache[Any]] = {
            EVALUATION_JOBS.kind: self.evaluations,
            PROVIDERS.kind: self.providers,
            COLLECTIONS.kind: self.collections,
        }
        return caches[kind]


def evaluation_of(obj: Object) -> JobEntry:
    """Project an EvaluationJob."""
    spec, status = obj.get("spec") or {}, obj.get("status") or {}
    plan = status.get("plan")
    entries = plan.get("benchmarks") if isinstance(plan, dict) else None
    found = (_planned(entry) for entry in entries or ())
    mlflow = (spec.get("exports") or {}).get("mlflow") or {}
    annotations = obj["metadata"].get("annotations") or {}
    return JobEntry(
        **facts_of(obj),
        plan=tuple(entry for entry in found if entry is not None),
        phase=sys.intern(status.get("phase") or ""),
        display_name=spec.get("displayName") or "",
        tags=tuple(spec.get("tags") or ()),
        group=sys.intern(spec.get("group") or "default"),
        owner=annotations.get(names.ANNOTATION_OWNER, ""),
        experiment=mlflow.get("experimentName") or "",
        request=annotations.get(names.ANNOTATION_REQUEST, ""),
        named=_named(plan),
        awaited=awaited_of(obj),
        told=annotations.get(names.ANNOTATION_STORE_REVISION),
    )


def _planned(entry: Any) -> tuple[int, Planned] | None:  # noqa: ANN401 - the CRD leaves the plan open
    """One benchmark of a plan; None for what no operator writes, since it must not end the watch of all the others."""
    try:
        primary = (entry.get("primaryScore") or {}).get("metric")
        first = int(entry.get("journalFirst") or 1)
        planned = Planned(str(entry["provider"]), str(entry["id"]), primary and str(primary), first)
        return int(entry["index"]), planned
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def _named(plan: Any) -> tuple[tuple[str, NamedRun], ...]:  # noqa: ANN401 - the CRD leaves the plan open
    """The other runs of a plan; none of what no operator writes."""
    try:
        baseline = plan.get("baseline") or {}
        data = (plan.get("evaluation") or {}).get("data") or {}
        found = (("baseline", baseline), ("outputs", data.get("outputsOf") or {}))
        return tuple(
            (of, NamedRun(str(run["job"]), str(run["jobUid"]), int(run["firstChild"]), int(run["lastChild"])))
            for of, run in found
            if run
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        return ()


def _by_id(kept: KeptCatalogue) -> tuple[tuple[str, str]]:
    return ((kept.namespace, kept.id),)


def _by_request(job: JobEntry) -> tuple[tuple[str, str], ...]:
    return ((job.namespace, job.request.partition(".")[0]),) if job.request else ()
