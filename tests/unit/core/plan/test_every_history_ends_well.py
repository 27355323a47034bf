"""Whatever children, users and time do, in whatever order: the planner's promises hold.

World itself checks at each look what the API server would refuse: a finished benchmark that changes, one that
disappears, a child that is created twice.
"""

import json
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from referee.api.conditions import Reason
from referee.api.evaluationjob import Rerun
from referee.api.status import TERMINAL
from referee.core.children import Trouble
from referee.core.limits import MAX_STATUS_BYTES
from referee.core.pods import Agent, Fetch, Pod
from referee.core.result import ReportedMetric, Result
from tests.unit.core.plan.posting import HALF, PEOPLE, post
from tests.unit.core.shelf import EXACT, an_evaluation, planned
from tests.unit.core.world import BAD, GOOD, World, a_job, a_plan

LONG = Result(
    "Completed",
    tuple(ReportedMetric(f"{'é' * 120}{i}", 0.5, 0.1, 10, "Numerical") for i in range(40)),
)
RESULTS = st.sampled_from([GOOD, BAD, replace(BAD, retryable=False), replace(GOOD, metrics=()), LONG])
MESSAGES = st.sampled_from(["", "not json", '{"status":"Completed","metrics":[{"name":"acc","value":1,"n":1}]}'])


class Histories(RuleBasedStateMachine):
    world: World
    reruns = 0

    @initialize(
        benchmarks=st.integers(1, 5),
        parallelism=st.integers(1, 3),
        backoff_limit=st.integers(0, 2),
        deadline=st.sampled_from([None, 50, 1000]),
        suspend=st.booleans(),
    )
    def start(self, benchmarks: int, parallelism: int, backoff_limit: int, deadline: int | None, suspend: bool) -> None:
        job = a_job(
            execution={"parallelism": parallelism},
            backoffLimit=backoff_limit,
            activeDeadlineSeconds=deadline,
            suspend=suspend,
            pendingDeadlineSeconds=100,
            childRetentionSeconds={"success": 20, "failure": 40},
        )
        self.world = World(job=job, resolved=a_plan(benchmarks, passCriteria={"threshold": 0.5}))

    def pick(self, data: st.DataObject) -> str | None:
        names = sorted(self.world.children)
        return data.draw(st.sampled_from(names)) if names else None

    @rule()
    def look(self) -> None:
        self.world.look()

    @rule(seconds=st.sampled_from([1, 3, 10, 40, 200]))
    def time_passes(self, seconds: int) -> None:
        self.world.pass_time(seconds)

    @rule(data=st.data())
    def a_pod_runs(self, data: st.DataObject) -> None:
        name = self.pick(data)
        if name and self.world.children[name].ended is None:
            self.world.change(name, active=True, pods=(Pod(f"{name}-x", "Running", started=True),))

    @rule(data=st.data(), queued=st.booleans())
    def a_queue_decides(self, data: st.DataObject, queued: bool) -> None:
        name = self.pick(data)
        if name and self.world.children[name].ended is None:
            self.world.change(name, suspended=queued)

    @rule(data=st.data(), result=RESULTS)
    def a_result_comes(self, data: st.DataObject, result: Result) -> None:
        name = self.pick(data)
        if name and self.world.children[name].result is None:
            self.world.change(name, result=result)

    @rule(data=st.data())
    def a_partial_result_comes(self, data: st.DataObject) -> None:
        if name := self.pick(data):
            self.world.change(name, partial=GOOD)

    @rule(
        data=st.data(),
        exit_code=st.sampled_from([0, 1, 137, 143]),
        message=MESSAGES,
        pod_gone=st.booleans(),
        agent=st.sampled_from([None, Agent(), Agent(ended=True)]),
    )
    def a_child_ends(
        self, data: st.DataObject, exit_code: int, message: str, pod_gone: bool, agent: Agent | None
    ) -> None:
        name = self.pick(data)
        if name and self.world.children[name].ended is None:
            self.end(name, exit_code, message, pod_gone=pod_gone, agent=agent)

    @rule(data=st.data())
    def an_agent_goes_on_after_its_adapter(self, data: st.DataObject) -> None:
        name = self.pick(data)
        if name and self.world.children[name].ended is None:
            pod = Pod(f"{name}-x", "Running", started=True, exit_code=0, agent=Agent(), sdk=True)
            self.world.change(name, active=True, pods=(pod,))

    @rule(data=st.data(), reason=st.sampled_from(["TestDataNotFound", "TestDataUnreachable", "", "Nonsense"]))
    def test_data_cannot_be_fetched(self, data: st.DataObject, reason: str) -> None:
        name = self.pick(data)
        if name and self.world.children[name].ended is None and not self.world.children[name].started:
            pod = Pod(f"{name}-x", "Failed", fetch=Fetch(failed="not there", reason=reason))
            self.world.change(name, active=False, pods=(pod,), ended="Failed", ended_at=self.world.now)

    def end(
        self,
        name: str,
        exit_code: int = 143,
        message: str = "",
        *,
        pod_gone: bool = False,
        agent: Agent | None = None,
    ) -> None:
        child = self.world.children[name]
        words = replace(agent, message=message if agent.ended else "") if agent else None
        pod = Pod(
            f"{name}-x",
            "Failed",
            started=True,
            exit_code=exit_code,
            termination_message=message,
            agent=words,
            sdk=agent is not None,
        )
        self.world.change(
            name,
            active=False,
            pods=() if pod_gone else (pod,),
            ended="Complete" if exit_code == 0 and not child.stopping else "Failed",
            ended_at=self.world.now,
        )

    @rule(data=st.data())
    def someone_deletes_a_child(self, data: st.DataObject) -> None:
        if name := self.pick(data):
            del self.world.children[name]

    @rule(data=st.data())
    def a_child_cannot_start(self, data: st.DataObject) -> None:
        name = self.pick(data)
        if name and not self.world.children[name].started:
            self.world.change(name, trouble=Trouble(Reason.UNSCHEDULABLE, "0/3 nodes"))

    @rule(suspend=st.booleans())
    def a_user_suspends(self, suspend: bool) -> None:
        self.world.edit(suspend=suspend)

    @rule()
    def a_user_cancels(self) -> None:
        self.world.edit(cancel=True)

    @precondition(lambda self: self.reruns < 3)
    @rule(scope=st.sampled_from(["All", "Failed"]))
    def a_user_runs_it_again(self, scope: Any) -> None:
        self.reruns += 1
        self.world.edit(rerun=Rerun(token=f"t{self.reruns}", scope=scope))

    @invariant()
    def planning_twice_changes_nothing(self) -> None:
        assert self.world.decide() == self.world.decide()

    @invariant()
    def a_wake_is_in_the_future(self) -> None:
        wake = self.world.decide().wake
        assert wake is None or wake > self.world.now

    @invariant()
    def the_status_is_bounded(self) -> None:
        assert len(json.dumps(self.world.status.wire(), ensure_ascii=False).encode()) <= MAX_STATUS_BYTES

    @invariant()
    def a_finished_job_has_only_finished_benchmarks(self) -> None:
        status = self.world.status
        if status.completion_time is not None:
            assert all(b.phase in TERMINAL for b in status.benchmarks)
            assert dict(self.world.condition_pairs)["Finished"] == "True"

    def teardown(self) -> None:
        """From wherever it is left: the job ends, settles, and a cancelled one leaves no child."""
        world = self.world
        world.edit(suspend=False)
        for _ in range(60):
            world.look()
            for name in [n for n, c in world.children.items() if c.ended is None]:
                self.end(name, exit_code=0)
            world.pass_time(30)
            if world.status.completion_time is not None and not _again(world):
                break
        assert world.status.completion_time is not None, f"it never ends: {world.status}"
        world.settle()
        if world.job.spec.cancel:
            assert all(b.phase != "Cancelled" for b in world.status.benchmarks if _has_child(world, b.index))
        world.pass_time(1000)
        world.settle()
        assert not world.children, "children outlive their retention"


