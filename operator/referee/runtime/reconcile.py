"""One look at one EvaluationJob: read the caches, decide, carry it out.

The order is fixed: status first where it changed enough to be written now, since later steps rest on it (the plan is
frozen before a child exists, a retry is counted before its child does); then children; Events last, and only for
what was really written. A write that another one overtook (409) ends the look; the next one starts from what is
there.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from referee import __version__
from referee.api.conditions import Reason
from referee.api.evaluationjob import EvaluationJob
from referee.api.runplan import RunPlan
from referee.api.status import TERMINAL, EvaluationJobStatus
from referee.clock import utc_now
from referee.core.benchmark import EXPLAIN_AFTER
from referee.core.cannot_pass import in_vain
from referee.core.notices import notices
from referee.core.outlook import expected
from referee.core.plan import Decision, decide
from referee.core.progress import write_at
from referee.core.refusal import Refusal
from referee.core.resolve import Allowed, resolve
from referee.runtime.cache import Key
from referee.runtime.catalogue import Lookup
from referee.runtime.children import Children
from referee.runtime.errors import Conflict, NotFound
from referee.runtime.events import EventRecorder, ObjectRef
from referee.runtime.kube import Kube
from referee.runtime.metrics import Metrics
from referee.runtime.paths import EVALUATION_JOBS
from referee.runtime.watched import Watched

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Taken:
    """Which jobs are ours."""

    class_name: str
    allowed: Allowed
    """What they may do."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a look needs."""

    kube: Kube
    watched: Watched
    lookup: Lookup
    children: Children
    recorder: EventRecorder
    metrics: Metrics


