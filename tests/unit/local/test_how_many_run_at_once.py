"""spec.execution.parallelism bounds what runs at once."""

from pathlib import Path

from tests.unit.local.world import a_job, a_provider, run


async def test_no_more_than_allowed_and_no_fewer(tmp_path: Path) -> None:
    """Two at a time must meet, else they wait for each other in vain; a third one beside them would be counted."""
    crowd = tmp_path / "crowd"
    crowd.mkdir()
    steps = [
        [
            ["signal", str(tmp_path / f"here{i}")],
            ["await", str(tmp_path / f"here{i ^ 1}")],
            ["crowd", [str(crowd), 2]],
            ["complete", 1],
        ]
        for i in range(6)
    ]

    ran = await run(tmp_path, [a_provider(6), a_job(*steps, execution={"parallelism": 2})])

    assert ran.job.status.phase == "Completed"
    assert max(sum(b.phase == "Running" for b in status.benchmarks) for status in ran.seen) == 2
