"""Every manifest under examples/: read strictly, resolved against what is installed, planned to its first children."""

from pathlib import Path

import pytest

from referee.api.runplan import RunPlan
from referee.clock import utc_now
from referee.core.cannot_pass import cannot_pass
from referee.core.plan import decide
from referee.core.resolve import resolve
from referee.local.bundle import read
from referee.local.catalogue import LocalCatalogue
from tests.unit.local.world import ROOT

EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_it_resolves_starts_and_may_pass(example: Path) -> None:
    given = read([str(example)], utc_now())
    assert given.jobs
    for job in given.jobs:
        plan = resolve(job, LocalCatalogue(given, job.metadata.namespace))
        assert isinstance(plan, RunPlan), plan

        for benchmark in plan.benchmarks:
            offered = {metric.name for metric in benchmark.metrics}
            assert benchmark.primary_score is not None
            assert not offered or benchmark.primary_score.metric in offered

        decision = decide(job, [], lambda plan=plan: plan, utc_now())  # type: ignore[misc]

        assert len(decision.start) == min(len(plan.benchmarks), job.spec.execution.parallelism)
        assert [cannot_pass(b, b.num_examples, job.spec.confidence) for b in plan.benchmarks if b.pass_criteria] == [
            None for b in plan.benchmarks if b.pass_criteria
        ]
