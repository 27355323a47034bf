"""One job, from its manifest to its last status: decide, carry out, wait for a change, decide again.

The decisions are the operator's (`core.plan.decide`), asked with what processes show instead of pods. What is
different here: nobody can add a missing provider or Secret later, so a job that does not resolve is over at once;
and an attempt that is deleted only leaves memory, its files are the user's.
"""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from referee import __version__
from referee.api.evaluationjob import EvaluationJob
from referee.api.names import ANNOTATION_MODEL_URL
from referee.api.runplan import RunPlan
from referee.api.status import EvaluationJobStatus
from referee.clock import utc_now
from referee.core import ending
from referee.core.children import Child, Trouble, child_name
from referee.core.jobspec import Host, Turn, job_spec
from referee.core.plan import Start, decide
from referee.core.progress import write_at
from referee.core.refusal import Refusal
from referee.core.resolve import Allowed, resolve
from referee.local import layout
from referee.local.attempts import Attempt
from referee.local.bundle import Bundle
from referee.local.catalogue import LocalCatalogue
from referee.local.children import LocalChildren
from referee.local.differences import without_waiting
from referee.local.launch import Obstacle, launch
from referee.local.layout import attempt_directory
from referee.local.others import others_of
from referee.local.processes import Processes, grace_seconds
from referee.local.results import Results
from referee.local.server import EventsServer

Observe = Callable[[EvaluationJobStatus, EvaluationJob], None]
"""Called after each change with the status before it and the job after it."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What a run needs beside its job."""

    bundle: Bundle
    """Where references are looked up."""
    results: Path
    """Under which each job has a directory."""
    model_url: str | None = None
    """Called instead of spec.model.url."""
    observe: Observe = lambda _before, _job: None
    allow_code: bool = False
    """Evaluators of type Code may run, where their provider says so, too."""