def _again(world: World) -> bool:
    rerun = world.job.spec.rerun
    return rerun is not None and not world.job.spec.cancel and rerun.token != world.status.observed_rerun


def _has_child(world: World, index: int) -> bool:
    return any(c.index == index and c.attempt == world.benchmark(index).attempt for c in world.children.values())


class EvaluationHistories(Histories):
    """The same of jobs whose outputs or scores others post, or whose samples are spread over pods."""

    @initialize(
        shards=st.integers(1, 2),
        generation=st.sampled_from(["Operator", "External"]),
        completion=st.sampled_from(["Auto", "Explicit", "Idle"]),
        deadline=st.sampled_from([None, 1000]),
        suspend=st.booleans(),
    )
    def start(self, shards: int, generation: str, completion: str, deadline: int | None, suspend: bool) -> None:
        spec = {
            "execution": {"shards": shards},
            "activeDeadlineSeconds": deadline,
            "suspend": suspend,
            "pendingDeadlineSeconds": 100,
            "childRetentionSeconds": {"success": 20, "failure": 40},
            "externalResults": {"completion": completion, "deadlineSeconds": 300, "idleSeconds": 20},
        }
        job = an_evaluation(evaluators=[EXACT, PEOPLE], generation=generation, spec=spec)
        self.world = World(job=job, resolved=planned(job))

    @rule(data=st.data(), pending=st.integers(0, 2))
    def an_attempt_reports(self, data: st.DataObject, pending: int) -> None:
        name = self.pick(data)
        if name and self.world.children[name].result is None:
            self.world.change(name, result=replace(HALF, samples=replace(HALF.samples, pending=pending)))

    @rule(outputs=st.integers(0, 2), pending=st.sampled_from([None, 0, 1]), told=st.booleans())
    def somebody_posts(self, outputs: int, pending: int | None, told: bool) -> None:
        post(self.world, outputs=outputs, scores=1, pending=pending, told=told)

    @invariant()
    def nothing_runs_while_others_are_waited_for(self) -> None:
        decision = self.world.decide()
        assert not (decision.start and decision.status.phase == "AwaitingResults")


_EVERY = settings(max_examples=150, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck))
Histories.TestCase.settings = _EVERY
TestEveryHistory = Histories.TestCase
EvaluationHistories.TestCase.settings = _EVERY
TestEveryHistoryOfAnEvaluation = EvaluationHistories.TestCase