class Reconciler:
    """Looks at EvaluationJobs."""

    def __init__(self, parts: Parts, taken: Taken, now: Callable[[], datetime] = utc_now) -> None:
        self._parts = parts
        self._taken = taken
        self._now = now
        self._written: dict[Key, datetime] = {}
        self.unplanned: set[Key] = set()
        """Jobs that wait for a provider or a collection."""

    async def reconcile(self, key: Key) -> float | None:
        """Look at one job; returns seconds until the next look is due."""
        started = time.perf_counter()
        again, result = None, "error"
        try:
            again, result = await self._look(key)
        finally:
            seconds = time.perf_counter() - started
            self._parts.metrics.reconciles.labels(result).inc()
            self._parts.metrics.reconcile_seconds.observe(seconds)
            level = logging.DEBUG if result == "ok" else logging.INFO
            log.log(level, "looked", extra={"key": key, "result": result, "seconds": round(seconds, 4), "again": again})
        return again

    async def _look(self, key: Key) -> tuple[float | None, str]:
        try:
            job = self._parts.watched.evaluation_job(key)
        except ValidationError as error:
            self._tell_invalid(key, error)
            return None, "invalid"
        if job is None or job.metadata.deletion_timestamp is not None:
            self._written.pop(key, None)
            self.unplanned.discard(key)
            self._parts.children.prune()
            return None, "gone"
        if job.spec.class_name != self._taken.class_name:
            return None, "foreign"
        now = self._now()
        decision = decide(
            job,
            self._parts.children.of(job),
            lambda: self._resolve(key, job),
            now,
            __version__,
        )
        if decision.delete_job:
            await self._delete(key, job)
            return None, "expired"
        (self.unplanned.add if decision.status.plan is None else self.unplanned.discard)(key)
        return await self._carry_out(key, job, decision, now)

    def _resolve(self, key: Key, job: EvaluationJob) -> RunPlan | Refusal:
        return resolve(job, self._parts.lookup.of(key[0]), self._taken.allowed)

    async def _carry_out(
        self, key: Key, job: EvaluationJob, decision: Decision, now: datetime
    ) -> tuple[float | None, str]:
        children = self._parts.children
        due = write_at(job.status, decision.status, self._written.get(key), now)
        ended = False
        if due is not None and due <= now:
            if not await self._write_status(key, job, decision.status):
                return 0.0, "conflict"
            self._written[key] = now
            self._tell(job, decision.status)
            due, ended = None, _ended(decision.status) > _ended(job.status)
        ask, made = None, True
        if decision.plan is not None:
            for start in decision.start:
                made = await children.create(job, decision.plan, start, now) and made
        for child in decision.stop:
            await children.stop(job, child)
        for child in decision.delete:
            await children.delete(job, child)
        for child in decision.look:
            await children.look(job, child, now)
        if decision.plan is not None:
            ask = await children.ask_again(job, decision.plan, now)
        if not made or decision.stop or decision.delete or decision.look or ended:
            # when to wake depends on what is there now; retention and a rerun rest on what stands in status
            return 0.0, "acted"
        # a child that was just made has nothing to show; if it stays silent, it is asked why
        explain = now + EXPLAIN_AFTER if decision.start else None
        wake = min((w for w in (due, decision.wake, ask, explain) if w is not None), default=None)
        return (None if wake is None else max(0.0, (wake - datetime.now(UTC)).total_seconds())), "ok"

    async def _write_status(self, key: Key, job: EvaluationJob, status: EvaluationJobStatus) -> bool:
        """Write the status over the version it was decided on; False if that is no longer the newest."""
        path = EVALUATION_JOBS.one(*key, "status")
        version = self._parts.watched.evaluation_jobs.version(key)
        body = {"metadata": {"resourceVersion": str(version)}, "status": _merge(job.status.wire(), status.wire())}
        try:
            written = await self._parts.kube.merge_patch(path, body)
        except Conflict:
            self._parts.watched.evaluation_jobs.upsert(await self._parts.kube.get(EVALUATION_JOBS.one(*key)))
            return False
        except NotFound:
            self._parts.watched.evaluation_jobs.discard(key, job.metadata.uid)
            return False
        self._parts.watched.evaluation_jobs.upsert(written)
        return True

    def _tell(self, job: EvaluationJob, status: EvaluationJobStatus) -> None:
        """Events and metrics of what was just written."""
        ref = _ref(job)
        for notice in notices(job.status, status):
            self._parts.recorder.record(ref, notice.type, notice.reason, notice.message)
        for said in in_vain(job.status, job.model_copy(update={"status": status})):
            self._parts.recorder.record(ref, "Warning", Reason.CANNOT_PASS, said)
        for said in expected(job.status, job.model_copy(update={"status": status})):
            self._parts.recorder.record(ref, "Normal", Reason.OUTLOOK, said)
        self._parts.metrics.transitions(job.status, status)

    async def _delete(self, key: Key, job: EvaluationJob) -> None:
        try:
            await self._parts.kube.delete(EVALUATION_JOBS.one(*key), uid=job.metadata.uid)
        except (NotFound, Conflict):
            return

    def _tell_invalid(self, key: Key, error: ValidationError) -> None:
        """An object that an older CRD let in; it is left alone and told why."""
        stored = self._parts.watched.evaluation_jobs.get(key)
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        if stored is not None:
            ref = ObjectRef(EVALUATION_JOBS.api_version, "EvaluationJob", key[0], key[1], stored.uid)
            self._parts.recorder.record(ref, "Warning", Reason.INVALID_SPEC, f"{where}: {first['msg']}")


def _ended(status: EvaluationJobStatus) -> int:
    """How much of a job is over."""
    return sum(b.phase in TERMINAL for b in status.benchmarks) + (status.completion_time is not None)


def _merge(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """A merge patch from one status to another: what changed, and null for what is gone."""
    patch: dict[str, Any] = {k: None for k in before if k not in after}
    for field, value in after.items():
        old = before.get(field)
        if isinstance(value, dict) and isinstance(old, dict):
            if inner := _merge(old, value):
                patch[field] = inner
        elif field not in before or old != value:
            patch[field] = value
    return patch


def _ref(job: EvaluationJob) -> ObjectRef:
    meta = job.metadata
    return ObjectRef(EVALUATION_JOBS.api_version, "EvaluationJob", meta.namespace, meta.name, meta.uid)