class LocalRun:
    """Runs one job. Made, run once, thrown away; all in one event loop."""

    def __init__(self, job: EvaluationJob, setup: Setup) -> None:
        """Take the job as the bundle has it."""
        self.job = _annotated(job, setup.model_url)
        self._setup = setup
        self._changed = asyncio.Event()
        self._attempts: dict[str, Attempt] = {}
        self._children = LocalChildren(job.metadata.namespace, job.metadata.name, self._changed.set, job.metadata.uid)
        self._processes = Processes(grace_seconds(job), self._changed.set)
        self._server = EventsServer(self._children, self._changed.set)
        self._refusal: Refusal | None = None
        self._results: Results | None = None
        self._written: tuple[EvaluationJobStatus, datetime] | None = None

    async def run(self) -> EvaluationJob:
        """Run it to its end and return it with its last status; no process is left.

        Raises:
            LocalError: the results directory cannot be used.
        """
        try:
            while self.job.status.completion_time is None:
                self._changed.clear()
                await self._wait(await self._look())
            await self._processes.finish()
        finally:
            self._processes.kill()
            await self._processes.finish()
            await self._server.close()
            if self._results is not None:
                self._results.close()
        return self.job

    @property
    def directory(self) -> Path:
        """Where its results are; nothing is there if it could not be planned."""
        return (self._setup.results / self.job.metadata.name).absolute()

    def cancel(self) -> None:
        """As spec.cancel in a cluster: running adapters are told to end, what they have is kept."""
        spec = self.job.spec.model_copy(update={"cancel": True})
        metadata = self.job.metadata.model_copy(update={"generation": self.job.metadata.generation + 1})
        self.job = self.job.model_copy(update={"spec": spec, "metadata": metadata})
        self._changed.set()

    def kill(self) -> None:
        """End every adapter at once."""
        self._processes.kill()

    async def _look(self) -> datetime | None:
        """Decide and carry out; returns when to look again though nothing has changed."""
        self._server.check()
        now = utc_now()
        children = [attempt.child() for attempt in self._attempts.values()]
        decision = decide(without_waiting(self.job), children, self._resolve, now, __version__)
        due = self._take(self._ended_if_refused(decision.status, now), now)
        if decision.plan is not None:
            for start in decision.start:
                await self._start(decision.plan, start, now)
        for child in decision.stop:
            self._processes.stop(self._attempts[child.name])
        for child in decision.delete:
            self._forget(child)
        if decision.start or decision.stop or decision.delete:
            self._changed.set()
        return min((time for time in (due, decision.wake) if time is not None), default=None)

    def _resolve(self) -> RunPlan | Refusal:
        """The plan, if every one of its benchmarks can be started on this machine."""
        namespace = self.job.metadata.namespace
        asked = self.job.spec.pod.service_account_name
        resolved = resolve(
            self.job,
            LocalCatalogue(self._setup.bundle, namespace, self._setup.results),
            Allowed(
                frozenset({asked} if asked else ()),  # an account is what a pod runs as; there is none here to misuse
                mlflow=True,  # whether there is one, the adapter's environment says
                code=self._setup.allow_code,
                in_pods=False,
            ),
        )
        if isinstance(resolved, RunPlan):
            try:
                for planned in resolved.benchmarks:
                    launch(self.job, resolved, planned, self._setup.bundle.keyed)
            except Obstacle as obstacle:
                resolved = obstacle.refusal
        self._refusal = resolved if isinstance(resolved, Refusal) else None
        return resolved

    def _ended_if_refused(self, status: EvaluationJobStatus, now: datetime) -> EvaluationJobStatus:
        if self._refusal is None or status.completion_time is not None:
            return status
        return ending.unplanned(self.job, status, self._refusal, now)

    def _take(self, status: EvaluationJobStatus, now: datetime) -> datetime | None:
        """Make it the job's status, and write it if it is worth a write; returns when it is to be written.

        A job that cannot be planned leaves no files: they would take the place of an earlier run's.
        """
        if self._results is None and status.plan is not None:
            self._results = Results.open(self.directory)
        before, self.job = self.job.status, self.job.model_copy(update={"status": status})
        if status != before:
            self._setup.observe(before, self.job)
        if self._results is None:
            return None
        on_disk, at = self._written or (EvaluationJobStatus(), None)
        due = write_at(on_disk, status, at, now)
        if due is None or due > now:
            return due
        self._results.write(self.job)
        self._written = (status, now)
        return None

    async def _start(self, plan: RunPlan, start: Start, now: datetime) -> None:
        meta, planned = self.job.metadata, start.planned
        attempt = Attempt(
            name=child_name(meta.name, meta.uid, planned.index, start.attempt),
            planned=planned,
            number=start.attempt,
            created=now,
            directory=attempt_directory(self.directory, planned.index, start.attempt),
            sdk=plan.adapters[planned.provider].contract == "evalhub-v1",
        )
        self._attempts[attempt.name] = attempt
        self._children.refer(others_of(plan))
        self._children.admit(attempt)
        callback_url, model_url = self._server.callback_url(attempt.secret), self._setup.model_url
        # one process does what would be spread over pods
        turn = Turn(start.attempt, None if start.turn.stage == "Shards" else start.turn.stage)
        try:
            prepared = launch(self.job, plan, planned, self._setup.bundle.keyed)
        except Obstacle as obstacle:
            attempt.refused = Trouble(obstacle.refusal.reason, obstacle.refusal.message)
            return
        await self._processes.start(
            attempt,
            prepared,
            lambda secrets: job_spec(self.job, plan, planned, turn, _host(self.job, callback_url, model_url, secrets)),
        )
        self._server.serve(self.directory if plan.evaluation is not None else None)

    def _forget(self, child: Child) -> None:
        attempt = self._attempts.pop(child.name)
        self._children.forget(attempt)
        if attempt.alive:
            self._processes.stop(attempt)

    async def _wait(self, until: datetime | None) -> None:
        """Until something has changed or it is time."""
        if self.job.status.completion_time is not None:
            return
        seconds = None if until is None else max(0.0, (until - datetime.now(UTC)).total_seconds())
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._changed.wait(), seconds)


def _host(job: EvaluationJob, callback_url: str, model_url: str | None, secrets: Path | None) -> Host:
    """This machine, as an adapter's job spec must know it; `secrets` is where its credentials lie."""
    if secrets is None:
        return Host(callback_url, None, model_url)
    return Host(
        callback_url, secrets.as_uri() if job.spec.credentials else None, model_url, str(secrets / layout.JUDGES)
    )


def _annotated(job: EvaluationJob, model_url: str | None) -> EvaluationJob:
    """The job with the address that is really called; not with that of an earlier run whose record was given."""
    annotations = {name: text for name, text in job.metadata.annotations.items() if name != ANNOTATION_MODEL_URL}
    if model_url is not None:
        annotations[ANNOTATION_MODEL_URL] = model_url
    return job.model_copy(update={"metadata": job.metadata.model_copy(update={"annotations": annotations})})
