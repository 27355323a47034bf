"""From a pod to what it may report about: pod → child Job → EvaluationJob, each step by uid.

By uid and not by name, so that a token outlives neither its pod nor its job: who is created under an old name is
somebody else. What the caches lack is read once from the API server before anything is refused, since an adapter may
be quicker than a watch; and where that does not answer, the caller is asked to come again, never refused.
"""

import re
from collections.abc import Callable
from typing import TypeVar

from referee.gateway.errors import NotPermitted
from referee.gateway.faults import undecided
from referee.gateway.reporting.children import Caller, ChildRef, OtherRun
from referee.gateway.reporting.tokens import PodIdentity
from referee.gateway.seen import Owner, SeenJob, SeenPod, job_of, pod_of
from referee.gateway.watched import JobEntry, Planned, Watched, evaluation_of
from referee.runtime.errors import ApiError, NotFound
from referee.runtime.kube import Kube, Object
from referee.runtime.paths import EVALUATION_JOBS, JOBS, PODS, Resource

T = TypeVar("T", SeenPod, SeenJob, JobEntry)
_NAME = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")
"""What else stands in an address leads to something else than one object."""


class Callers:
    """Traces pods."""

    def __init__(self, kube: Kube, watched: Watched) -> None:
        self._kube = kube
        self._watched = watched

    async def trace(self, pod: PodIdentity) -> Caller:
        """What the pod may report about.

        Raises:
            NotPermitted: it is over, or no child's.
            Unavailable: it is not known now.
        """
        if not self._watched.serves(pod.namespace):
            raise NotPermitted(f"namespace {pod.namespace!r} is not served by this gateway")
        job_owner, share = await self._job_of(pod)
        job = await self.job(ChildRef(pod.namespace, job_owner.name, job_owner.uid))
        if job is None or job.evaluation is None:
            raise NotPermitted(f"Job {job_owner.name!r} of pod {pod.name!r} is gone, or is no EvaluationJob's")
        entry, planned = await self._planned(pod.namespace, job.evaluation, job.index)
        return Caller(
            child=ChildRef(pod.namespace, job_owner.name, job_owner.uid),
            job=job.evaluation.name,
            provider=planned.provider,
            benchmark=planned.benchmark,
            index=job.index or 0,
            job_uid=job.evaluation.uid,
            attempt=job.attempt,
            kept=frozenset(filter(None, (planned.primary,))),
            first_attempt=planned.first_attempt,
            share=share,
            others={of: OtherRun(run.job, run.uid, run.first, run.last) for of, run in entry.named},
        )

    async def job(self, child: ChildRef) -> SeenJob | None:
        """The child as it stands, None if it is gone or another has its name."""
        known = self._watched.jobs.get((child.namespace, child.name))
        if known is None or known.uid != child.uid:
            known = await self._read(JOBS, child.namespace, child.name, job_of)
        return known if known is not None and known.uid == child.uid else None

    async def knows(self, namespace: str, evaluation: str) -> bool:
        """Whether there is such an EvaluationJob; the name is the caller's, and may be none."""
        if not _NAME.fullmatch(evaluation):
            return False
        if self._watched.evaluations.get((namespace, evaluation)) is not None:
            return True
        return await self._read(EVALUATION_JOBS, namespace, evaluation, evaluation_of) is not None

    async def _job_of(self, pod: PodIdentity) -> tuple[Owner, int | None]:
        """Its Job, and which of several pods of it this is."""
        seen = self._watched.pods.get((pod.namespace, pod.name))
        if seen is None or seen.uid != pod.uid:
            seen = await self._read(PODS, pod.namespace, pod.name, pod_of)
        if seen is None or seen.uid != pod.uid:
            raise NotPermitted(f"pod {pod.name!r} is gone")
        if seen.over:
            raise NotPermitted(f"pod {pod.name!r} has ended")
        if seen.job is None:
            raise NotPermitted(f"pod {pod.name!r} is no Job's: only pods that the operator had made may report")
        return seen.job, seen.share

    async def _planned(self, namespace: str, owner: Owner, index: int | None) -> tuple[JobEntry, Planned]:
        seen = self._watched.evaluations.get((namespace, owner.name))
        if seen is None or seen.uid != owner.uid or seen.planned(index) is None:
            seen = await self._read(EVALUATION_JOBS, namespace, owner.name, evaluation_of)
        planned = seen.planned(index) if seen is not None and seen.uid == owner.uid else None
        if seen is None or planned is None:
            raise NotPermitted(f"EvaluationJob {owner.name!r} is gone, or its plan has no benchmark {index}")
        return seen, planned

    async def _read(self, resource: Resource, namespace: str, name: str, project: Callable[[Object], T]) -> T | None:
        """One live read; not kept, since the cache may hold only what its watch will also take away again."""
        try:
            return project(await self._kube.get(resource.one(namespace, name)))
        except NotFound:
            return None
        except ApiError as error:
            raise undecided(error) from error
