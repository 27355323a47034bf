"""Carrying out what was decided about children: create, stop, delete, look.

Each call is safe to repeat: names are deterministic, writes name the uid they mean, and a Job that is already there
is ours if our EvaluationJob owns it. What the API server refuses for good becomes a child that failed; what it
refuses for now (a quota) becomes a child that waits, so that the planner treats both like any other child.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from referee.api import names
from referee.api.conditions import Reason
from referee.api.evaluationjob import EvaluationJob
from referee.api.runplan import RunPlan
from referee.core import trouble
from referee.core.benchmark import EXPLAIN_AFTER
from referee.core.children import Child, Trouble
from referee.core.jobspec import Turn
from referee.core.plan import Start
from referee.core.pods import Pod, pod_from_object
from referee.core.podspec import PodDefaults, child_manifests
from referee.runtime.errors import AlreadyExists, Conflict, Forbidden, NotFound, Rejected, ServerUnavailable
from referee.runtime.kube import Kube, Object
from referee.runtime.paths import CONFIG_MAPS, EVENTS, JOBS, PODS
from referee.runtime.watched import Watched

ASK_AGAIN = timedelta(seconds=10)
"""After the API server refused a child for now."""


@dataclass(frozen=True, slots=True)
class Look:
    """What was learned of a child by asking."""

    at: datetime
    after_end: bool
    """The child had ended by then."""
    trouble: Trouble | None
    pods: tuple[Pod, ...]


class Children:
    """The children of all jobs, as the planner sees them and as the API server is told."""

    def __init__(self, kube: Kube, watched: Watched, defaults: PodDefaults) -> None:
        self._kube = kube
        self._watched = watched
        self._defaults = defaults
        self._looks: dict[str, Look] = {}
        self._refused: dict[str, dict[str, Child]] = {}
        """By uid of the EvaluationJob and name: children that could not be created."""

    def of(self, job: EvaluationJob) -> list[Child]:
        """Every child of a job: seen, and refused ones."""
        seen = [self._with_look(child) for child in self._watched.children_of(job.metadata.uid)]
        names_seen = {child.name for child in seen}
        refused = self._refused.get(job.metadata.uid, {})
        return [*seen, *(child for name, child in refused.items() if name not in names_seen)]

    async def ask_again(self, job: EvaluationJob, plan: RunPlan, now: datetime) -> datetime | None:
        """Try once more to create what was refused for now; returns when to look next, None if nothing waits."""
        looks: list[datetime] = []
        for child in self._waiting(job):
            if child.looked is None or child.looked + ASK_AGAIN <= now:
                planned = next(b for b in plan.benchmarks if b.index == child.index)
                stage = next((b.stage for b in job.status.benchmarks if b.index == child.index), None)
                if await self.create(job, plan, Start(planned, Turn(child.attempt, stage)), now):
                    looks.append(now + EXPLAIN_AFTER)  # nothing else wakes for a child of ours that stays silent
        looks += [child.looked + ASK_AGAIN for child in self._waiting(job) if child.looked is not None]
        return min(looks, default=None)

    def _waiting(self, job: EvaluationJob) -> list[Child]:
        return [c for c in self._refused.get(job.metadata.uid, {}).values() if c.refused is None]

    def prune(self) -> None:
        """Drop what is known of jobs and children that are gone."""
        jobs, children = self._watched.evaluation_jobs, self._watched.children
        for uid in [uid for uid in self._refused if not jobs.keys_by("uid", uid)]:
            del self._refused[uid]
        for uid in [uid for uid in self._looks if not children.keys_by("uid", uid)]:
            del self._looks[uid]

    def forget_child(self, child_uid: str) -> None:
        """Drop what is known of a child that is gone."""
        self._looks.pop(child_uid, None)

    async def create(self, job: EvaluationJob, plan: RunPlan, start: Start, now: datetime) -> bool:
        """Create one child; whether it was made just now. What is there already and is ours is fine."""
        manifests = child_manifests(job, plan, start.planned, start.turn, self._defaults)
        name, namespace = manifests.job["metadata"]["name"], job.metadata.namespace
        known = self._refused.get(job.metadata.uid, {})
        child = Child(name, "", start.planned.index, start.attempt, created=now)
        try:
            if manifests.config_map is not None:
                await self._create_config_map(namespace, manifests.config_map)
            made = await self._kube.create(JOBS.all(namespace), manifests.job)
        except AlreadyExists:
            made = await self._kube.get(JOBS.one(namespace, name))
            if not _owned_by(made, job.metadata.uid):
                said = f"a Job {name} exists and is not ours: delete it, or rename the EvaluationJob"
                self._refuse(job, child, Trouble(Reason.NAME_CONFLICT, said), final=True)
                return False
            self._keep(job, made)
            return False
        except Rejected as error:  # for good: repeating it cannot help
            self._refuse(job, child, Trouble(Reason.POD_REFUSED, error.message), final=True)
            return False
        except ServerUnavailable as error:  # an admission webhook that is down looks like this, and may stay so
            waiting = replace(known.get(name, child), looked=now)
            self._refuse(job, waiting, Trouble(Reason.POD_REFUSED, error.message), final=False)
            return False
        except Forbidden as error:
            if error.namespace_terminating:
                raise
            reason = Reason.QUOTA_EXCEEDED if "quota" in error.message else Reason.POD_REFUSED
            waiting = replace(known.get(name, child), looked=now)
            self._refuse(job, waiting, Trouble(reason, error.message), final=False)
            return False
        self._keep(job, made)
        return True

    async def stop(self, job: EvaluationJob, child: Child) -> None:
        """Tell a child to end: its pod gets SIGTERM and its grace, the Job stays and takes last results."""
        if not child.uid:
            return
        patch: Object = {"metadata": {"uid": child.uid}, "spec": {"activeDeadlineSeconds": 1}}
        try:
            stopped = await self._kube.merge_patch(JOBS.one(job.metadata.namespace, child.name), patch)
        except NotFound:
            self._gone(job, child)
        else:
            self._watched.children.upsert(stopped)

    async def delete(self, job: EvaluationJob, child: Child) -> None:
        """Delete a child, its pods with it."""
        if not child.uid:
            self._refused.get(job.metadata.uid, {}).pop(child.name, None)
            return
        stored = self._watched.children.get((job.metadata.namespace, child.name))
        try:
            await self._kube.delete(JOBS.one(job.metadata.namespace, child.name), uid=child.uid)
            if stored is not None and stored.config_map:
                await self._kube.delete(CONFIG_MAPS.one(job.metadata.namespace, child.name))
        except (NotFound, Conflict):
            pass
        self._gone(job, child)

    async def look(self, job: EvaluationJob, child: Child, now: datetime) -> None:
        """Read what is not watched: a child's pods once more, and what Events say of it and of them."""
        if not child.uid:
            return
        namespace = job.metadata.namespace
        selector = f"{names.LABEL_CONTROLLER_UID}={child.uid}"
        pods = [pod async for pod in self._kube.list(PODS.all(namespace), label_selector=selector)]
        found: Trouble | None = None
        if child.ended is None:
            for uid in (*(pod["metadata"]["uid"] for pod in pods), child.uid):
                events = self._kube.list(EVENTS.all(namespace), field_selector=f"involvedObject.uid={uid}")
                found = found or trouble.of_events([event async for event in events])
        self._looks[child.uid] = Look(now, child.ended is not None, found, tuple(pod_from_object(pod) for pod in pods))

    def _with_look(self, child: Child) -> Child:
        look = self._looks.get(child.uid)
        if look is None:
            return child
        pods = child.pods
        if child.ended is not None:
            watched = {pod.name: pod for pod in pods if pod.over}
            pods = (*(p for p in look.pods if p.name not in watched), *watched.values())
        return replace(child, looked=look.at, reread=look.after_end, trouble=look.trouble, pods=pods)

    async def _create_config_map(self, namespace: str, manifest: Object) -> None:
        try:
            await self._kube.create(CONFIG_MAPS.all(namespace), manifest)
        except AlreadyExists:
            return

    def _keep(self, job: EvaluationJob, made: Object) -> None:
        self._refused.get(job.metadata.uid, {}).pop(made["metadata"]["name"], None)
        self._watched.children.upsert(made)

    def _refuse(self, job: EvaluationJob, child: Child, why: Trouble, *, final: bool) -> None:
        known = replace(child, trouble=why, refused=why if final else None)
        self._refused.setdefault(job.metadata.uid, {})[child.name] = known

    def _gone(self, job: EvaluationJob, child: Child) -> None:
        self._watched.children.discard((job.metadata.namespace, child.name), child.uid)
        self._watched.child_gone(child.uid)
        self.forget_child(child.uid)


def _owned_by(obj: dict[str, Any], uid: str) -> bool:
    return any(owner.get("uid") == uid for owner in obj["metadata"].get("ownerReferences") or ())


CHILD_SELECTOR = names.LABEL_JOB_UID
"""Jobs and pods that carry this label are watched."""
