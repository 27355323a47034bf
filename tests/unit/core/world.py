"""A Kubernetes in a dictionary: what the planner wants is done at once, and tests say what children do.

It obeys the rules that the planner rests on and nothing more: a child exists from its creation until it is deleted,
told to stop it ends once its pods do, status comes back as it was written.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from referee.api.evaluationjob import EvaluationJob
from referee.api.provider import Adapter
from referee.api.runplan import PlannedBenchmark, RunPlan
from referee.api.status import TERMINAL, BenchmarkStatus, EvaluationJobStatus
from referee.core.children import Child, Progress, child_name
from referee.core.plan import Decision, decide
from referee.core.pods import Pod
from referee.core.refusal import Refusal
from referee.core.result import ReportedMetric, Result, Samples

START = datetime(2026, 1, 1, tzinfo=UTC)

GOOD = Result(
    "Completed",
    (ReportedMetric("acc", 0.75, 0.0435, 100, "Boolean"),),
    Samples(total=100, scored=100, errors=0, unscored=0),
)
BAD = Result("Failed", reason="AdapterError", message="the endpoint is gone")


def a_job(**spec: Any) -> EvaluationJob:
    document = {
        "metadata": {"name": "capitals", "namespace": "team-a", "uid": "7d0c", "generation": 1},
        "spec": {
            "model": {"url": "http://model:8000/v1", "name": "m"},
            "benchmarks": [{"id": "one", "provider": "p"}],
            **spec,
        },
    }
    return EvaluationJob.model_validate(document)


def a_plan(benchmarks: int = 1, **fields: Any) -> RunPlan:
    return RunPlan.model_validate(
        {
            "adapters": {"p": Adapter(image="adapter:1").wire()},
            "benchmarks": [
                PlannedBenchmark.model_validate(
                    {
                        "index": i,
                        "id": f"b{i}",
                        "provider": "p",
                        "primaryScore": {"metric": "acc", "lowerIsBetter": False, "range": [0, 1]},
                    }
                ).wire()
                for i in range(benchmarks)
            ],
            "digest": "sha256:plan",
            **fields,
        }
    )


@dataclass
class World:
    job: EvaluationJob = field(default_factory=a_job)
    resolved: RunPlan | Refusal = field(default_factory=a_plan)
    now: datetime = START
    children: dict[str, Child] = field(default_factory=dict)
    seen_running: set[str] = field(default_factory=set)
    """Children that status said were running: those may never be created again."""
    uids: Iterator[int] = field(default_factory=count)
    deleted_job: bool = False

    @property
    def status(self) -> EvaluationJobStatus:
        return self.job.status

    def benchmark(self, index: int = 0) -> BenchmarkStatus:
        return next(b for b in self.status.benchmarks if b.index == index)

    def phase(self) -> str | None:
        return self.status.phase

    def benchmark_phase(self, index: int = 0) -> str:
        return self.benchmark(index).phase

    def condition(self, type_: str) -> tuple[str, str]:
        found = next(c for c in self.status.conditions if c.type == type_)
        return found.status, found.reason

    @property
    def condition_pairs(self) -> list[tuple[str, str]]:
        return [(c.type, c.status) for c in self.status.conditions]

    def decide(self) -> Decision:
        return decide(self.job, list(self.children.values()), lambda: self.resolved, self.now)

    def look(self) -> Decision:
        """One look, carried out."""
        decision = self.decide()
        before = self.status
        self.job = self.job.model_copy(update={"status": EvaluationJobStatus.model_validate(decision.status.wire())})
        _obeys_the_api_server(before, self.status)
        self.seen_running |= {b.job_name for b in self.status.benchmarks if b.phase == "Running" and b.job_name}
        self.deleted_job = self.deleted_job or decision.delete_job
        for start in decision.start:
            name = child_name("capitals", "7d0c", start.planned.index, start.attempt)
            if name not in self.children:
                assert name not in self.seen_running, f"{name} runs a second time"
                pods = self.job.spec.execution.shards if start.turn.stage == "Shards" else 1
                self.children[name] = Child(
                    name, f"u{next(self.uids)}", start.planned.index, start.attempt, self.now, pods_wanted=pods
                )
        for child in decision.stop:
            self.change(child.name, stopping=True)
        for child in decision.delete:
            self.children.pop(child.name, None)
        for child in decision.look:
            self.change(child.name, looked=self.now, reread=child.ended is not None)
        return decision

    def settle(self, looks: int = 8) -> None:
        """Look until nothing changes any more."""
        for _ in range(looks):
            before = (self.status, dict(self.children))
            self.look()
            if (self.status, self.children) == before:
                return
        raise AssertionError(f"it never settles: {self.status}")

    def pass_time(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    # what children do

    def change(self, name: str, **facts: Any) -> None:
        if name in self.children:
            self.children[name] = replace(self.children[name], **facts)

    def child(self, index: int = 0) -> Child:
        return max((c for c in self.children.values() if c.index == index), key=lambda c: c.attempt)

    def runs(self, index: int = 0) -> None:
        child = self.child(index)
        self.change(child.name, active=True, pods=(Pod(f"{child.name}-x", "Running", started=True),))

    def reports(self, result: Result = GOOD, index: int = 0) -> None:
        self.change(self.child(index).name, result=result)

    def progresses(self, done: int, total: int = 100, index: int = 0) -> None:
        self.change(self.child(index).name, progress=Progress(total, done))

    def ends(self, index: int = 0, exit_code: int = 0, message: str = "", reason: str = "") -> None:
        child = self.child(index)
        pod = Pod(
            f"{child.name}-x",
            "Succeeded" if exit_code == 0 else "Failed",
            started=True,
            exit_code=exit_code,
            exit_reason=reason,
            termination_message=message,
        )
        ended = "Complete" if exit_code == 0 and not child.stopping else "Failed"
        self.change(child.name, active=False, pods=(pod,), ended=ended, ended_at=self.now)

    def vanishes(self, index: int = 0) -> None:
        del self.children[self.child(index).name]

    # what users do

    def edit(self, **spec: Any) -> None:
        generation = self.job.metadata.generation + 1
        self.job = self.job.model_copy(
            update={
                "spec": self.job.spec.model_copy(update=spec),
                "metadata": self.job.metadata.model_copy(update={"generation": generation}),
            }
        )


def _obeys_the_api_server(before: EvaluationJobStatus, after: EvaluationJobStatus) -> None:
    """The transition rules of the CRD, which refuse a write that breaks them."""
    if before.attempt != after.attempt:
        return
    now = {b.index: b for b in after.benchmarks}
    for old in before.benchmarks:
        assert old.index in now, f"benchmark {old.index} disappeared"
        if old.phase in TERMINAL:
            for kept in ("phase", "attempt", "completion_time", "metrics", "primary", "errors", "unscored", "reason"):
                assert getattr(old, kept) == getattr(now[old.index], kept), f"{kept} of a finished benchmark changed"
