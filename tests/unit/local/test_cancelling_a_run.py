"""Cancel, as Ctrl-C asks for it: adapters end in their own time, what they have is kept."""

from pathlib import Path
from typing import Any

import pytest

from referee.local.run import LocalRun
from tests.unit.local.world import a_job, a_provider, run

_ONE_AT_A_TIME: dict[str, Any] = {"execution": {"parallelism": 1}}


def _cancel_when(file: Path) -> Any:
    def watch(run: LocalRun) -> None:
        if file.exists() and not run.job.spec.cancel:
            run.cancel()

    return watch


async def test_partial_results_are_kept_and_nothing_new_is_started(tmp_path: Path) -> None:
    here = tmp_path / "here"
    running = [["partial", 0.4], ["signal", str(here)], ["progress", [10, 40]], "wait"]
    job = a_job(running, [["complete", 1]], **_ONE_AT_A_TIME)

    ran = await run(tmp_path, [a_provider(2), job], watch=_cancel_when(here))

    first, second = ran.job.status.benchmarks
    assert ran.job.status.phase == "Cancelled"
    assert (first.phase, first.partial) == ("Cancelled", True)
    assert first.primary is not None
    assert first.primary.value == 0.4
    assert (second.phase, second.attempt) == ("Cancelled", 1)
    assert not ran.file("1-1", ".").exists()


async def test_what_was_complete_before_stays_complete(tmp_path: Path) -> None:
    job = a_job([["complete", 0.9]], [["progress", [1, 2]], "wait"], **_ONE_AT_A_TIME)

    def cancel_at_the_second(run: LocalRun) -> None:
        if run.job.status.benchmarks[1].percent and not run.job.spec.cancel:
            run.cancel()

    ran = await run(tmp_path, [a_provider(2), job], watch=cancel_at_the_second)

    assert [b.phase for b in ran.job.status.benchmarks] == ["Completed", "Cancelled"]


@pytest.mark.parametrize("grace", [0, 60])
async def test_killing_ends_an_adapter_that_will_not(tmp_path: Path, grace: int) -> None:
    here = tmp_path / "here"
    job = a_job([["signal", str(here)], ["progress", [1, 2]], "deaf"], pod={"terminationGracePeriodSeconds": grace})
    cancel = _cancel_when(here)

    def cancel_and_kill(run: LocalRun) -> None:
        cancel(run)
        if run.job.status.phase == "Cancelling":
            run.kill()

    ran = await run(tmp_path, [a_provider(), job], watch=cancel_and_kill)

    assert ran.job.status.phase == "Cancelled"
